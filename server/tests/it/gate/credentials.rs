//! Who is calling: what is presented, and from where.

use super::{ask, assert_problem};
use crate::house::{House, PROXY};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::key::{Environment, token};
use http::StatusCode;

#[tokio::test]
async fn basic_is_as_good_as_two_headers() {
    let house = House::furnished().await;
    let key = house.key(&house.owner().await, "invoice:read", "").await;
    let basic = format!(
        "Basic {}",
        STANDARD.encode(format!("{}:{}", key.id, key.secret))
    );
    let answer = house.get("/v1/whoami", &[("authorization", &basic)]).await;
    assert_eq!(answer.status, StatusCode::OK);
    let both = ask(&house, "/v1/whoami", &key, &[("authorization", &basic)]).await;
    assert_problem(&both, 400, "ambiguous_credentials");
}

#[tokio::test]
async fn whatever_is_wrong_with_a_pair_the_answer_is_the_same() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read", "").await;
    let dead = house.key(&owner, "invoice:read", "192.0.2.1").await;
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
        // A dead key with a wrong secret does not say that it is dead.
        (dead.id.to_string(), other),
    ] {
        let lines = [
            ("x-client-key", id.as_str()),
            ("x-client-secret", secret.as_str()),
        ];
        let answer = house.get("/v1/auth?scope=tax:read", &lines).await;
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
async fn requests_without_one_clear_pair_are_refused() {
    let house = House::furnished().await;
    let key = house.key(&house.owner().await, "invoice:read", "").await;
    let id = key.id.to_string();
    for path in ["/v1/whoami", "/v1/auth", "/api/v0/health"] {
        assert_problem(&house.get(path, &[]).await, 401, "missing_credentials");
        let half = house.get(path, &[("x-client-key", &id)]).await;
        assert_problem(&half, 401, "missing_credentials");
        let doubled = ask(&house, path, &key, &[("x-client-key", &id)]).await;
        assert_problem(&doubled, 400, "ambiguous_credentials");
        let query = format!("{path}?x-client-key={id}&x-client-secret={}", key.secret);
        let in_query = ask(&house, &query, &key, &[]).await;
        assert_problem(&in_query, 400, "credentials_in_query");
        assert!(!in_query.body.contains(&key.secret));
    }
}

#[tokio::test]
async fn the_clients_address_is_a_trusted_proxys_word_or_the_sockets() {
    let house = House::furnished().await;
    let key = house
        .key(&house.owner().await, "invoice:read", "203.0.113.0/24")
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
        let answer = ask(&house, "/v1/auth", &key, &more).await;
        assert_eq!(answer.status.as_u16(), status, "{peer} {forwarded:?}");
    }
}
