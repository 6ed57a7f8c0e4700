//! The exports of usage.

use domain::key::issued::IssuedKey;
use telemetry::ReportedCall;
use test_server::{FOREIGNER, TestServer, VIEWER};
use verification::{Call, Route};

fn call(server: &TestServer, key: &IssuedKey, user_agent: &str, scope: &str) {
    server.keyring.verify(&Call {
        key: &key.id.to_string(),
        secret: &key.secret,
        address: "192.0.2.1".parse().ok(),
        scopes: scope.parse().expect("known"),
        user_agent,
        route: Route {
            method: "GET",
            path: "/invoices",
        },
        within: None,
        request_id: "",
        browser: false,
    });
}

#[tokio::test]
async fn the_numbers_of_a_chart_and_their_breakdown_are_files() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    for _ in 0..3 {
        call(&server, &key, "=HYPERLINK(\"http://evil\")", "invoice:read");
    }
    call(&server, &key, "curl/8", "tax:read");
    let id = key.id.to_string();
    let reported = [200, 503].map(|status| ReportedCall {
        key: &id,
        status,
        latency_ms: 40,
        at: None,
    });
    let account = owner.application().account_id;
    server
        .keyring
        .telemetry()
        .report(account, None, reported)
        .expect("taken");
    let app = owner.application().id;
    let cookie = format!("latchkey={}", server.token(VIEWER).await);
    let now = server.keyring.now();
    for whose in [format!("/settings/api-keys/{id}"), String::new()] {
        let path = format!("/apps/{app}{whose}/usage.csv?window=1h");
        let answer = server.get(&path, &[("cookie", &cookie)]).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.body);
        assert!(answer.header("content-type").starts_with("text/csv"));
        let lines: Vec<_> = answer.body.lines().collect();
        assert_eq!(lines.len(), 61, "a heading, and a line for each minute");
        let last = format!("\"{now}\",\"3\",\"1\",\"0\",\"2\",\"0\",\"1\",\"40\"");
        assert_eq!(lines.last(), Some(&last.as_str()));
        let path = format!("/apps/{app}{whose}/breakdown.csv");
        let answer = server.get(&path, &[("cookie", &cookie)]).await;
        let refusal = "\"refusal\",\"insufficient_scope\",\"0\",\"1\",\"0\"";
        assert!(answer.body.contains(refusal), "{}", answer.body);
        let agent = "\"user_agent\",\"'=HYPERLINK(\"\"http://evil\"\")\",\"3\",\"0\",\"0\"";
        assert!(answer.body.contains(agent), "{}", answer.body);
    }
    let path = format!("/apps/{app}/settings/api-keys/{id}/breakdown.csv");
    let answer = server.get(&path, &[("cookie", &cookie)]).await;
    let disposition = answer.header("content-disposition");
    let name = format!("filename=\"{id}-breakdown-2026-11-23.csv\"");
    assert!(disposition.contains(&name), "{disposition}");
}

#[tokio::test]
async fn usage_of_another_accounts_key_is_not_found() {
    let server = TestServer::with_users().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    let own = server.application(FOREIGNER).await;
    let cookie = format!("latchkey={}", server.token(FOREIGNER).await);
    let foreign = owner.application().id;
    let id = key.id.to_string();
    for (app, key) in [
        (own.to_string(), id.as_str()),
        (foreign.to_string(), id.as_str()),
        (own.to_string(), "malformed"),
    ] {
        for what in ["usage", "breakdown"] {
            let path = format!("/apps/{app}/settings/api-keys/{key}/{what}.csv");
            let answer = server.get(&path, &[("cookie", &cookie)]).await;
            assert_eq!(answer.status.as_u16(), 404, "{path}");
        }
    }
}
