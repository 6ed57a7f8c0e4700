//! The dashboard: pages, plain forms, exported files and live requests.

mod applications;
mod audit_log;
mod export;
mod forms;
mod fresh;
mod live;
mod markup;
mod people;
mod profile;
mod usage_files;

use http::StatusCode;
use std::sync::Arc;
use test_server::{OWNER, PASSWORD, TestServer};
use testing::{TestDatabase, each_database};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");

fn cookie(token: &str) -> String {
    format!("latchkey={token}")
}

#[tokio::test]
async fn signing_in_without_javascript_redirects() {
    let server = TestServer::with_users().await;
    let form = format!("email={OWNER}&password={}", PASSWORD.replace(' ', "+"));
    let from = ("referer", "http://localhost:3000/sign-in");
    let answer = server.post("/api/sign_in", &[HTML, from], &form).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!(answer.header("location"), "/");
    let cookies: Vec<_> = answer
        .headers
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    let session = cookies
        .iter()
        .find(|cookie| cookie.starts_with("latchkey="))
        .expect("a session cookie");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(session.contains(attribute), "{session}");
    }
    assert!(!session.contains("Domain"));
}

#[tokio::test]
async fn a_refused_form_is_shown_again_with_its_values() {
    let server = TestServer::with_users().await;
    let from = ("referer", "http://localhost:3000/sign-in");
    let form = format!("email={OWNER}&password=wrong-password-1");
    let answer = server.post("/api/sign_in", &[HTML, from], &form).await;
    assert_eq!(answer.status.as_u16(), 422, "{}", answer.body);
    assert_eq!(answer.header("location"), "");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(answer.body.contains("Incorrect email or password"));
    assert!(answer.body.contains(OWNER));
    assert!(!answer.body.contains("wrong-password-1"));
}

each_database!(
    a_full_queue_of_sign_ins_answers_503_while_keys_are_verified,
    flavor = "multi_thread"
);
async fn a_full_queue_of_sign_ins_answers_503_while_keys_are_verified(database: TestDatabase) {
    let server = Arc::new(TestServer::with_users_on(database).await);
    let key = server.key(&server.owner().await, "invoice:read", "").await;
    let (id, secret) = (key.id.to_string(), key.secret.clone());
    let gate = server.clone();
    let (done, is_done) = tokio::sync::oneshot::channel::<()>();
    let verifications = tokio::spawn(async move {
        let lines = [("x-client-key", id.as_str()), ("x-client-secret", &secret)];
        let mut verified = 0;
        while is_done.is_empty() {
            let answer = gate.get("/v1/auth", &lines).await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            verified += 1;
        }
        verified
    });
    let mut sign_ins = tokio::task::JoinSet::new();
    for client in 0..1_000 {
        let server = server.clone();
        sign_ins.spawn(async move {
            let peer = format!("203.0.{}.{}", client / 250, client % 250);
            let form = format!("email=p{client}@example.com&password=wrong-password-1");
            let lines = [("accept", "application/json"), ("peer", peer.as_str())];
            server.post("/api/sign_in", &lines, &form).await
        });
    }
    let answers = sign_ins.join_all().await;
    _ = done.send(());
    assert!(verifications.await.expect("all were accepted") > 0);
    let (busy, checked): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|answer| answer.status == StatusCode::SERVICE_UNAVAILABLE);
    assert!(!busy.is_empty() && checked.len() >= 32, "{}", busy.len());
    for answer in busy {
        assert_eq!(answer.header("retry-after"), "1", "{}", answer.body);
    }
    for answer in checked {
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.body);
    }
}

#[tokio::test]
async fn a_throttled_sign_in_says_when_to_try_again() {
    let server = TestServer::with_users().await;
    let from = ("referer", "http://localhost:3000/sign-in");
    let form = format!("email={OWNER}&password=wrong-password-1");
    for lines in [&[("accept", "application/json")][..], &[HTML, from]] {
        let mut answer = server.post("/api/sign_in", lines, &form).await;
        while answer.status.as_u16() == 422 {
            answer = server.post("/api/sign_in", lines, &form).await;
        }
        assert_eq!(
            answer.status,
            StatusCode::TOO_MANY_REQUESTS,
            "{}",
            answer.body
        );
        let seconds: u32 = answer.header("retry-after").parse().expect("seconds");
        assert!((1..=3_600).contains(&seconds), "{seconds}");
    }
}

#[tokio::test]
async fn a_referer_of_another_site_is_ignored() {
    let server = TestServer::with_users().await;
    let from = ("referer", "https://evil.example/trap");
    let answer = server
        .post("/api/sign_in", &[HTML, from], "email=a&password=b")
        .await;
    assert!(!answer.header("location").contains("evil"));
    assert!(!answer.body.contains("evil.example"));
}

#[tokio::test]
async fn without_javascript_the_secret_is_only_in_the_response_to_the_post() {
    let server = TestServer::with_users().await;
    let app = server.application(OWNER).await;
    let session = cookie(&server.token(OWNER).await);
    let once = server.keyring.new_idempotency_key();
    let page = format!("http://localhost:3000/apps/{app}/settings/api-keys/new");
    let form = format!(
        "app={app}&name=Checkout&description=&environment=live&scopes%5B%5D=invoice%3Aread&expiration=90\
         &expires_on=&allowed_ips=&once={once}"
    );
    let lines = [
        HTML,
        ("referer", page.as_str()),
        ("cookie", session.as_str()),
    ];
    let answer = server.post("/api/create_key", &lines, &form).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("location"), "");
    let (_, rest) = answer.body.split_once("asl_").expect("the secret");
    let secret: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    assert_eq!(secret.len(), 49);
    assert!(answer.body.contains("Save your credentials"));
    // A reload posts the form again: it makes no second key and does not show the secret again.
    let again = server.post("/api/create_key", &lines, &form).await;
    assert!(!again.body.contains("asl_"), "{}", again.body);
    let list = format!("/apps/{app}/settings/api-keys");
    let list = server.get(&list, &[HTML, ("cookie", &session)]).await;
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.body.contains("Checkout") && !list.body.contains(&secret));
}

#[tokio::test]
async fn a_new_key_can_start_with_the_fields_of_another_one() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "192.0.2.0/24").await.id;
    let session = cookie(&server.token(OWNER).await);
    let app = owner.application().id;
    let page = format!("/apps/{app}/settings/api-keys/new");
    let lines = [HTML, ("cookie", session.as_str())];
    let copy = server.get(&format!("{page}?from={key}"), &lines).await;
    for part in [
        "Checkout (copy)",
        "192.0.2.0/24",
        "1 network, no rate limit",
    ] {
        assert!(copy.body.contains(part), "{part}");
    }
    let blank = server.get(&page, &lines).await;
    assert!(!blank.body.contains("(copy)") && blank.body.contains("Any IP, no rate limit"));
}

#[tokio::test]
async fn the_list_has_filters_from_eight_keys_on() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let session = cookie(&server.token(OWNER).await);
    let list = format!("/apps/{}/settings/api-keys", owner.application().id);
    for keys in 0..=8 {
        let page = server.get(&list, &[("cookie", &session)]).await.body;
        assert_eq!(page.contains("filter-menu"), keys == 8, "{keys} keys");
        server.key(&owner, "invoice:read", "").await;
    }
}

#[tokio::test]
async fn cross_site_posts_are_refused() {
    let server = TestServer::with_users().await;
    let session = cookie(&server.token(OWNER).await);
    for site in ["cross-site", "same-site"] {
        let lines = [("sec-fetch-site", site), ("cookie", session.as_str())];
        let answer = server.post("/api/sign_out", &lines, "").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
    }
    let alive = server
        .post("/api/set_theme", &[("cookie", &session)], "theme=dark")
        .await;
    assert_eq!(alive.status, StatusCode::OK);
}

#[tokio::test]
async fn unknown_pages_and_functions_are_not_found() {
    let server = TestServer::with_users().await;
    let page = server.get("/nothing/here", &[HTML]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    let function = server.post("/api/nothing", &[], "").await;
    assert_eq!(function.status, StatusCode::NOT_FOUND);
    assert!(function.body.len() < 100);
    let reloaded = server.get("/api/create_key", &[HTML]).await;
    assert_eq!(reloaded.status, StatusCode::SEE_OTHER);
    assert_eq!(reloaded.header("location"), "/");
}

#[tokio::test]
async fn a_page_of_another_account_is_not_found() {
    let server = TestServer::with_users().await;
    let app = server.application(test_server::FOREIGNER).await;
    let session = cookie(&server.token(OWNER).await);
    let path = format!("/apps/{app}/settings/api-keys");
    let foreign = server.get(&path, &[HTML, ("cookie", &session)]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    let anonymous = server.get(&path, &[HTML]).await;
    assert!(anonymous.status.is_redirection());
    assert!(anonymous.header("location").starts_with("/sign-in"));
}

#[tokio::test]
async fn the_page_of_an_unknown_key_leads_to_the_list() {
    let server = TestServer::with_users().await;
    let app = server.owner().await.application().id;
    let session = cookie(&server.token(OWNER).await);
    let path = format!("/apps/{app}/settings/api-keys/akl_0000000000000000");
    let page = server.get(&path, &[HTML, ("cookie", &session)]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("Go to API Keys"), "{}", page.body);
}

#[tokio::test]
async fn a_change_without_javascript_redirects_to_its_page() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let app = owner.application().id;
    let session = cookie(&server.token(OWNER).await);
    let list = format!("/apps/{app}/settings/api-keys?status=active");
    let page = format!("http://localhost:3000{list}");
    let lines = [
        HTML,
        ("referer", page.as_str()),
        ("cookie", session.as_str()),
    ];
    let form = format!("app={app}&key={}", key.id);
    let done = server.post("/api/deactivate_key", &lines, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(done.header("location"), list);
    let again = server.post("/api/deactivate_key", &lines, &form).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "{}", again.body);
    let theme = server.post("/api/set_theme", &lines, "theme=dark").await;
    assert_eq!(theme.status, StatusCode::SEE_OTHER);
    assert_eq!(theme.header("location"), list);
    assert!(theme.header("set-cookie").contains("latchkey-theme=dark"));
}

#[tokio::test]
async fn the_setup_works_once_and_redirects_to_the_sign_in_afterwards() {
    let empty = TestServer::new().await;
    let page = empty.get("/setup", &[HTML]).await;
    assert_eq!(page.status, StatusCode::OK);
    let server = TestServer::with_users().await;
    let page = server.get("/setup", &[HTML]).await;
    assert!(page.status.is_redirection(), "{}", page.status);
    assert_eq!(page.header("location"), "/sign-in");
}
