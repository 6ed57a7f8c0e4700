//! Throttling of wrong secrets.

use super::{assert_problem, call_gate, verify};
use domain::{
    key::{Environment, issued::IssuedKey, name::KeyName, token},
    time::SECOND,
};
use http::StatusCode;
use test_server::TestServer;

/// Wrong secrets per minute for one key id from one address.
const HEARD: usize = 20;

fn wrong(key: token::KeyId) -> IssuedKey {
    IssuedKey {
        id: key,
        name: KeyName::parse("Guess").expect("a name"),
        secret: token::format_secret(Environment::Live, &[9; 32]),
        environment: Environment::Live,
    }
}

#[tokio::test]
async fn wrong_secrets_are_throttled_for_known_and_unknown_ids_and_the_right_secret_is_accepted() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let unknown = token::KeyId::from_number(Environment::Live, 42);
    let mut responses = Vec::new();
    for (guess, peer) in [(wrong(key.id), "192.0.2.1"), (wrong(unknown), "192.0.2.2")] {
        for _ in 0..HEARD {
            let answer = call_gate(&server, "/v1/auth", &guess, &[("peer", peer)]).await;
            assert_problem(&answer, 401, "invalid_credentials");
        }
        let answer = call_gate(&server, "/v1/auth", &guess, &[("peer", peer)]).await;
        assert_problem(&answer, 429, "rate_limited");
        let seconds: i64 = answer.header("retry-after").parse().expect("seconds");
        assert!((1..=60).contains(&seconds), "{seconds}");
        let headers: Vec<_> = answer
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id")
            .map(|line| format!("{line:?}"))
            .collect();
        let body = answer.body.replace(answer.header("x-request-id"), "ID");
        responses.push((body, headers));
    }
    assert_eq!(responses[0], responses[1]);
    for peer in ["192.0.2.1", "192.0.2.3"] {
        let answer = call_gate(&server, "/v1/whoami", &key, &[("peer", peer)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{peer}");
    }
    server.clock.advance(3 * SECOND);
    let answer = call_gate(
        &server,
        "/v1/auth",
        &wrong(key.id),
        &[("peer", "192.0.2.1")],
    )
    .await;
    assert_problem(&answer, 401, "invalid_credentials");
}

#[tokio::test]
async fn wrong_secrets_in_questions_are_throttled_by_the_reported_address() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let service = server.key(&owner, "key:verify", "").await;
    let key = server.key(&owner, "invoice:read", "").await;
    let question = |secret: &str, ip: &str| {
        serde_json::json!({
            "key": key.id.to_string(), "secret": secret, "request": { "ip": ip },
        })
    };
    let guess = wrong(key.id).secret;
    let guesses = vec![question(&guess, "192.0.2.1"); HEARD + 1];
    let body = serde_json::to_string(&guesses).expect("JSON");
    let answers = verify::verify(&server, &service, &body).await.json();
    assert_eq!(answers[HEARD - 1]["code"], "invalid_credentials");
    assert_eq!(answers[HEARD]["code"], "rate_limited");
    assert_eq!(answers[HEARD]["valid"], false);
    assert!(answers[HEARD]["key_id"].is_null());
    for (secret, ip, code) in [
        (&guess, "192.0.2.2", "invalid_credentials"),
        (&key.secret, "192.0.2.1", "valid"),
    ] {
        let body = question(secret, ip).to_string();
        let answer = verify::verify(&server, &service, &body).await.json();
        assert_eq!(answer["code"], code);
    }
}
