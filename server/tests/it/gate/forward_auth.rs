//! `/v1/auth`, as proxies ask it.

use super::{ask, assert_problem};
use crate::house::{House, request};
use http::{Method, StatusCode};

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
