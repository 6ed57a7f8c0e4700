//! Functions that require the password after ten minutes: the table of decision 19, checked against the server.

use crate::{
    database::{Database, Rows},
    roles::{FILES, TABLE, fill},
};
use domain::time::MINUTE;
use leptos::server_fn::axum::server_fn_paths;
use std::collections::BTreeMap;
use test_server::{Answer, OWNER, TestServer};
use testing::{TestDatabase, each_database};

const DECISION: &str = include_str!("../../../../docs/decisions/0019-re-authentication.md");

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Always,
    Never,
    WhereItWidens,
}

/// The table: what each server function and each file requires.
fn table() -> BTreeMap<String, Asks> {
    let mut table = BTreeMap::new();
    for line in DECISION.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let asks = match cells[1] {
            "always" => Asks::Always,
            "never" => Asks::Never,
            "where it widens" => Asks::WhereItWidens,
            other => panic!("“{other}” is not a known answer"),
        };
        assert!(!cells[2].is_empty(), "{line} gives no reason");
        for name in cells[0].split(',') {
            let name = name.trim().trim_matches('`').to_owned();
            let twice = table.insert(name.clone(), asks);
            assert_eq!(twice, None, "{name} stands there twice");
        }
    }
    table
}

/// Fields that widen access, in addition to those of the table of roles, which do not.
const WIDENING: &[(&str, &str)] = &[
    (
        "edit_key",
        "app={app}&key={key}&seen={seen}&name=New&scopes[]=invoice:read&scopes[]=invoice:delete&expiration=keep&reviewed=live",
    ),
    ("retire_key", "app={app}&key={retiring}&ends=7d"),
];

#[test]
fn the_table_has_every_server_function_and_every_file() {
    let table = table();
    let functions = server_fn_paths().filter_map(|(path, _)| path.strip_prefix("/api/"));
    let files = FILES
        .iter()
        .map(|(path, _)| path.split('?').next().unwrap_or(path));
    let mut there: Vec<String> = functions.chain(files).map(str::to_owned).collect();
    there.sort_unstable();
    let listed: Vec<String> = table.keys().cloned().collect();
    assert_eq!(listed, there);
}

async fn post(server: &TestServer, token: &str, name: &str, form: &str) -> Answer {
    let cookie = format!("latchkey={token}");
    let lines = [("accept", "application/json"), ("cookie", cookie.as_str())];
    server.post(&format!("/api/{name}"), &lines, form).await
}

/// Returns every row except sessions and last visits.
async fn state(server: &TestServer) -> Rows {
    let database = Database::at(&server.url).await;
    let mut rows = database.rows_without("seen_at").await;
    rows.remove("session");
    rows
}

fn requires_password(answer: &Answer) -> bool {
    answer.status.as_u16() == 403 && answer.body.contains("StaleSignIn")
}

each_database!(with_an_old_session_protected_functions_change_nothing_and_all_others_work);
async fn with_an_old_session_protected_functions_change_nothing_and_all_others_work(
    database: TestDatabase,
) {
    let table = table();
    let server = TestServer::with_users_on(database).await;
    for (name, form, statuses) in TABLE {
        let owner = server.owner().await;
        let form = fill(&server, &owner, form).await;
        let token = server.token(OWNER).await;
        server.clock.advance(11 * MINUTE);
        let before = state(&server).await;
        let answer = post(&server, &token, name, &form).await;
        match table.get(*name).expect("in the table") {
            Asks::Always => {
                assert!(
                    requires_password(&answer),
                    "{name}: {} {}",
                    answer.status,
                    answer.body
                );
                assert_eq!(state(&server).await, before, "{name}");
            }
            Asks::Never | Asks::WhereItWidens => {
                let expected = statuses[4];
                assert_eq!(answer.status.as_u16(), expected, "{name}: {}", answer.body);
            }
        }
    }
    for (name, form) in WIDENING {
        assert_eq!(table.get(*name), Some(&Asks::WhereItWidens));
        let owner = server.owner().await;
        let retiring = retiring(&server).await;
        let form = fill(&server, &owner, form)
            .await
            .replace("{retiring}", &retiring);
        let token = server.token(OWNER).await;
        server.clock.advance(11 * MINUTE);
        let before = state(&server).await;
        let answer = post(&server, &token, name, &form).await;
        assert!(
            requires_password(&answer),
            "{name}: {} {}",
            answer.status,
            answer.body
        );
        assert_eq!(state(&server).await, before, "{name}");
    }
}

/// Returns a key that retires in 24 hours.
async fn retiring(server: &TestServer) -> String {
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await.id;
    let once = server.keyring.new_idempotency_key();
    let form = format!(
        "app={}&key={key}&ends=24h&once={once}",
        owner.application().id
    );
    let token = server.token(OWNER).await;
    let answer = post(server, &token, "regenerate_key", &form).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    key.to_string()
}

#[tokio::test]
async fn with_an_old_session_a_protected_file_redirects_to_the_page_that_asks_for_the_password() {
    let table = table();
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let app = owner.application().id;
    let key = server.key(&owner, "invoice:read", "").await.id.to_string();
    let token = server.token(OWNER).await;
    let cookie = format!("latchkey={token}");
    server.clock.advance(11 * MINUTE);
    for (path, _) in FILES {
        let name = path.split('?').next().unwrap_or(path);
        let asks = table.get(name).expect("in the table");
        let path = format!("/apps/{app}/{}", path.replace("{key}", &key));
        let answer = server.get(&path, &[("cookie", &cookie)]).await;
        match asks {
            Asks::Always => {
                let narrowed = format!("{path}?key=x");
                let answer = server.get(&narrowed, &[("cookie", &cookie)]).await;
                assert_eq!(answer.status.as_u16(), 303, "{path}");
                let page = format!("/apps/{app}/settings/audit-log?key=x");
                assert_eq!(answer.header("location"), page);
            }
            Asks::Never | Asks::WhereItWidens => {
                assert_eq!(answer.status.as_u16(), 200, "{path}");
            }
        }
    }
    let page = format!("/apps/{app}/settings/audit-log");
    let stale = server.get(&page, &[("cookie", &cookie)]).await;
    assert!(stale.body.contains("Confirm password") && !stale.body.contains("audit-log.csv"));
    let form = format!("password={}", test_server::PASSWORD.replace(' ', "+"));
    let confirmed = post(&server, &token, "confirm_password", &form).await;
    assert_eq!(confirmed.status.as_u16(), 200, "{}", confirmed.body);
    let line = confirmed.header("set-cookie");
    let cookie = line.split(';').next().unwrap_or_default();
    let fresh = server.get(&page, &[("cookie", cookie)]).await;
    assert!(fresh.body.contains("audit-log.csv") && !fresh.body.contains("Confirm password"));
}

#[tokio::test]
async fn without_javascript_a_key_is_activated_by_the_page_that_asks_for_the_password() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let app = owner.application().id.to_string();
    let key = server.key(&owner, "invoice:read", "").await.id;
    owner.deactivate(key).await.expect("active");
    let token = server.token(OWNER).await;
    let cookie = format!("latchkey={token}");
    server.clock.advance(11 * MINUTE);
    let page = format!("http://localhost:3000/apps/{app}/settings/api-keys");
    let lines = [
        ("accept", "text/html"),
        ("cookie", cookie.as_str()),
        ("referer", page.as_str()),
    ];
    let form = format!("app={app}&key={key}");
    let asked = server.post("/api/activate_key", &lines, &form).await;
    assert_eq!(asked.status.as_u16(), 403);
    let again = format!("name=\"key\" value=\"{key}\"");
    assert!(
        asked.body.contains("name=\"password\"") && asked.body.contains(&again),
        "{}",
        asked.body
    );
    let password = test_server::PASSWORD.replace(' ', "+");
    let form = format!("{form}&password={password}");
    let done = server.post("/api/activate_key", &lines, &form).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.body);
    let key = owner.key(key).await.expect("there");
    assert_eq!(key.state, domain::key::state::State::Active);
}
