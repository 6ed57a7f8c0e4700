//! Regenerated secrets.

use domain::{
    key::{
        expiry::Expiry,
        issued::IssuedKey,
        regeneration::{GracePeriod, Regeneration},
    },
    time::{DAY, HOUR, SECOND},
    usage::{ChartRange, Window, breakdown::Dimension},
};
use http::StatusCode;
use management::{Issue, Owner};
use test_server::{Answer, OWNER, TestServer};

async fn whoami(server: &TestServer, key: &IssuedKey) -> Answer {
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", key.secret.as_str()),
    ];
    server.get("/v1/whoami", &pair).await
}

async fn regenerate(server: &TestServer, owner: &Owner, key: &IssuedKey, grace: i64) -> IssuedKey {
    let wanted = Regeneration {
        grace_period: GracePeriod { grace },
        expiry: Expiry::Never,
        compromised: false,
    };
    let once = server.keyring.new_idempotency_key();
    let fresh = owner.fresh().expect("signed in a moment ago");
    match fresh.regenerate(key.id, wanted, once).await {
        Ok((Issue::New(issued), _)) => issued,
        other => panic!("no key: {other:?}"),
    }
}

#[tokio::test]
async fn a_retiring_secret_has_deprecation_and_sunset_headers() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let old = server.key(&owner, "invoice:read", "").await;
    assert_eq!(whoami(&server, &old).await.header("deprecation"), "");
    let since = server.keyring.now();
    let new = regenerate(&server, &owner, &old, DAY).await;
    server.clock.advance(HOUR);
    let answer = whoami(&server, &old).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header("deprecation"),
        format!("@{}", since.0 / SECOND)
    );
    let ends = std::time::UNIX_EPOCH
        + std::time::Duration::from_millis(u64::try_from(since.plus(DAY).0).expect("after 1970"));
    assert_eq!(answer.header("sunset"), httpdate::fmt_http_date(ends));
    let fresh = whoami(&server, &new).await;
    assert_eq!(fresh.status, StatusCode::OK);
    assert_eq!(
        (fresh.header("deprecation"), fresh.header("sunset")),
        ("", "")
    );
    server.clock.advance(DAY);
    let ended = whoami(&server, &old).await;
    assert_eq!(ended.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ended.json()["code"], "secret_retired");
    let advice = "This key was rotated. Use the new API key and secret.";
    assert_eq!(ended.json()["detail"], advice);
    assert_eq!(whoami(&server, &new).await.status, StatusCode::OK);
}

#[tokio::test]
async fn confirming_a_secret_leads_to_the_list_and_after_a_regeneration_to_the_old_key() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let list = format!("/apps/{}/settings/api-keys", owner.application().id);
    let old = server.key(&owner, "invoice:read", "").await;
    let new = regenerate(&server, &owner, &old, DAY).await;
    let session = format!("latchkey={}", server.token(OWNER).await);
    let lines = [("accept", "text/html"), ("cookie", session.as_str())];
    for (key, next) in [
        (old.id, list.clone()),
        (new.id, format!("{list}/{}", old.id)),
    ] {
        let form = format!("app={}&key={key}", owner.application().id);
        let answer = server.post("/api/confirm_key", &lines, &form).await;
        assert_eq!(answer.header("location"), next, "{}", answer.body);
    }
}

#[tokio::test]
async fn usage_counts_the_original_route_of_a_proxied_request() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let id = key.id.to_string();
    for headers in [
        [
            ("x-forwarded-method", "DELETE"),
            ("x-forwarded-uri", "/invoices/12?token=hidden"),
        ],
        [
            ("x-original-method", "DELETE"),
            ("x-original-uri", "/invoices/13"),
        ],
    ] {
        let mut lines = vec![
            ("x-client-key", id.as_str()),
            ("x-client-secret", key.secret.as_str()),
        ];
        lines.extend(headers);
        let answer = server.get("/v1/auth?scope=invoice:read", &lines).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    whoami(&server, &key).await;
    server
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect("written");
    let seen = owner
        .open_key(key.id)
        .await
        .expect("the key")
        .usage()
        .breakdown(ChartRange::of(Window::Day, owner.now()))
        .await
        .expect("read");
    let routes = seen.of(Dimension::Route).expect("there");
    let named: Vec<_> = routes
        .top
        .iter()
        .map(|share| (share.value.as_str(), share.calls.accepted))
        .collect();
    assert_eq!(named, [("DELETE /invoices/{id}", 2), ("GET /v1/whoami", 1)]);
}

#[tokio::test]
async fn without_javascript_the_new_secret_is_only_in_the_response_to_the_post() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let app = owner.application().id;
    let old = server.key(&owner, "invoice:read", "").await;
    let session = format!("latchkey={}", server.token(OWNER).await);
    let once = server.keyring.new_idempotency_key();
    let here = format!("/apps/{app}/settings/api-keys/{}/regenerate", old.id);
    let referer = format!("http://localhost:3000{here}");
    let lines = [
        ("accept", "text/html"),
        ("referer", referer.as_str()),
        ("cookie", session.as_str()),
    ];
    let form = format!(
        "app={app}&key={}&ends=1h&hours=&expiration=keep&expires_on=&once={once}",
        old.id
    );
    let question = server.get(&here, &lines).await;
    assert!(
        question.body.contains("Regenerate secret"),
        "{}",
        question.body
    );
    let answer = server.post("/api/regenerate_key", &lines, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let (_, rest) = answer.body.split_once("asl_").expect("the secret");
    let secret: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    assert_eq!(secret.len(), 49);
    assert!(answer.body.contains("Save your credentials"));
    let again = server.post("/api/regenerate_key", &lines, &form).await;
    assert!(!again.body.contains("asl_"), "{}", again.body);
    let page = format!("/apps/{app}/settings/api-keys/{}", old.id);
    let page = server.get(&page, &lines).await;
    assert!(page.body.contains("Retiring") && !page.body.contains(&secret));
}
