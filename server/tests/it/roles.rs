//! Which role may call which server function and read which page and file. Each of them has a row in a table.

mod pages;
mod refused;
mod unrecorded;
mod with_mail;

pub use pages::{FILES, PAGES};

use domain::origin::Origin;
use leptos::server_fn::axum::server_fn_paths;
use management::{Owner, Zone};
use std::collections::BTreeSet;
use test_server::{DEVELOPER, FOREIGNER, OWNER, PASSWORD, TestServer, VIEWER};

/// The columns of the table.
const CALLERS: [Option<&str>; 5] = [
    None,
    Some(FOREIGNER),
    Some(VIEWER),
    Some(DEVELOPER),
    Some(OWNER),
];

/// The form (`{app}`, `{key}` and `{once}` are filled in), and the status for no session, the owner of another account, a viewer,
/// a developer and the owner.
pub const TABLE: &[(&str, &str, [u16; 5])] = &[
    (
        "sign_in",
        "email={email}&password={password}",
        [200, 200, 200, 200, 200],
    ),
    // Without a mail server.
    ("request_reset", "email={email}", [404, 404, 404, 404, 404]),
    ("sign_out", "", [401, 200, 200, 200, 200]),
    (
        "set_up",
        "token=x&account=a&application=b&email=a@b.example&password={password}",
        [409, 409, 409, 409, 409],
    ),
    ("set_theme", "theme=dark", [401, 200, 200, 200, 200]),
    (
        "deactivate_keys",
        "app={app}&keys[]={key}",
        [401, 404, 403, 200, 200],
    ),
    (
        "revoke_keys",
        "app={app}&keys[]={key}&confirm=&reason=",
        [401, 404, 403, 422, 422],
    ),
    (
        "revoke_keys",
        "app={app}&keys[]={key}&confirm=revoke&reason=",
        [401, 404, 403, 200, 200],
    ),
    (
        "revoke_all_keys",
        "app={app}&confirm=Storefront&reason=",
        [401, 404, 403, 403, 200],
    ),
    (
        "edit_key",
        "app={app}&key={key}&seen={seen}&name=New&scopes[]=invoice:read&expiration=keep&reviewed=live",
        [401, 404, 403, 200, 200],
    ),
    (
        "first_use",
        "app={app}&key={key}",
        [401, 404, 200, 200, 200],
    ),
    (
        "discard_key",
        "app={app}&key={key}",
        [401, 404, 403, 200, 200],
    ),
    (
        "create_key",
        "app={app}&name=New&environment=test&scopes[]=invoice:read&expiration=90&once={once}",
        [401, 404, 403, 200, 200],
    ),
    (
        "regenerate_key",
        "app={app}&key={key}&ends=8d&once={once}",
        [401, 404, 403, 422, 422],
    ),
    (
        "regenerate_key",
        "app={app}&key={key}&ends=24h&once={once}",
        [401, 404, 403, 200, 200],
    ),
    (
        "retire_key",
        "app={app}&key={key}&ends=now",
        [401, 404, 403, 409, 409],
    ),
    (
        "acknowledge_events",
        "app={app}&events[]=404",
        [401, 404, 403, 404, 404],
    ),
    ("acknowledge_events", "app={app}", [401, 404, 403, 422, 422]),
    (
        "acknowledge_event",
        "app={app}&event=404&note=Seen",
        [401, 404, 403, 404, 404],
    ),
    (
        "confirm_key",
        "app={app}&key={key}",
        [401, 404, 403, 200, 200],
    ),
    (
        "deactivate_key",
        "app={app}&key={key}",
        [401, 404, 403, 200, 200],
    ),
    (
        "activate_key",
        "app={app}&key={key}",
        [401, 404, 403, 409, 409],
    ),
    (
        "revoke_key",
        "app={app}&key={key}&confirm=wrong&reason=",
        [401, 404, 403, 422, 422],
    ),
    (
        "revoke_key",
        "app={app}&key={key}&confirm=Checkout&reason=",
        [401, 404, 403, 200, 200],
    ),
    (
        "change_application",
        "app={app}&name=Storefront&time_zone=Europe/Berlin",
        [401, 404, 403, 403, 200],
    ),
    (
        "create_application",
        "app={app}&name=Zone-{once}&time_zone=UTC",
        [401, 404, 403, 403, 200],
    ),
    (
        "rename_account",
        "app={app}&name=Northwind",
        [401, 404, 403, 403, 200],
    ),
    (
        "archive_application",
        "app={spare}&confirm={spare_name}",
        [401, 404, 403, 403, 200],
    ),
    (
        "restore_application",
        "app={archived}",
        [401, 404, 403, 403, 200],
    ),
    (
        "delete_application",
        "app={spare}&confirm={spare_name}",
        [401, 404, 403, 403, 200],
    ),
    (
        "invite_member",
        "app={app}&email=new@northwind.example&role=viewer",
        [401, 404, 403, 403, 200],
    ),
    (
        "withdraw_invitation",
        "app={app}&invitation={once}",
        [401, 404, 403, 403, 404],
    ),
    (
        "change_role",
        "app={app}&person={once}&role=owner",
        [401, 404, 403, 403, 404],
    ),
    (
        "change_application_role",
        "app={app}&person={once}&role=owner",
        [401, 404, 403, 403, 404],
    ),
    (
        "transfer_ownership",
        "app={app}&person={once}&confirm=x",
        [401, 404, 403, 403, 404],
    ),
    (
        "remove_member",
        "app={app}&person={once}",
        [401, 404, 403, 403, 404],
    ),
    (
        "accept_invitation",
        "token=x&password={password}",
        [404, 404, 404, 404, 404],
    ),
    (
        "reset_password",
        "token=x&password={password}",
        [404, 404, 404, 404, 404],
    ),
    (
        "confirm_password",
        "password={password}",
        [401, 200, 200, 200, 200],
    ),
    (
        "save_profile",
        "name=Ada&time_zone=Europe/Berlin&shortcuts=on",
        [401, 200, 200, 200, 200],
    ),
    (
        "save_notifications",
        "new_sign_ins=on",
        [401, 200, 200, 200, 200],
    ),
    (
        "change_email",
        "email={email}&password=",
        [401, 403, 403, 403, 403],
    ),
    (
        "change_password",
        "password=&new_password=violet+compass+under+snow",
        [401, 403, 403, 403, 403],
    ),
    ("end_session", "session={once}", [401, 404, 404, 404, 404]),
    ("end_other_sessions", "", [401, 200, 200, 200, 200]),
    ("sign_out_everywhere", "", [401, 200, 200, 200, 200]),
    (
        "renew_invitation",
        "app={app}&invitation={once}",
        [401, 404, 403, 403, 404],
    ),
    (
        "make_reset_link",
        "app={app}&person={once}",
        [401, 404, 403, 403, 404],
    ),
    (
        "enter_sign_in_code",
        "code=000000",
        [401, 401, 401, 401, 401],
    ),
    ("start_two_factor", "", [401, 200, 200, 200, 200]),
    (
        "confirm_two_factor",
        "setup=x&code=000000",
        [401, 422, 422, 422, 422],
    ),
    (
        "renew_recovery_codes",
        "code=000000",
        [401, 409, 409, 409, 409],
    ),
    (
        "turn_off_two_factor",
        "code=000000",
        [401, 409, 409, 409, 409],
    ),
    (
        "reset_two_factor",
        "app={app}&person={once}",
        [401, 404, 403, 403, 404],
    ),
    (
        "set_factor_policy",
        "app={app}&policy=sometimes",
        [401, 404, 403, 403, 422],
    ),
    (
        "set_factor_policy",
        "app={app}&policy=optional",
        [401, 404, 403, 403, 200],
    ),
    ("unlink_identity", "", [401, 404, 404, 404, 404]),
    ("test_connection", "app={app}", [401, 404, 403, 403, 404]),
    (
        "support_look",
        "what=Storefront&reason=Request+4711",
        [401, 404, 404, 404, 404],
    ),
];

#[test]
fn the_table_has_every_server_function() {
    let registered: BTreeSet<String> = server_fn_paths()
        .map(|(path, method)| format!("{method} {path}"))
        .collect();
    let listed: BTreeSet<String> = TABLE
        .iter()
        .map(|row| format!("POST /api/{}", row.0))
        .collect();
    assert_eq!(registered, listed);
}

#[tokio::test]
async fn each_role_gets_the_response_in_the_table() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    for (name, form, expected) in TABLE {
        for (caller, expected) in CALLERS.into_iter().zip(*expected) {
            let form = fill(&server, &owner, form).await;
            let answer = call(&server, name, &form, caller).await;
            let who = caller.unwrap_or("nobody");
            assert_eq!(answer, expected, "{name} by {who}: {form}");
        }
    }
}

#[tokio::test]
async fn missing_and_foreign_resources_get_the_same_response() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let own = server.application(FOREIGNER).await.to_string();
    let foreign = owner.application().id.to_string();
    let key = server.key(&owner, "invoice:read", "").await.id.to_string();
    for (name, form, _) in TABLE.iter().filter(|row| row.1.contains("app={")) {
        let once = server.keyring.new_idempotency_key().to_string();
        let fill = |app: &str, key: &str| {
            form.replace("{app}", app)
                .replace("{spare}", app)
                .replace("{archived}", app)
                .replace("{key}", key)
                .replace("{once}", &once)
        };
        let missing_app = "00000000-0000-0000-0000-000000000000";
        for app in [foreign.as_str(), missing_app, "malformed"] {
            let status = call(&server, name, &fill(app, &key), Some(FOREIGNER)).await;
            assert_eq!(status, 404, "{name} in {app}");
        }
        if form.contains("{key}") {
            for key in [key.as_str(), "akl_0000000000000000", "malformed"] {
                let status = call(&server, name, &fill(&own, key), Some(FOREIGNER)).await;
                assert_eq!(status, 404, "{name} of {key}");
            }
        }
    }
}

#[tokio::test]
async fn an_ended_session_has_no_role() {
    let server = TestServer::with_users().await;
    let token = server.token(OWNER).await;
    let cookie = format!("latchkey={token}");
    let before = server
        .post("/api/set_theme", &[("cookie", &cookie)], "theme=dark")
        .await;
    assert_eq!(before.status.as_u16(), 200);
    server.clock.advance(30 * domain::time::MINUTE);
    let after = server
        .post("/api/set_theme", &[("cookie", &cookie)], "theme=dark")
        .await;
    assert_eq!(after.status.as_u16(), 401);
}

/// Each call gets a new, active key, and if it concerns a whole application, a new application too.
pub async fn fill(server: &TestServer, owner: &Owner, form: &str) -> String {
    let mut form = form.to_owned();
    if form.contains("{spare}") || form.contains("{archived}") {
        let name = format!("Zspare-{}", server.keyring.new_idempotency_key());
        let account = owner.account_owner().expect("owns the account");
        let fresh = account.fresh_account_owner().expect("fresh");
        let created = fresh.create_application(name.clone(), Zone::default());
        let app = created.await.expect("created");
        if form.contains("{archived}") {
            let session = server.session(OWNER).await;
            let owner = session.owner(app, Origin::default()).await;
            let fresh = owner.expect("owns it").fresh_owner().expect("fresh");
            fresh.archive().await.expect("archived");
        }
        let id = app.to_string();
        form = form
            .replace("{spare}", &id)
            .replace("{archived}", &id)
            .replace("{spare_name}", &name);
    }
    let key = server.key(owner, "invoice:read", "").await;
    let seen = owner.key(key.id).await.expect("there").draft().revision();
    form.replace("{seen}", &seen)
        .replace("{app}", &owner.application().id.to_string())
        .replace("{key}", &key.id.to_string())
        .replace("{once}", &server.keyring.new_idempotency_key().to_string())
        .replace("{email}", OWNER)
        .replace("{password}", &PASSWORD.replace(' ', "+"))
        .replace("[]", "%5B%5D")
}

async fn call(server: &TestServer, name: &str, form: &str, caller: Option<&str>) -> u16 {
    let path = format!("/api/{name}");
    let json = ("accept", "application/json");
    let answer = match caller {
        None => server.post(&path, &[json], form).await,
        Some(email) => {
            let cookie = format!("latchkey={}", server.token(email).await);
            server.post(&path, &[json, ("cookie", &cookie)], form).await
        }
    };
    answer.status.as_u16()
}
