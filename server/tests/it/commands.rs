//! Commands beside a server that runs and owns the database.

use crate::house::{DEVELOPER, House, PEPPER, VIEWER};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::account::Email;
use server::{
    cli::user::{self, Whom},
    config::Config,
    start,
};
use std::ffi::OsString;

fn config(house: &House) -> Config {
    Config::read(|name| match name {
        "LATCHKEY_DATABASE_URL" => Some(OsString::from(&house.url)),
        "LATCHKEY_PEPPER" => Some(STANDARD.encode(PEPPER).into()),
        _ => None,
    })
    .expect("settings")
}

fn whom(email: &str) -> Whom {
    Whom {
        email: Email::parse(email).expect("an address"),
    }
}

#[tokio::test]
async fn people_are_disabled_and_enabled_while_a_server_owns_the_database() {
    let house = House::furnished().await;
    let config = config(&house);
    let _owned = start::Lock::take(&config.database_url).expect("free");
    let [gone, stays] = [house.token(DEVELOPER).await, house.token(VIEWER).await];
    user::disable(whom(DEVELOPER), &config)
        .await
        .expect("disabled");
    let home = async |token: &str| {
        let cookie = format!("latchkey={token}");
        let answer = house.post("/api/home", &[("cookie", &cookie)], "").await;
        answer.status.as_u16()
    };
    assert_eq!((home(&gone).await, home(&stays).await), (401, 200));
    user::enable(whom(DEVELOPER), &config)
        .await
        .expect("enabled");
    assert_eq!(home(&gone).await, 401);
    assert_eq!(home(&house.token(DEVELOPER).await).await, 200);
    user::reset_password(whom(DEVELOPER), &config)
        .await
        .expect("a link");
    let nobody = user::disable(whom("nobody@northwind.example"), &config).await;
    let refusal = nobody.expect_err("nobody").to_string();
    assert!(refusal.contains("nobody has the address"), "{refusal}");
}
