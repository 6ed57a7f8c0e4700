//! Refusals and their pages.

use super::{assert_problem, call_gate};
use domain::time::DAY;
use http::{Method, StatusCode};
use test_server::{OWNER, PROXY, TestServer, request};

#[tokio::test]
async fn a_caller_with_a_valid_secret_gets_the_exact_refusal() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let revoked = server.key(&owner, "invoice:read", "").await;
    owner
        .revoke(revoked.id, String::new())
        .await
        .expect("revoked");
    let inactive = server.key(&owner, "invoice:read", "").await;
    owner.deactivate(inactive.id).await.expect("deactivated");
    let elsewhere = server.key(&owner, "invoice:read", "192.0.2.0/24").await;
    let narrow = server.key(&owner, "invoice:read", "").await;
    let path = "/v1/auth?scope=invoice:read&scope=invoice:create";
    for (key, status, code) in [
        (&revoked, 401, "key_revoked"),
        (&inactive, 401, "key_inactive"),
        (&elsewhere, 403, "ip_not_allowed"),
        (&narrow, 403, "insufficient_scope"),
    ] {
        let answer = call_gate(&server, path, key, &[]).await;
        assert_problem(&answer, status, code);
        assert_eq!(
            answer.json()["required_scopes"],
            serde_json::json!(["invoice:read", "invoice:create"])
        );
    }
    server.clock.advance(90 * DAY);
    let late = call_gate(&server, path, &narrow, &[]).await;
    assert_problem(&late, 401, "key_expired");
}

#[tokio::test]
async fn the_type_of_every_problem_is_a_page() {
    let server = TestServer::new().await;
    for code in contract::Code::ALL {
        let page = server
            .get(&format!("/problems/{}", code.as_str()), &[])
            .await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains(code.title()) && page.body.contains(code.as_str()));
    }
}

#[tokio::test]
async fn the_page_of_an_unknown_code_leads_to_all_codes() {
    let server = TestServer::new().await;
    let page = server
        .get("/problems/x", &[("accept", "text/html,*/*;q=0.8")])
        .await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    assert!(page.body.contains("<h1>Page not found</h1>"));
    for code in contract::Code::ALL {
        let link = format!("href=\"/problems/{}\"", code.as_str());
        assert!(page.body.contains(&link), "{link}");
    }
    for lines in [&[("accept", "application/json")][..], &[]] {
        let line = server.get("/problems/x", lines).await;
        assert_eq!(line.status, StatusCode::NOT_FOUND);
        assert_eq!(
            line.body,
            "Unknown error code. See /openapi.json for all codes.\n"
        );
    }
}

#[tokio::test]
async fn the_page_of_a_code_leads_to_the_requests_with_it() {
    let server = TestServer::with_users().await;
    let link = "/?outcome=key_revoked";
    let page = server.get("/problems/key_revoked", &[]).await;
    assert!(page.body.contains(&format!("href=\"{link}\"")));
    // A request for an unknown path is not recorded.
    let page = server.get("/problems/not_found", &[]).await;
    assert!(!page.body.contains("outcome="));

    let accept = ("accept", "text/html");
    let signed_out = server.get(link, &[accept]).await;
    let sign_in = "/sign-in?next=/%3Foutcome%3Dkey_revoked";
    assert_eq!(signed_out.header("location"), sign_in);
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    let signed_in = server.get(link, &[accept, ("cookie", &cookie)]).await;
    let app = server.application(OWNER).await;
    assert_eq!(
        signed_in.header("location"),
        format!("/apps/{app}/settings/requests?outcome=key_revoked")
    );
    // This page does not have a parameter `code`.
    let lines = [accept, ("cookie", &*cookie)];
    let other = server.get("/?code=key_revoked", &lines).await;
    let list = format!("/apps/{app}/settings/api-keys");
    assert_eq!(other.header("location"), list);
}

#[tokio::test]
async fn unknown_paths_of_the_gate_get_a_problem() {
    let server = TestServer::new().await;
    assert_problem(&server.get("/v1/nothing", &[]).await, 404, "not_found");
    let posted = server
        .send(request(Method::POST, "/v1/whoami", &[], ""))
        .await;
    assert_problem(&posted, 405, "method_not_allowed");
    assert!(posted.header("allow").contains("GET"));
}

#[tokio::test]
async fn only_a_trusted_proxy_can_set_the_request_id() {
    let server = TestServer::with_users().await;
    let named = |peer: &'static str, id: &'static str| {
        let lines = [("peer", peer), ("x-request-id", id)];
        let request = request(Method::GET, "/api/v0/health/public", &lines, "");
        server.send(request)
    };
    assert_eq!(named(PROXY, "abc-1").await.header("x-request-id"), "abc-1");
    assert_ne!(named(PROXY, "a b").await.header("x-request-id"), "a b");
    let untrusted = named("198.51.100.2", "abc-1").await;
    assert_ne!(untrusted.header("x-request-id"), "abc-1");
}
