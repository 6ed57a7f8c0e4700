//! Which role may call which server function and read which page and file. Each of them has a row in a table.

mod open;
pub mod pages;
mod refused;
mod table;
mod unrecorded;
mod with_mail;

pub use pages::{FILES, LIVE, PAGES};
pub use table::TABLE;
pub use unrecorded::{MORE, OWNS_AGAIN, complete};

use domain::{
    account::{Email, Role},
    origin::Origin,
};
use leptos::server_fn::axum::server_fn_paths;
use management::{Owner, PersonDraft, Place, Zone};
use std::collections::BTreeSet;
use test_server::{DEVELOPER, FOREIGNER, OWNER, PASSWORD, TestServer, VIEWER};
use testing::{TestDatabase, each_database};

/// A viewer of the account who owns the application.
const APPLICATION_OWNER: &str = "lead@northwind.example";

/// The columns of the table.
const CALLERS: [Option<&str>; 6] = [
    None,
    Some(FOREIGNER),
    Some(VIEWER),
    Some(DEVELOPER),
    Some(OWNER),
    Some(APPLICATION_OWNER),
];

/// Adds the caller whom [`TestServer::add_users`] does not.
async fn add_application_owner(server: &TestServer) {
    let draft = PersonDraft {
        place: Some(Place::named("Northwind", "Storefront")),
        email: Email::parse(APPLICATION_OWNER).expect("an address"),
        role: Role::Viewer,
        password: PASSWORD.into(),
    };
    let person = server.keyring.people().add(draft).await.expect("added");
    let account = server.owner().await.account_owner();
    let fresh = account.expect("owns the account").fresh_account_owner();
    let fresh = fresh.expect("signed in a moment ago");
    let changed = fresh.change_application_role(person, Some(Role::Owner));
    changed.await.expect("changed");
}

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

each_database!(each_role_gets_the_response_in_the_table);
async fn each_role_gets_the_response_in_the_table(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    add_application_owner(&server).await;
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
