//! Commands while a server is running.

use crate::test_server::{DEVELOPER, PEPPER, TestServer, VIEWER};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::account::Email;
use server::{
    cli::user::{self, PersonArgs},
    config::Config,
    start,
};
use std::ffi::OsString;

fn config(server: &TestServer) -> Config {
    Config::read(|name| match name {
        "LATCHKEY_DATABASE_URL" => Some(OsString::from(&server.url)),
        "LATCHKEY_PEPPER" => Some(STANDARD.encode(PEPPER).into()),
        _ => None,
    })
    .expect("settings")
}

fn whom(email: &str) -> PersonArgs {
    PersonArgs {
        email: Email::parse(email).expect("an address"),
    }
}

#[tokio::test]
async fn people_are_disabled_and_enabled_while_a_server_is_running() {
    let server = TestServer::with_users().await;
    let config = config(&server);
    let _owned = start::DatabaseLock::take(&config.database_url).expect("free");
    let [gone, stays] = [server.token(DEVELOPER).await, server.token(VIEWER).await];
    user::disable(whom(DEVELOPER), &config)
        .await
        .expect("disabled");
    let home = async |token: &str| {
        let cookie = format!("latchkey={token}");
        let answer = server.post("/api/home", &[("cookie", &cookie)], "").await;
        answer.status.as_u16()
    };
    assert_eq!((home(&gone).await, home(&stays).await), (401, 200));
    user::enable(whom(DEVELOPER), &config)
        .await
        .expect("enabled");
    assert_eq!(home(&gone).await, 401);
    assert_eq!(home(&server.token(DEVELOPER).await).await, 200);
    user::reset_password(whom(DEVELOPER), &config)
        .await
        .expect("a link");
    let unknown = user::disable(whom("nobody@northwind.example"), &config).await;
    let refusal = unknown.expect_err("an unknown address").to_string();
    assert!(refusal.contains("no person has the address"), "{refusal}");
}
