//! What signed-in people do about themselves.

use crate::test_keyring::{PASSWORD, TestKeyring};
use domain::{
    account::{Email, Role},
    audit::{Action, AuditFilter, AuditRecord},
    id::ApplicationId,
    origin::Origin,
    profile::{DisplayName, Profile},
    time::MINUTE,
};
use management::{Admission, Browser, FreshAccountOwner, ManagementError, Session, SignedIn, Zone};
use testing::{TestDatabase, each_database};

pub const ANOTHER: &str = "violet compass under snow";
pub const ADA: &str = "ada@example.com";

pub fn address(text: &str) -> Email {
    Email::parse(text).expect("an address")
}

fn from(user_agent: &str, address: &str) -> Origin {
    Origin {
        address: address.parse().ok(),
        user_agent: user_agent.into(),
        request_id: String::new(),
    }
}

pub async fn sign_in(test: &TestKeyring, email: &str, password: &str) -> Option<SignedIn> {
    let origin = Origin::default();
    let signed_in = test
        .keyring
        .sign_in()
        .with_password(email, password, None, &origin)
        .await;
    signed_in.expect("works").and_then(Admission::session)
}

pub async fn session(test: &TestKeyring, token: &str) -> Session {
    let session = test.keyring.sessions().find(token).await;
    session.expect("works").expect("signed in")
}

pub async fn fresh(test: &TestKeyring, email: &str, app: ApplicationId) -> FreshAccountOwner {
    let session = test.sign_in(email).await;
    let owner = session.account_owner(app, Origin::default()).await;
    owner
        .expect("owns it")
        .fresh_account_owner()
        .expect("fresh")
}

/// Returns the newest records of the log with this action.
pub async fn records(owner: &FreshAccountOwner, action: Action) -> Vec<AuditRecord> {
    let log = owner.audit(&AuditFilter::default(), None).await;
    let rows = log.expect("read").rows.into_iter();
    rows.filter(|record| record.action == action).collect()
}

pub async fn accept(
    test: &TestKeyring,
    token: &str,
    password: &str,
) -> Result<Option<SignedIn>, ManagementError> {
    let password = password.to_owned().into();
    let origin = Origin::default();
    let accepted = test
        .keyring
        .invitations()
        .accept(token, password, None, &origin)
        .await;
    accepted.map(|admission| admission.and_then(Admission::session))
}

each_database!(a_changed_password_ends_all_other_sessions_and_gives_this_one_a_new_token);
async fn a_changed_password_ends_all_other_sessions_and_gives_this_one_a_new_token(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", ADA, Role::Developer).await;
    let mut tokens = Vec::new();
    for _ in 0..5 {
        tokens.push(sign_in(&test, ADA, PASSWORD).await.expect("in").token);
    }
    let here = session(&test, &tokens[0]).await;
    let origin = Origin::default();
    let change = async |current: &str, new: &str| {
        here.change_password(current, new.to_owned().into(), None, &origin)
            .await
    };
    let wrong = change("not my password", ANOTHER).await;
    assert!(matches!(wrong, Ok(None)), "{wrong:?}");
    for weak in ["too short", "Password1234567", PASSWORD] {
        let refused = change(PASSWORD, weak).await;
        assert!(
            matches!(refused, Err(ManagementError::Invalid(_))),
            "{weak}: {refused:?}"
        );
    }
    for token in &tokens {
        assert!(test.is_open(token).await, "nothing has changed");
    }
    let owner = fresh(&test, "owner@acme.example", app).await;
    let ada = here.person_id();
    let link = owner.reset_link(ada).await.expect("works").expect("made");
    let signed_in = change(PASSWORD, ANOTHER).await.expect("works").expect("in");
    for token in &tokens {
        assert!(!test.is_open(token).await);
    }
    let kept = session(&test, &signed_in.token).await;
    assert_eq!(kept.signed_in_at(), here.signed_in_at());
    let open = test.keyring.password_resets().find(&link.token).await;
    assert!(open.expect("works").is_none());
    assert!(sign_in(&test, ADA, PASSWORD).await.is_none());
    assert!(sign_in(&test, ADA, ANOTHER).await.is_some());
    let log = records(&owner, Action::PasswordChanged).await;
    assert_eq!(log.len(), 1);
    assert_eq!((&*log[0].actor, &*log[0].target), (ADA, ADA));
    // The session that asked has another token now.
    let again = change(ANOTHER, PASSWORD).await;
    assert!(matches!(again, Err(ManagementError::NotFound)), "{again:?}");
}

each_database!(an_email_address_is_changed_with_the_password_and_belongs_to_one_person);
async fn an_email_address_is_changed_with_the_password_and_belongs_to_one_person(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", ADA, Role::Developer).await;
    test.add("Globex", "taken@example.com", Role::Owner).await;
    let here = test.sign_in(ADA).await;
    let origin = Origin::default();
    let change = async |password: &str, email: &str| {
        here.change_email(password, address(email), None, &origin)
            .await
    };
    let wrong = change("not my password", "lovelace@example.com").await;
    assert!(matches!(wrong, Ok(false)), "{wrong:?}");
    let taken = change(PASSWORD, "taken@example.com").await;
    assert!(
        matches!(taken, Err(ManagementError::Invalid(_))),
        "{taken:?}"
    );
    let same = change(PASSWORD, ADA).await;
    assert!(matches!(same, Ok(true)), "{same:?}");
    let changed = change(PASSWORD, "lovelace@example.com").await;
    assert!(matches!(changed, Ok(true)), "{changed:?}");
    assert!(sign_in(&test, ADA, PASSWORD).await.is_none());
    let new = sign_in(&test, "lovelace@example.com", PASSWORD).await;
    assert!(new.is_some());
    let owner = fresh(&test, "owner@acme.example", app).await;
    let log = records(&owner, Action::EmailChanged).await;
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].before.get("email"), Some(ADA));
    assert_eq!(log[0].after.get("email"), Some("lovelace@example.com"));
    // A member who tries out addresses is stopped soon.
    let here = test.sign_in("lovelace@example.com").await;
    let mut taken = 0;
    let stopped = loop {
        let email = address("taken@example.com");
        match here.change_email(PASSWORD, email, None, &origin).await {
            Err(ManagementError::Invalid(_)) => taken += 1,
            other => break other,
        }
    };
    assert!(
        matches!(stopped, Err(ManagementError::Throttled { .. })),
        "{stopped:?}"
    );
    assert_eq!(taken, 10 - 2);
}

each_database!(sessions_are_listed_and_ended_one_by_one_or_all_at_once);
async fn sessions_are_listed_and_ended_one_by_one_or_all_at_once(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", ADA, Role::Viewer).await;
    let mut tokens = Vec::new();
    for (user_agent, ip) in [
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/144.0", "192.0.2.1"),
        ("curl/8.5.0", "2001:db8::1"),
        ("", ""),
    ] {
        let origin = from(user_agent, ip);
        let signed_in = test
            .keyring
            .sign_in()
            .with_password(ADA, PASSWORD, None, &origin)
            .await;
        let signed_in = signed_in.expect("works").and_then(Admission::session);
        tokens.push(signed_in.expect("in").token);
        test.clock.advance(MINUTE);
    }
    let here = session(&test, &tokens[0]).await;
    let list = here.sessions().await.expect("works");
    let shown: Vec<_> = list
        .iter()
        .map(|one| (one.device.as_str(), one.address.as_str(), one.current))
        .collect();
    let expected = [
        ("Firefox on Linux", "192.0.2.1", true),
        ("Unknown browser", "", false),
        ("curl", "2001:db8::1", false),
    ];
    assert_eq!(shown, expected);
    let origin = Origin::default();
    let other_person = test.sign_in("owner@acme.example").await;
    let foreign = other_person.end(list[1].id, &origin).await;
    assert!(matches!(foreign, Err(ManagementError::NotFound)));
    assert!(!here.end(list[2].id, &origin).await.expect("ended"));
    assert!(!test.is_open(&tokens[1]).await && test.is_open(&tokens[2]).await);
    here.end_others(&origin).await.expect("ended");
    assert!(!test.is_open(&tokens[2]).await && test.is_open(&tokens[0]).await);
    let other = sign_in(&test, ADA, PASSWORD).await.expect("in").token;
    here.sign_out_everywhere(&origin).await.expect("ended");
    assert!(!test.is_open(&other).await && !test.is_open(&tokens[0]).await);
    assert!(
        test.is_open(&sign_in(&test, ADA, PASSWORD).await.expect("in").token)
            .await
    );
    let owner = fresh(&test, "owner@acme.example", app).await;
    let log = records(&owner, Action::SessionsEnded).await;
    let details: Vec<_> = log.iter().map(|record| record.detail.as_str()).collect();
    assert_eq!(details, ["all", "all others", "curl, 2001:db8::1"]);
}

each_database!(signing_in_again_ends_the_session_of_the_same_browser_only);
async fn signing_in_again_ends_the_session_of_the_same_browser_only(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    test.add("Acme", ADA, Role::Viewer).await;
    let elsewhere = sign_in(&test, ADA, PASSWORD).await.expect("in").token;
    let first = sign_in(&test, ADA, PASSWORD).await.expect("in").token;
    let origin = Origin::default();
    let again = async |email: &str, password: &str, token: &str| {
        let browser = Browser {
            session: Some(token),
            ..Browser::default()
        };
        let signed_in = test
            .keyring
            .sign_in()
            .with_password(email, password, browser, &origin)
            .await;
        let signed_in = signed_in.expect("works").and_then(Admission::session);
        signed_in.map(|signed_in| signed_in.token)
    };
    assert_eq!(again(ADA, "not my password", &first).await, None);
    assert!(test.is_open(&first).await);
    let second = again(ADA, PASSWORD, &first).await.expect("in");
    assert!(!test.is_open(&first).await && test.is_open(&second).await);
    let owner = fresh(&test, "owner@acme.example", app).await;
    assert!(records(&owner, Action::SignedOut).await.is_empty());
    // A cookie that an attacker has planted gives no access to the session.
    let made_up = "0".repeat(64);
    let third = again(ADA, PASSWORD, &made_up).await.expect("in");
    assert!(third != made_up && !test.is_open(&made_up).await);
    let boss = again("owner@acme.example", PASSWORD, &second).await;
    assert!(test.is_open(&boss.expect("in")).await && !test.is_open(&second).await);
    let log = records(&owner, Action::SignedOut).await;
    assert_eq!(log.len(), 1);
    assert_eq!(log[0].target, ADA);
    assert!(test.is_open(&elsewhere).await);
}

each_database!(a_person_has_a_name_and_a_time_zone_and_returns_to_the_application_used_last);
async fn a_person_has_a_name_and_a_time_zone_and_returns_to_the_application_used_last(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let (_, app) = test.owner("Acme").await;
    let (_, other) = test.owner("Globex").await;
    let globex = fresh(&test, "owner@globex.example", other).await;
    let invited = globex
        .invite(address("owner@acme.example"), Role::Viewer)
        .await
        .expect("invited");
    let signed_in = accept(&test, &invited.token, PASSWORD).await;
    let token = signed_in.expect("works").expect("in").token;
    let origin = Origin::default();
    let here = session(&test, &token).await;
    let applications = here.applications().await.expect("works");
    assert_eq!(here.last_used(&applications).map(|one| one.id), Some(app));
    here.remember_application(other).await;
    let here = session(&test, &token).await;
    assert_eq!(here.last_used(&applications).map(|one| one.id), Some(other));
    assert_eq!(
        here.last_used(&applications[..1]).map(|one| one.id),
        Some(app)
    );
    assert!(here.last_used(&[]).is_none());

    let viewer = here.viewer(other, origin.clone()).await.expect("a member");
    assert_eq!(viewer.zone(), Zone::default());
    let profile = Profile {
        name: DisplayName::parse("Ada").expect("a name"),
        time_zone: "Asia/Kolkata".into(),
        shortcuts: true,
    };
    let changed = here.change_profile(profile.clone(), &origin).await;
    changed.expect("changed");
    let here = session(&test, &token).await;
    assert_eq!(here.profile(), &profile);
    let viewer = here.viewer(other, origin.clone()).await.expect("a member");
    assert_eq!(viewer.zone().as_str(), "Asia/Kolkata");
    assert_eq!(viewer.identity().name, profile.name);
    here.change_profile(profile, &origin).await.expect("works");
    let log = records(&globex, Action::ProfileChanged).await;
    assert_eq!(log.len(), 1, "what stays the same is not recorded");
    assert_eq!(log[0].after.get("time_zone"), Some("Asia/Kolkata"));
}
