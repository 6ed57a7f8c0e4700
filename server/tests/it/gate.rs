//! The public contract of the gate.

use crate::house::{Answer, House, PROXY, request};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::{
    key::{Environment, issued::IssuedKey, token},
    time::DAY,
};
use http::{Method, StatusCode};

fn pair(key: &IssuedKey) -> [(&'static str, String); 2] {
    [
        ("x-client-key", key.id.to_string()),
        ("x-client-secret", key.secret.clone()),
    ]
}

async fn ask(house: &House, path: &str, key: &IssuedKey, more: &[(&str, &str)]) -> Answer {
    let pair = pair(key);
    let mut lines: Vec<(&str, &str)> = pair.iter().map(|(n, v)| (*n, v.as_str())).collect();
    lines.extend_from_slice(more);
    house.get(path, &lines).await
}

/// Everything that a problem of the contract has.
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

#[tokio::test]
async fn a_key_describes_itself() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read health:read", "").await;
    let answer = ask(&house, "/v1/whoami", &key, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    let body = answer.json();
    assert_eq!(body["key_id"], key.id.to_string());
    assert_eq!(body["application_id"], owner.application().id.to_string());
    assert_eq!(
        body["account_id"],
        owner.application().account_id.to_string()
    );
    assert_eq!(body["environment"], "live");
    assert_eq!(
        body["scopes"],
        serde_json::json!(["health:read", "invoice:read"])
    );
    assert_eq!(body["request_id"], answer.header("x-request-id"));
    assert!(!answer.body.contains(&key.secret));
}

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
async fn a_proven_caller_is_told_what_is_wrong() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let revoked = house.key(&owner, "invoice:read", "").await;
    owner
        .revoke(revoked.id, String::new())
        .await
        .expect("revoked");
    let inactive = house.key(&owner, "invoice:read", "").await;
    owner.deactivate(inactive.id).await.expect("deactivated");
    let elsewhere = house.key(&owner, "invoice:read", "192.0.2.0/24").await;
    let narrow = house.key(&owner, "invoice:read", "").await;
    let path = "/v1/auth?scope=invoice:read&scope=invoice:create";
    for (key, status, code) in [
        (&revoked, 401, "key_revoked"),
        (&inactive, 401, "key_inactive"),
        (&elsewhere, 403, "ip_not_allowed"),
        (&narrow, 403, "insufficient_scope"),
    ] {
        let answer = ask(&house, path, key, &[]).await;
        assert_problem(&answer, status, code);
        assert_eq!(
            answer.json()["required_scopes"],
            serde_json::json!(["invoice:read", "invoice:create"])
        );
    }
    house.clock.advance(90 * DAY);
    let late = ask(&house, path, &narrow, &[]).await;
    assert_problem(&late, 401, "key_expired");
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
async fn a_proxy_may_ask_with_any_method() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read invoice:create", "").await;
    let id = key.id.to_string();
    for method in [
        "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND",
    ] {
        let lines = [
            ("x-client-key", id.as_str()),
            ("x-client-secret", key.secret.as_str()),
        ];
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let path = "/v1/auth?scope=invoice:read";
        let answer = house.send(request(method.clone(), path, &lines, "")).await;
        assert_eq!(answer.status, StatusCode::OK, "{method}");
        assert_eq!(answer.header("x-latchkey-key-id"), id);
        let app = owner.application();
        assert_eq!(
            answer.header("x-latchkey-application-id"),
            app.id.to_string()
        );
        assert_eq!(
            answer.header("x-latchkey-account-id"),
            app.account_id.to_string()
        );
        assert_eq!(
            answer.header("x-latchkey-scopes"),
            "invoice:read invoice:create"
        );
        assert_eq!(answer.body, "");
    }
    let unknown = ask(&house, "/v1/auth?scope=invoice:fly", &key, &[]).await;
    assert_problem(&unknown, 400, "unknown_scope");
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

#[tokio::test]
async fn only_a_trusted_proxy_names_requests() {
    let house = House::furnished().await;
    let named = |peer: &'static str, id: &'static str| {
        let lines = [("peer", peer), ("x-request-id", id)];
        let request = request(Method::GET, "/api/v0/health/public", &lines, "");
        house.send(request)
    };
    assert_eq!(named(PROXY, "abc-1").await.header("x-request-id"), "abc-1");
    assert_ne!(named(PROXY, "a b").await.header("x-request-id"), "a b");
    let stranger = named("198.51.100.2", "abc-1").await;
    assert_ne!(stranger.header("x-request-id"), "abc-1");
}

#[tokio::test]
async fn health_is_told_with_and_without_a_key() {
    let house = House::furnished().await;
    let key = house.key(&house.owner().await, "invoice:read", "").await;
    let private = ask(&house, "/api/v0/health", &key, &[]).await.json();
    assert_eq!(private["status"], "ok");
    assert_eq!(private["database"], "connected");
    assert_eq!(private["authenticated"], true);
    assert!(private["timestamp"].is_string() && private["version"].is_string());
    assert!(private["message"].is_string());
    let public = house.get("/api/v0/health/public", &[]).await.json();
    let fields: Vec<_> = public.as_object().expect("an object").keys().collect();
    assert_eq!(fields, ["status", "timestamp", "version"]);
    assert_eq!(house.get("/healthz", &[]).await.status, StatusCode::OK);
    assert_eq!(house.get("/readyz", &[]).await.status, StatusCode::OK);
    house.keyring.close().await;
    assert_eq!(house.get("/readyz", &[]).await.status.as_u16(), 503);
    let closed = ask(&house, "/api/v0/health", &key, &[]).await;
    assert_problem(&closed, 503, "verification_unavailable");
}

#[tokio::test]
async fn every_problems_type_is_a_page() {
    let house = House::new().await;
    for code in server::gate::problem::Code::ALL {
        let page = house
            .get(&format!("/problems/{}", code.as_str()), &[])
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(code.title()) && page.body.contains(code.as_str()));
    }
    assert_eq!(
        house.get("/problems/x", &[]).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_gate_answers_in_its_own_words_where_there_is_nothing() {
    let house = House::new().await;
    assert_problem(&house.get("/v1/nothing", &[]).await, 404, "not_found");
    let posted = house
        .send(request(Method::POST, "/v1/whoami", &[], ""))
        .await;
    assert_problem(&posted, 405, "method_not_allowed");
    assert!(posted.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_key_revokes_itself_and_its_owner_reads_who_did() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read", "").await;
    let pair = pair(&key);
    let lines: Vec<(&str, &str)> = pair.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let delete = || house.send(request(Method::DELETE, "/v1/keys/current", &lines, ""));
    assert_eq!(delete().await.status, StatusCode::NO_CONTENT);
    assert_problem(&delete().await, 401, "key_revoked");
    let answer = ask(&house, "/v1/whoami", &key, &[]).await;
    assert_problem(&answer, 401, "key_revoked");
    let history = owner.history(key.id).await.expect("a history");
    assert_eq!(history[0].actor, key.id.to_string());
    assert_problem(
        &ask(&house, "/v1/keys/current", &key, &[]).await,
        405,
        "method_not_allowed",
    );
}

/// Asks with `service` about what `body` says.
async fn verify(house: &House, service: &IssuedKey, body: &str) -> Answer {
    let pair = pair(service);
    let mut lines: Vec<(&str, &str)> = pair.iter().map(|(n, v)| (*n, v.as_str())).collect();
    lines.push(("content-type", "application/json"));
    house
        .send(request(Method::POST, "/v1/keys/verify", &lines, body))
        .await
}

#[tokio::test]
async fn a_service_asks_about_a_pair_that_was_presented_to_it() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let service = house.key(&owner, "key:verify", "").await;
    let key = house.key(&owner, "invoice:read", "203.0.113.0/24").await;
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
        let answer = verify(&house, &service, &question(scope, ip).to_string()).await;
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
        &verify(&house, &service, &unknown).await,
        400,
        "unknown_scope",
    );
    let without = house.key(&owner, "invoice:read", "").await;
    let asked = question("invoice:read", "203.0.113.7").to_string();
    let refused = verify(&house, &without, &asked).await;
    assert_problem(&refused, 403, "insufficient_scope");
}

#[tokio::test]
async fn a_pair_of_another_account_is_as_unknown_as_a_wrong_one() {
    let house = House::furnished().await;
    let service = house.key(&house.owner().await, "key:verify", "").await;
    let session = house.session(crate::house::FOREIGNER).await;
    let app = house.application(crate::house::FOREIGNER).await;
    let foreigner = session
        .owner(app, keyring::Origin::default())
        .await
        .expect("owns it");
    let foreign = house.key(&foreigner, "invoice:read", "").await;
    let wrong = token::format_secret(Environment::Live, &[9; 32]);
    let mut bodies = Vec::new();
    for secret in [&foreign.secret, &wrong] {
        let question = serde_json::json!({ "key": foreign.id.to_string(), "secret": secret });
        let answer = verify(&house, &service, &question.to_string()).await;
        let mut body = answer.json();
        assert_eq!(body["code"], "invalid_credentials");
        assert!(body["key_id"].is_null() && body["account_id"].is_null());
        body["request_id"] = serde_json::Value::Null;
        bodies.push(body);
    }
    assert_eq!(bodies[0], bodies[1]);
    house.keyring.flush_usage().await.expect("written");
    let key = foreigner.key(foreign.id).await.expect("there");
    assert!(key.last_used.is_none());
}

#[tokio::test]
async fn a_hundred_pairs_are_asked_about_at_once_and_not_one_more() {
    let house = House::furnished().await;
    let owner = house.owner().await;
    let service = house.key(&owner, "key:verify", "").await;
    let key = house.key(&owner, "invoice:read", "").await;
    let good = serde_json::json!({ "key": key.id.to_string(), "secret": key.secret });
    let bad = serde_json::json!({ "key": "x", "secret": "y" });
    let batch = |n: usize| {
        let questions: Vec<_> = (0..n)
            .map(|n| if n % 2 == 0 { &good } else { &bad })
            .collect();
        serde_json::to_string(&questions).expect("JSON")
    };
    let answer = verify(&house, &service, &batch(100)).await;
    let answers = answer.json();
    let answers = answers.as_array().expect("an array");
    assert_eq!(answers.len(), 100);
    for (n, answer) in answers.iter().enumerate() {
        assert_eq!(answer["valid"], n % 2 == 0);
    }
    for body in [batch(0), batch(101), "[".into(), "\u{0}".into()] {
        let refused = verify(&house, &service, &body).await;
        assert_problem(&refused, 400, "invalid_request");
    }
    let long = format!("[{}]", " ".repeat(256 * 1024));
    let refused = verify(&house, &service, &long).await;
    assert_problem(&refused, 413, "body_too_large");
}

#[tokio::test]
async fn while_the_database_is_silent_keys_are_verified_for_a_time_and_then_refused() {
    let mut patient = House::furnished().await;
    let key = patient
        .key(&patient.owner().await, "invoice:read", "")
        .await;
    patient.state.patience_ms = 300_000;
    patient.router = server::router(patient.state.clone());
    patient.keyring.close().await;
    patient.clock.advance(300_000);
    let answer = ask(&patient, "/v1/whoami", &key, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    patient.clock.advance(1);
    let answer = ask(&patient, "/v1/whoami", &key, &[]).await;
    assert_problem(&answer, 503, "verification_unavailable");
}
