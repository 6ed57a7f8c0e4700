//! `POST /v1/keys/verify`.

use super::{assert_problem, pair};
use domain::key::{Environment, issued::IssuedKey, token};
use http::{Method, StatusCode};
use test_server::{Answer, TestServer, request};

/// Posts `body` with the key `service`.
pub async fn verify(server: &TestServer, service: &IssuedKey, body: &str) -> Answer {
    let pair = pair(service);
    let mut lines: Vec<(&str, &str)> = pair.iter().map(|(n, v)| (*n, v.as_str())).collect();
    lines.push(("content-type", "application/json"));
    server
        .send(request(Method::POST, "/v1/keys/verify", &lines, body))
        .await
}

#[tokio::test]
async fn a_service_asks_about_a_pair_that_was_presented_to_it() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let service = server.key(&owner, "key:verify", "").await;
    let key = server.key(&owner, "invoice:read", "203.0.113.0/24").await;
    let question = |scope: &str, ip: &str| {
        serde_json::json!({
            "key": key.id.to_string(), "secret": key.secret, "scopes": [scope],
            "request": { "ip": ip, "method": "GET", "route": "/invoices", "user_agent": "curl/8" },
        })
    };
    for (scope, ip, code) in [
        ("invoice:read", "203.0.113.7", "valid"),
        ("invoice:create", "203.0.113.7", "insufficient_scope"),
        ("invoice:read", "198.51.100.1", "ip_not_allowed"),
        ("invoice:read", "garbage", "ip_not_allowed"),
    ] {
        let answer = verify(&server, &service, &question(scope, ip).to_string()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let body = answer.json();
        assert_eq!(body["code"], code);
        assert_eq!(body["valid"], code == "valid");
        assert_eq!(body["key_id"], key.id.to_string());
        assert_eq!(body["environment"], "live");
        assert_eq!(body["request_id"], answer.header("x-request-id"));
        assert!(!answer.body.contains(&key.secret));
    }
    let unknown = question("invoice:fly", "203.0.113.7").to_string();
    assert_problem(
        &verify(&server, &service, &unknown).await,
        400,
        "unknown_scope",
    );
    let without = server.key(&owner, "invoice:read", "").await;
    let asked = question("invoice:read", "203.0.113.7").to_string();
    let refused = verify(&server, &without, &asked).await;
    assert_problem(&refused, 403, "insufficient_scope");
}

#[tokio::test]
async fn a_pair_of_another_account_is_invalid() {
    let server = TestServer::with_users().await;
    let service = server.key(&server.owner().await, "key:verify", "").await;
    let session = server.session(test_server::FOREIGNER).await;
    let app = server.application(test_server::FOREIGNER).await;
    let foreigner = session
        .owner(app, domain::origin::Origin::default())
        .await
        .expect("owns it");
    let foreign = server.key(&foreigner, "invoice:read", "").await;
    let wrong = token::format_secret(Environment::Live, &[9; 32]);
    let mut bodies = Vec::new();
    for secret in [&foreign.secret, &wrong] {
        let question = serde_json::json!({ "key": foreign.id.to_string(), "secret": secret });
        let answer = verify(&server, &service, &question.to_string()).await;
        let mut body = answer.json();
        assert_eq!(body["code"], "invalid_credentials");
        assert!(body["key_id"].is_null() && body["account_id"].is_null());
        body["request_id"] = serde_json::Value::Null;
        bodies.push(body);
    }
    assert_eq!(bodies[0], bodies[1]);
    server
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect("written");
    let key = foreigner.key(foreign.id).await.expect("there");
    assert!(key.last_used.is_none());
}

#[tokio::test]
async fn at_most_a_hundred_pairs_are_verified_at_once() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let service = server.key(&owner, "key:verify", "").await;
    let key = server.key(&owner, "invoice:read", "").await;
    let good = serde_json::json!({ "key": key.id.to_string(), "secret": key.secret });
    let bad = serde_json::json!({ "key": "x", "secret": "y" });
    let batch = |n: usize| {
        let questions: Vec<_> = (0..n)
            .map(|n| if n % 2 == 0 { &good } else { &bad })
            .collect();
        serde_json::to_string(&questions).expect("JSON")
    };
    let answer = verify(&server, &service, &batch(100)).await;
    let answers = answer.json();
    let answers = answers.as_array().expect("an array");
    assert_eq!(answers.len(), 100);
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(answer["valid"], n % 2 == 0);
    }
    for body in [batch(0), batch(101), "[".into(), "\u{0}".into()] {
        let refused = verify(&server, &service, &body).await;
        assert_problem(&refused, 400, "invalid_request");
    }
    let long = format!("[{}]", " ".repeat(256 * 1024));
    let refused = verify(&server, &service, &long).await;
    assert_problem(&refused, 413, "body_too_large");
}

#[tokio::test]
async fn a_question_must_be_an_object_and_not_an_array_of_its_values() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let service = server.key(&owner, "key:verify", "").await;
    let key = server.key(&owner, "invoice:read", "").await;
    let (id, secret) = (key.id.to_string(), &key.secret);
    for body in [
        serde_json::json!([id, secret]),
        serde_json::json!([[id, secret]]),
        serde_json::json!([[id, secret, [], {}]]),
        serde_json::json!({ "key": id, "secret": secret, "request": ["192.0.2.1"] }),
        serde_json::json!({ "key": id, "secret": secret, "request": [] }),
        serde_json::json!([{ "key": id, "secret": secret, "request": [null, "GET", "/", ""] }]),
    ] {
        let refused = verify(&server, &service, &body.to_string()).await;
        assert_problem(&refused, 400, "invalid_request");
    }
}
