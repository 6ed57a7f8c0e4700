//! The stream of decisions.

use super::{call_gate, pair};
use domain::verdict::Verdict;
use http::Method;
use management::Viewer;
use std::time::Duration;
use telemetry::Tail;
use test_server::{Answer, TestServer, request};

/// Returns request id, code, and whether a browser sent it, of each call since the last time.
async fn new_decisions(server: &TestServer, tail: &mut Tail) -> Vec<(String, &'static str, bool)> {
    server.keyring.telemetry().dispatch().await;
    let Ok(news) = tokio::time::timeout(Duration::ZERO, tail.next()).await else {
        return Vec::new();
    };
    news.calls
        .iter()
        .map(|call| {
            (
                call.request_id.clone(),
                call.verdict.code(),
                call.from_browser,
            )
        })
        .collect()
}

fn id(answer: &Answer) -> String {
    answer.header("x-request-id").to_owned()
}

#[tokio::test]
async fn a_decision_has_the_request_id_of_the_response() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let mut tail = Viewer::tail(&owner, None, None);
    for (path, lines, code, browser) in [
        ("/v1/whoami", [("x-a", "b")], Verdict::Accepted, false),
        (
            "/v1/whoami",
            [("origin", "https://shop.example")],
            Verdict::Accepted,
            true,
        ),
        (
            "/v1/whoami",
            [("sec-fetch-site", "cross-site")],
            Verdict::Accepted,
            true,
        ),
        // Node.js sends it too.
        (
            "/v1/whoami",
            [("sec-fetch-mode", "cors")],
            Verdict::Accepted,
            false,
        ),
        (
            "/v1/auth?scope=tax:read",
            [("x-a", "b")],
            Verdict::InsufficientScope,
            false,
        ),
    ] {
        let answer = call_gate(&server, path, &key, &lines).await;
        let expected = (id(&answer), code.code(), browser);
        assert_eq!(
            new_decisions(&server, &mut tail).await,
            [expected],
            "{path} {lines:?}"
        );
    }
}

#[tokio::test]
async fn each_pair_of_one_question_is_a_decision_with_the_same_request_id() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let service = server.key(&owner, "key:verify", "").await;
    let key = server.key(&owner, "invoice:read", "").await;
    let mut tail = Viewer::tail(&owner, None, None);
    let body = format!(
        r#"[{{"key":"{id}","secret":"{secret}"}},{{"key":"{id}","secret":"{secret}","scopes":["tax:read"]}}]"#,
        id = key.id,
        secret = key.secret
    );
    let pair = pair(&service);
    let lines: Vec<(&str, &str)> = pair.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let answer = server
        .send(request(Method::POST, "/v1/keys/verify", &lines, &body))
        .await;
    let row = |code| (id(&answer), code, false);
    assert_eq!(
        new_decisions(&server, &mut tail).await,
        [row("valid"), row("valid"), row("insufficient_scope")]
    );
}

#[tokio::test]
async fn credentials_in_a_query_are_reported_to_the_owner_of_the_key() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let mut tail = Viewer::tail(&owner, None, None);
    let (known, secret) = (key.id, &key.secret);
    for (path, lines, reports) in [
        (
            format!("/v1/whoami?client_id={known}&client_secret={secret}"),
            vec![],
            1,
        ),
        (
            format!("/v1/whoami?token={secret}"),
            vec![("x-client-key", known.to_string())],
            1,
        ),
        (
            format!("/v1/whoami?key={known}"),
            vec![("x-client-key", known.to_string())],
            1,
        ),
        (format!("/v1/whoami?token={secret}"), vec![], 0),
        ("/v1/whoami?key=akl_0000000000000000".to_owned(), vec![], 0),
    ] {
        let lines: Vec<(&str, &str)> = lines.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let answer = server.get(&path, &lines).await;
        super::assert_problem(&answer, 400, "credentials_in_query");
        let expected = vec![(id(&answer), "credentials_in_query", false); reports];
        assert_eq!(new_decisions(&server, &mut tail).await, expected, "{path}");
    }
}
