//! Credentials and client addresses.

use super::{assert_problem, call_gate};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::key::{Environment, token};
use http::StatusCode;
use test_server::{PROXY, TestServer};

#[tokio::test]
async fn http_basic_is_equivalent_to_the_two_headers() {
    let server = TestServer::with_users().await;
    let key = server.key(&server.owner().await, "invoice:read", "").await;
    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", key.id, key.secret))
    );
    let answer = server.get("/v1/whoami", &[("authorization", &basic)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let both = call_gate(&server, "/v1/whoami", &key, &[("authorization", &basic)]).await;
    assert_problem(&both, 400, "ambiguous_credentials");
}

#[tokio::test]
async fn every_invalid_pair_gets_the_same_response() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let dead = server.key(&owner, "invoice:read", "192.0.2.1").await;
    owner.revoke(dead.id, String::new()).await.expect("revoked");
    let other = token::format_secret(Environment::Live, &[7; 32]);
    let mut broken = key.secret.clone();
    let last = if broken.ends_with('0') { '1' } else { '0' };
    broken.pop();
    broken.push(last);
    let unknown = token::KeyId::from_number(Environment::Live, 42);
    let mut seen: Vec<(String, Vec<String>)> = Vec::new();
    for (id, secret) in [
        (unknown.to_string(), key.secret.clone()),
        (key.id.to_string(), other.clone()),
        (key.id.to_string(), broken),
        (key.id.to_string(), "x".into()),
        ("x".into(), key.secret.clone()),
        // With a wrong secret, a revoked key is not reported as revoked.
        (dead.id.to_string(), other),
    ] {
        let lines = [
            ("x-client-key", id.as_str()),
            ("x-client-secret", secret.as_str()),
        ];
        let answer = server.get("/v1/auth?scope=tax:read", &lines).await;
        assert_problem(&answer, 401, "invalid_credentials");
        let body = answer.body.replace(answer.header("x-request-id"), "ID");
        let headers = answer
            .headers
            .iter()
            .filter(|(name, _)| *name != "x-request-id")
            .map(|line| format!("{line:?}"))
            .collect();
        seen.push((body, headers));
    }
    assert!(seen.windows(2).all(|two| two[0] == two[1]), "{seen:#?}");
}

#[tokio::test]
async fn requests_without_exactly_one_pair_are_refused() {
    let server = TestServer::with_users().await;
    let key = server.key(&server.owner().await, "invoice:read", "").await;
    let id = key.id.to_string();
    for path in ["/v1/whoami", "/v1/auth", "/api/v0/health"] {
        assert_problem(&server.get(path, &[]).await, 401, "missing_credentials");
        let half = server.get(path, &[("x-client-key", &id)]).await;
        assert_problem(&half, 401, "missing_credentials");
        let doubled = call_gate(&server, path, &key, &[("x-client-key", &id)]).await;
        assert_problem(&doubled, 400, "ambiguous_credentials");
        let query = format!("{path}?x-client-key={id}&x-client-secret={}", key.secret);
        let in_query = call_gate(&server, &query, &key, &[]).await;
        assert_problem(&in_query, 400, "credentials_in_query");
        assert!(!in_query.body.contains(&key.secret));
    }
}

#[tokio::test]
async fn the_client_address_is_that_of_the_socket_or_from_a_trusted_proxy() {
    let server = TestServer::with_users().await;
    let key = server
        .key(&server.owner().await, "invoice:read", "203.0.113.0/24")
        .await;
    for (peer, forwarded, status) in [
        ("203.0.113.9", None, 200),
        ("::ffff:203.0.113.9", None, 200),
        ("198.51.100.2", Some("203.0.113.9"), 403),
        (PROXY, Some("203.0.113.9"), 200),
        (PROXY, Some("203.0.113.9, 198.51.100.7"), 403),
        (PROXY, Some("203.0.113.9, garbage"), 403),
        (PROXY, Some("198.51.100.7, 203.0.113.9"), 200),
        (PROXY, None, 403),
    ] {
        let mut more = vec![("peer", peer)];
        more.extend(forwarded.map(|list| ("x-forwarded-for", list)));
        let answer = call_gate(&server, "/v1/auth", &key, &more).await;
        assert_eq!(answer.status.as_u16(), status, "{peer} {forwarded:?}");
    }
}
