//! What asks for a sign-in from the last ten minutes: the table of decision 19, held against the server.

use crate::{
    house::{Answer, House, OWNER},
    roles::{FILES, TABLE, fill},
};
use domain::time::MINUTE;
use leptos::server_fn::axum::server_fn_paths;
use sqlx::{Row, SqlitePool};
use std::collections::BTreeMap;

const DECISION: &str = include_str!("../../../docs/decisions/0019-a-fresh-sign-in.md");

/// What a row of the table says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    Always,
    Never,
    WhereItWidens,
}

/// The table: what each server function and each file asks for.
fn table() -> BTreeMap<String, Asks> {
    let mut table = BTreeMap::new();
    for line in DECISION.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = line.trim_matches('|').split('|').map(str::trim).collect();
        let asks = match cells[1] {
            "always" => Asks::Always,
            "never" => Asks::Never,
            "where it widens" => Asks::WhereItWidens,
            other => panic!("“{other}” is no answer"),
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

/// What both widen, beside what the matrix of roles sends, which does not.
const WIDENING: &[(&str, &str)] = &[
    (
        "edit_key",
        "app={app}&key={key}&seen={seen}&name=New&scopes[]=invoice:read&scopes[]=invoice:delete&expiration=keep&reviewed=live",
    ),
    ("retire_key", "app={app}&key={retiring}&ends=7d"),
];

#[test]
fn every_server_function_and_every_file_stands_in_the_table() {
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

async fn post(house: &House, token: &str, name: &str, form: &str) -> Answer {
    let cookie = format!("latchkey={token}");
    let lines = [("accept", "application/json"), ("cookie", cookie.as_str())];
    house.post(&format!("/api/{name}"), &lines, form).await
}

/// Every row but those of sessions and of when somebody was seen.
async fn state(house: &House) -> Vec<String> {
    let pool = SqlitePool::connect(&house.url).await.expect("opens");
    let columns = sqlx::query(
        "SELECT t.name, c.name FROM sqlite_schema t, pragma_table_info(t.name) c
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT IN ('session', '_sqlx_migrations')
             AND c.name <> 'seen_at'",
    );
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in columns.fetch_all(&pool).await.expect("a schema") {
        let quoted = format!("quote({})", row.get::<String, _>(1));
        tables.entry(row.get(0)).or_default().push(quoted);
    }
    let mut state = Vec::new();
    for (table, columns) in tables {
        let columns = columns.join(" || ' ' || ");
        let sql = format!("SELECT {columns} FROM {table} ORDER BY 1");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&pool).await;
        for row in rows.expect("rows") {
            state.push(format!("{table} {}", row.get::<String, _>(0)));
        }
    }
    pool.close().await;
    state
}

fn is_stale(answer: &Answer) -> bool {
    answer.status.as_u16() == 403 && answer.body.contains("StaleSignIn")
}

#[tokio::test]
async fn with_a_stale_sign_in_what_asks_for_a_fresh_one_changes_nothing_and_all_else_works() {
    let table = table();
    let house = House::furnished().await;
    for (name, form, statuses) in TABLE {
        let owner = house.owner().await;
        let form = fill(&house, &owner, form).await;
        let token = house.token(OWNER).await;
        house.clock.advance(11 * MINUTE);
        let before = state(&house).await;
        let answer = post(&house, &token, name, &form).await;
        match table.get(*name).expect("in the table") {
            Asks::Always => {
                assert!(
                    is_stale(&answer),
                    "{name}: {} {}",
                    answer.status,
                    answer.body
                );
                assert_eq!(state(&house).await, before, "{name}");
            }
            Asks::Never | Asks::WhereItWidens => {
                let expected = statuses[4];
                assert_eq!(answer.status.as_u16(), expected, "{name}: {}", answer.body);
            }
        }
    }
    for (name, form) in WIDENING {
        assert_eq!(table.get(*name), Some(&Asks::WhereItWidens));
        let owner = house.owner().await;
        let retiring = retiring(&house).await;
        let form = fill(&house, &owner, form)
            .await
            .replace("{retiring}", &retiring);
        let token = house.token(OWNER).await;
        house.clock.advance(11 * MINUTE);
        let before = state(&house).await;
        let answer = post(&house, &token, name, &form).await;
        assert!(
            is_stale(&answer),
            "{name}: {} {}",
            answer.status,
            answer.body
        );
        assert_eq!(state(&house).await, before, "{name}");
    }
}

/// A key that is being retired, for 24 hours.
async fn retiring(house: &House) -> String {
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read", "").await.id;
    let once = house.keyring.new_idempotency_key();
    let form = format!(
        "app={}&key={key}&ends=24h&once={once}",
        owner.application().id
    );
    let token = house.token(OWNER).await;
    let answer = post(house, &token, "regenerate_key", &form).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
    key.to_string()
}

#[tokio::test]
async fn with_a_stale_sign_in_a_file_leads_to_the_page_that_asks() {
    let table = table();
    let house = House::furnished().await;
    let owner = house.owner().await;
    let app = owner.application().id;
    let key = house.key(&owner, "invoice:read", "").await.id.to_string();
    let token = house.token(OWNER).await;
    let cookie = format!("latchkey={token}");
    house.clock.advance(11 * MINUTE);
    for (path, _) in FILES {
        let name = path.split('?').next().unwrap_or(path);
        let asks = table.get(name).expect("in the table");
        let path = format!("/apps/{app}/{}", path.replace("{key}", &key));
        let answer = house.get(&path, &[("cookie", &cookie)]).await;
        match asks {
            Asks::Always => {
                let narrowed = format!("{path}?key=x");
                let answer = house.get(&narrowed, &[("cookie", &cookie)]).await;
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
    let stale = house.get(&page, &[("cookie", &cookie)]).await;
    assert!(stale.body.contains("Confirm password") && !stale.body.contains("audit-log.csv"));
    let form = format!("password={}", crate::house::PASSWORD.replace(' ', "+"));
    let confirmed = post(&house, &token, "confirm_password", &form).await;
    assert_eq!(confirmed.status.as_u16(), 200, "{}", confirmed.body);
    let fresh = house.get(&page, &[("cookie", &cookie)]).await;
    assert!(fresh.body.contains("audit-log.csv") && !fresh.body.contains("Confirm password"));
}

#[tokio::test]
async fn without_javascript_a_key_is_activated_by_the_page_that_asks_for_the_password() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let app = owner.application().id.to_string();
    let key = house.key(&owner, "invoice:read", "").await.id;
    owner.deactivate(key).await.expect("active");
    let token = house.token(OWNER).await;
    let cookie = format!("latchkey={token}");
    house.clock.advance(11 * MINUTE);
    let page = format!("http://localhost:3000/apps/{app}/settings/api-keys");
    let lines = [
        ("accept", "text/html"),
        ("cookie", cookie.as_str()),
        ("referer", page.as_str()),
    ];
    let form = format!("app={app}&key={key}");
    let asked = house.post("/api/activate_key", &lines, &form).await;
    assert_eq!(asked.status.as_u16(), 403);
    let again = format!("name=\"key\" value=\"{key}\"");
    assert!(
        asked.body.contains("name=\"password\"") && asked.body.contains(&again),
        "{}",
        asked.body
    );
    let password = crate::house::PASSWORD.replace(' ', "+");
    let form = format!("{form}&password={password}");
    let done = house.post("/api/activate_key", &lines, &form).await;
    assert_eq!(done.status.as_u16(), 303, "{}", done.body);
    let key = owner.key(key).await.expect("there");
    assert_eq!(key.state, domain::key::state::State::Active);
}
