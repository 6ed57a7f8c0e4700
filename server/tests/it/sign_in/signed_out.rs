//! Signing out over HTTP ends a session for requests that are under way too.

use http::StatusCode;
use std::sync::Arc;
use test_server::{Answer, OWNER, PASSWORD, TestServer};
use testing::{TestDatabase, each_database};
use tokio::{sync::Barrier, task::JoinSet};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const JSON: (&str, &str) = ("accept", "application/json");
/// Races of one sign-out on each database; `LATCHKEY_TEST_ROUNDS` sets another number.
const ROUNDS: usize = 20;
/// Requests under way in each of them.
const REQUESTS: usize = 40;
/// The same, if the number of races is set.
const MORE_REQUESTS: usize = 200;
/// Those of them that enter the password, which takes longest.
const PASSWORDS: usize = 4;

/// The number of races, and of requests in each of them.
fn rounds() -> (usize, usize) {
    let set = std::env::var("LATCHKEY_TEST_ROUNDS").ok();
    match set.and_then(|text| text.parse().ok()) {
        Some(rounds) => (rounds, MORE_REQUESTS),
        None => (ROUNDS, REQUESTS),
    }
}

async fn post(server: &TestServer, token: &str, function: &str, form: &str) -> Answer {
    let cookie = format!("latchkey={token}");
    let lines = [JSON, ("cookie", cookie.as_str())];
    server.post(&format!("/api/{function}"), &lines, form).await
}

/// The `n`th request: what gives the session a new token first, then pages and changes.
async fn request(server: &TestServer, token: &str, n: usize) -> Answer {
    if n < PASSWORDS {
        let form = format!("password={}", PASSWORD.replace(' ', "+"));
        return post(server, token, "confirm_password", &form).await;
    }
    if let Some(path) = ["/profile", "/"].get(n % 3) {
        let cookie = format!("latchkey={token}");
        return server.get(path, &[HTML, ("cookie", &cookie)]).await;
    }
    let form = format!("name=Ada+{n}&time_zone=");
    post(server, token, "save_profile", &form).await
}

/// The session token that a response sets.
fn new_token(answer: &Answer) -> Option<String> {
    let mut lines = answer.headers.get_all("set-cookie").iter();
    lines.find_map(|line| {
        let (token, _) = line
            .to_str()
            .ok()?
            .strip_prefix("latchkey=")?
            .split_once(';')?;
        (!token.is_empty()).then(|| token.to_owned())
    })
}

each_database!(
    after_a_sign_out_amid_requests_every_token_of_the_session_is_signed_out,
    flavor = "multi_thread",
    worker_threads = 4
);
async fn after_a_sign_out_amid_requests_every_token_of_the_session_is_signed_out(
    database: TestDatabase,
) {
    let server = Arc::new(TestServer::with_users_on(database).await);
    let (rounds, requests_each) = rounds();
    let mut renewed = 0;
    for round in 0..rounds {
        let token: Arc<str> = server.token(OWNER).await.into();
        // Every request notes that the session was used.
        server.clock.advance(2 * domain::time::MINUTE);
        let barrier = Arc::new(Barrier::new(requests_each + 1));
        let mut requests = JoinSet::new();
        for n in 0..requests_each {
            let (server, token, barrier) = (server.clone(), token.clone(), barrier.clone());
            requests.spawn(async move {
                barrier.wait().await;
                request(&server, &token, n).await
            });
        }
        barrier.wait().await;
        let signed_out = post(&server, &token, "sign_out", "").await;
        let answers = requests.join_all().await;
        let tokens: Vec<String> = answers.iter().filter_map(new_token).collect();
        for answer in &answers {
            let status = answer.status.as_u16();
            assert!(status < 500, "round {round}: {status} {}", answer.body);
        }
        assert!(tokens.len() <= 1, "one of the passwords renews the token");
        renewed += tokens.len();
        match signed_out.status {
            StatusCode::OK => {}
            // The password came first: the browser signs out with its new cookie.
            StatusCode::UNAUTHORIZED => {
                let again = post(&server, &tokens[0], "sign_out", "").await;
                assert_eq!(again.status, StatusCode::OK, "{}", again.body);
            }
            other => panic!("round {round}: {other} {}", signed_out.body),
        }
        for token in tokens.iter().map(String::as_str).chain([&*token]) {
            for (function, form) in [("set_theme", "theme=dark"), ("save_profile", "name=Eve")] {
                let late = post(&server, token, function, form).await;
                assert_eq!(late.status, StatusCode::UNAUTHORIZED, "round {round}");
            }
            let cookie = format!("latchkey={token}");
            let page = server.get("/profile", &[HTML, ("cookie", &cookie)]).await;
            assert!(
                page.header("location").starts_with("/sign-in"),
                "{}",
                page.body
            );
        }
    }
    println!("{renewed} of {rounds} sessions got a new token before the sign-out");
}
