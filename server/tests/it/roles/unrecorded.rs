//! A change whose audit record cannot be written does not happen.

use super::{TABLE, fill};
use crate::database::{Database, changed};
use domain::{
    account::{Email, Role},
    key::{
        Environment,
        expiry::Expiry,
        regeneration::{GracePeriod, Regeneration},
        token::format_secret,
    },
    security::EventFilter,
    time::{DAY, MINUTE},
};
use http::Method;
use management::{Owner, PersonDraft, Place};
use std::collections::BTreeSet;
use test_server::{Answer, DEVELOPER, HERE, OWNER, PASSWORD, TestServer, VIEWER, request};
use testing::{TestDatabase, each_database};

const SUPPORT: &str = "help@latchkey.example";

/// Calls with a new session.
async fn call(server: &TestServer, name: &str, form: &str, cookie: &str) -> Answer {
    let lines = [("accept", "application/json"), ("cookie", cookie)];
    server.post(&format!("/api/{name}"), &lines, form).await
}

/// What each call needs of its own: an invitation, a member, an event, a retiring key.
pub const MORE: &[(&str, &str)] = &[
    ("withdraw_invitation", "app={app}&invitation={invitation}"),
    ("accept_invitation", "token={token}&password={password}"),
    ("change_role", "app={app}&person={member}&role=developer"),
    (
        "change_application_role",
        "app={app}&person={member}&role=developer",
    ),
    (
        "transfer_ownership",
        "app={app}&person={member}&confirm={member_email}",
    ),
    ("remove_member", "app={app}&person={member}"),
    ("acknowledge_event", "app={app}&event={event}&note=Seen"),
    ("acknowledge_events", "app={app}&events[]={event}"),
    ("retire_key", "app={app}&key={retiring}&ends=now"),
    ("activate_key", "app={app}&key={inactive}"),
    ("renew_invitation", "app={app}&invitation={invitation}"),
    ("make_reset_link", "app={app}&person={member}"),
    ("reset_password", "token={reset}&password={password}"),
    ("end_session", "session={session}"),
    ("leave_account", "app={app}&person={me}"),
    // Last: members are added to the account by its name.
    ("rename_account", "app={app}&name=Northwind-{once}"),
];

/// Functions that change nothing here, or nothing that is recorded. Those of second factors and providers are in tests of their own.
const WITHOUT_RECORD: [&str; 26] = [
    "add_passkey",
    "answer_sign_in",
    "ask_passkey",
    "change_email",
    "change_password",
    "confirm_password",
    "confirm_two_factor",
    "confirm_with_passkey",
    "enter_sign_in_code",
    "first_use",
    "nodes_behind",
    "remove_authenticator",
    "remove_passkey",
    "rename_passkey",
    "renew_recovery_codes",
    "request_reset",
    "reset_two_factor",
    "set_factor_policy",
    "set_theme",
    "set_up",
    "sign_in_with_passkey",
    "start_passkey",
    "start_two_factor",
    "test_connection",
    "turn_off_two_factor",
    "unlink_identity",
];

/// The owner, who is a developer after a transfer of ownership.
pub const OWNS_AGAIN: &str = "UPDATE membership SET role = 'owner' WHERE person_id = (SELECT id FROM person WHERE email = 'owner@northwind.example')";

/// Who makes a call, the first time and the second.
fn callers(name: &str) -> [&'static str; 2] {
    match name {
        // The owner is the only one, and cannot leave.
        "leave_account" => [VIEWER, DEVELOPER],
        // Only support may call its own functions.
        _ if name.starts_with("support_") => [SUPPORT; 2],
        _ => [OWNER; 2],
    }
}

/// Returns the form with what the call needs.
pub async fn complete(server: &TestServer, owner: &Owner, form: &str) -> String {
    let mut form = fill(server, owner, form).await;
    let unique = server.keyring.new_idempotency_key();
    let email = Email::parse(&format!("m{unique}@northwind.example")).expect("an address");
    let account = owner.account_owner().expect("owns the account");
    let fresh = account
        .fresh_account_owner()
        .expect("signed in a moment ago");
    if form.contains("{invitation}") || form.contains("{token}") {
        let invited = fresh
            .invite(email.clone(), Role::Viewer)
            .await
            .expect("invited");
        let all = account.invitations().await.expect("read");
        let one = all.iter().find(|one| one.email == email).expect("there");
        form = form
            .replace("{invitation}", &one.id.to_string())
            .replace("{token}", &invited.token);
    }
    if form.contains("{member}") || form.contains("{reset}") {
        let draft = PersonDraft {
            place: Some(Place::named("Northwind", "Storefront")),
            email: email.clone(),
            role: Role::Viewer,
            password: PASSWORD.into(),
        };
        let member = server.keyring.people().add(draft).await.expect("added");
        if form.contains("{reset}") {
            let link = fresh.reset_link(member).await.expect("made");
            form = form.replace("{reset}", &link.expect("has a password").token);
        }
        form = form
            .replace("{member}", &member.to_string())
            .replace("{member_email}", email.as_str());
    }
    if form.contains("{session}") {
        let session = server.session(OWNER).await;
        let sessions = session.sessions().await.expect("read");
        form = form.replace("{session}", &sessions[0].id.to_string());
    }
    if form.contains("{event}") {
        let key = server.key(owner, "invoice:read", "").await.id.to_string();
        let wrong = format_secret(Environment::Live, &[9; 32]);
        let pair = [("x-client-key", key.as_str()), ("x-client-secret", &wrong)];
        for _ in 0..25 {
            server.get("/v1/whoami", &pair).await;
        }
        server
            .keyring
            .telemetry()
            .write_events()
            .await
            .expect("written");
        let events = owner
            .security_events(&EventFilter::default(), None)
            .await
            .expect("read");
        let open = events
            .rows
            .iter()
            .find(|event| event.acknowledged.is_none())
            .expect("an event");
        form = form.replace("{event}", &open.id.0.to_string());
    }
    if form.contains("{retiring}") {
        let key = server.key(owner, "invoice:read", "").await;
        let wanted = Regeneration {
            grace_period: GracePeriod { grace: DAY },
            expiry: Expiry::Never,
            compromised: false,
        };
        let once = server.keyring.new_idempotency_key();
        let fresh = owner.fresh().expect("signed in a moment ago");
        fresh
            .regenerate(key.id, wanted, once)
            .await
            .expect("regenerated");
        form = form.replace("{retiring}", &key.id.to_string());
    }
    if form.contains("{inactive}") {
        let key = server.key(owner, "invoice:read", "").await;
        owner.deactivate(key.id).await.expect("deactivated");
        form = form.replace("{inactive}", &key.id.to_string());
    }
    form
}

each_database!(a_change_that_cannot_be_recorded_does_not_happen);
async fn a_change_that_cannot_be_recorded_does_not_happen(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let database = Database::at(&server.url).await;
    let owner = server.owner().await;
    let draft = PersonDraft {
        place: None,
        email: Email::parse(SUPPORT).expect("an address"),
        role: Role::Support,
        password: PASSWORD.into(),
    };
    server.keyring.people().add(draft).await.expect("added");
    let cookie = async |email: &str| format!("latchkey={}", server.token(email).await);
    let mut changes = BTreeSet::new();
    let rows = TABLE.iter().map(|(name, form, _)| (*name, *form));
    for (name, form) in rows.chain(MORE.iter().copied()) {
        let [first, second] = callers(name);
        // Signs in only for the rows that need it: checking a password takes longer than most calls.
        let with_person = async |form: String, email: &str| {
            if form.contains("{me}") {
                let me = server.session(email).await.person_id();
                form.replace("{me}", &me.to_string())
            } else {
                form
            }
        };
        let (session, right) = (
            cookie(first).await,
            Box::pin(complete(&server, &owner, form)).await,
        );
        let right = with_person(right, first).await;
        let before = database.rows().await;
        let answer = call(&server, name, &right, &session).await;
        if !answer.status.is_success() || changed(&before, &database.rows().await).is_empty() {
            continue;
        }
        if name == "transfer_ownership" {
            database.run(OWNS_AGAIN).await;
        }
        // The same change again: another session, another object, another zone.
        let form = form
            .replace("Europe/Berlin", "Europe/Paris")
            .replace("new_sign_ins=on", "key_expiry=on")
            .replace("new@", "newer@");
        let (session, again) = (
            cookie(second).await,
            Box::pin(complete(&server, &owner, &form)).await,
        );
        let again = with_person(again, second).await;
        database.refuse_records().await;
        let before = database.rows().await;
        let answer = call(&server, name, &again, &session).await;
        let differences = changed(&before, &database.rows().await);
        database.allow_records().await;
        assert_eq!(
            differences,
            Vec::<String>::new(),
            "{name} on {}",
            server.url
        );
        let status = answer.status.as_u16();
        assert!(status >= 500, "{name}: {status} {}", answer.body);
        changes.insert(name);
    }
    for (name, _) in MORE {
        assert!(changes.contains(name), "{name} changed nothing");
    }
    let all: BTreeSet<&str> = TABLE.iter().map(|(name, ..)| *name).collect();
    let others: Vec<&str> = all.difference(&changes).copied().collect();
    assert_eq!(others, WITHOUT_RECORD, "these change nothing here");
}

each_database!(a_key_that_revokes_itself_without_a_record_keeps_working);
async fn a_key_that_revokes_itself_without_a_record_keeps_working(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let database = Database::at(&server.url).await;
    let key = server.key(&server.owner().await, "key:verify", "").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", key.secret.as_str()),
    ];
    let revoke = || request(Method::DELETE, "/v1/keys/current", &lines, "");
    database.refuse_records().await;
    let before = database.rows().await;
    let answer = server.send(revoke()).await;
    assert_eq!(
        changed(&before, &database.rows().await),
        Vec::<String>::new()
    );
    database.allow_records().await;
    assert!(answer.status.is_server_error(), "{}", answer.body);
    assert_eq!(server.get("/v1/whoami", &lines).await.status.as_u16(), 200);
    let answer = server.send(revoke()).await;
    assert_eq!(answer.status.as_u16(), 204, "{}", answer.body);
}

each_database!(what_takes_the_own_password_is_recorded_or_does_not_happen);
async fn what_takes_the_own_password_is_recorded_or_does_not_happen(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let database = Database::at(&server.url).await;
    let password = PASSWORD.replace(' ', "+");
    for (email, name, form) in [
        (VIEWER, "change_email", "email=new@northwind.example"),
        (
            DEVELOPER,
            "change_password",
            "new_password=violet+compass+under+snow",
        ),
        (OWNER, "confirm_password", ""),
    ] {
        let form = format!("{form}&password={password}");
        let cookie = format!("latchkey={}", server.token(email).await);
        // A fresh session needs no password. The first request afterwards notes when the person was last seen.
        server.clock.advance(11 * MINUTE);
        server.get("/profile", &[("cookie", &cookie)]).await;
        let before = database.rows().await;
        database.refuse_records().await;
        let answer = call(&server, name, &form, &cookie).await;
        let differences = changed(&before, &database.rows().await);
        database.allow_records().await;
        assert_eq!(
            differences,
            Vec::<String>::new(),
            "{name} on {}",
            server.url
        );
        assert!(answer.status.is_server_error(), "{name}: {}", answer.body);
        let answer = call(&server, name, &form, &cookie).await;
        assert_eq!(answer.status.as_u16(), 200, "{name}: {}", answer.body);
    }
}

each_database!(a_setup_that_cannot_be_recorded_can_be_repeated);
async fn a_setup_that_cannot_be_recorded_can_be_repeated(database: TestDatabase) {
    let (store, url) = (database.store.clone(), database.url.clone());
    let server = TestServer::over(store, url, Box::new(database), HERE).await;
    let database = Database::at(&server.url).await;
    let form = format!(
        "token={}&account=Northwind&application=Storefront&email={OWNER}&password={}",
        server.keyring.people().setup_token(),
        PASSWORD.replace(' ', "+")
    );
    let set_up = || server.post("/api/set_up", &[("accept", "application/json")], &form);
    database.refuse_records().await;
    let before = database.rows().await;
    let answer = set_up().await;
    let differences = changed(&before, &database.rows().await);
    database.allow_records().await;
    assert_eq!(differences, Vec::<String>::new(), "{}", server.url);
    assert!(answer.status.is_server_error(), "{}", answer.body);
    let answer = set_up().await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
}
