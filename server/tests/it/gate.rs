//! The public contract of the gate.

mod bad_input;
mod credentials;
mod decisions;
mod forward_auth;
mod health;
mod openapi;
mod own_key;
mod problems;
mod rotation;
mod throttle;
mod usage;
mod verify;

use domain::key::issued::IssuedKey;
use test_server::{Answer, TestServer};

fn pair(key: &IssuedKey) -> [(&'static str, String); 2] {
    [
        ("x-client-key", key.id.to_string()),
        ("x-client-secret", key.secret.clone()),
    ]
}

async fn call_gate(
    server: &TestServer,
    path: &str,
    key: &IssuedKey,
    more: &[(&str, &str)],
) -> Answer {
    let pair = pair(key);
    let mut lines: Vec<(&str, &str)> = pair.iter().map(|(n, v)| (*n, v.as_str())).collect();
    lines.extend_from_slice(more);
    server.get(path, &lines).await
}

/// Checks all fields of a problem.
fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["code"], code);
    assert_eq!(body["status"], status);
    assert_eq!(body["statusCode"], status);
    assert_eq!(body["message"], body["detail"]);
    assert_eq!(body["request_id"], answer.header("x-request-id"));
    assert_eq!(
        body["type"],
        format!("http://localhost:3000/problems/{code}")
    );
    assert!(body["title"].is_string() && body["required_scopes"].is_array());
    let challenge = answer.header("www-authenticate");
    match status {
        401 => assert_eq!(challenge, r#"ApiKey realm="latchkey""#),
        _ if code == "insufficient_scope" => assert_eq!(
            challenge,
            r#"ApiKey realm="latchkey", error="insufficient_scope""#
        ),
        _ => assert_eq!(challenge, ""),
    }
}
