//! A change of passkeys that cannot be recorded does not happen.

use super::{Browser, pending, session_of};
use crate::database::{Database, changed};
use http::StatusCode;
use test_server::{DEVELOPER, HERE, TestServer};
use testing::{SoftAuthenticator, TestDatabase, each_database};

/// Calls a function while no record can be written, and then again.
async fn attempt(browser: &mut Browser<'_>, database: &Database, function: &str, form: &str) {
    database.refuse_records().await;
    let before = database.rows().await;
    let answer = browser.call(function, form).await;
    let differences = changed(&before, &database.rows().await);
    database.allow_records().await;
    assert_eq!(answer.status.as_u16(), 500, "{function}: {}", answer.body);
    assert_eq!(differences, Vec::<String>::new(), "{function}");
    let answer = browser.call(function, form).await;
    assert_eq!(answer.status, StatusCode::OK, "{function}: {}", answer.body);
    browser.go_on_in(&answer);
}

each_database!(a_change_of_passkeys_that_cannot_be_recorded_does_not_happen);
async fn a_change_of_passkeys_that_cannot_be_recorded_does_not_happen(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let mut browser = Browser::of(&server, DEVELOPER, 1).await;
    browser.add().await;
    let session = session_of(&browser).await;
    let factor = session.second_factor().await.expect("read").expect("on");
    let id = factor.passkeys[0].id;
    let database = Database::at(&server.url).await;
    let mut other = SoftAuthenticator::new(2, HERE);
    let add = format!("{}&name=Other", browser.created_by(&mut other).await);
    attempt(&mut browser, &database, "add_passkey", &add).await;
    let rename = format!("passkey={id}&name=Mine");
    attempt(&mut browser, &database, "rename_passkey", &rename).await;
    for function in [
        "confirm_with_passkey",
        "start_passkey",
        "renew_recovery_codes",
    ] {
        let proof = browser.answered("confirm").await;
        attempt(&mut browser, &database, function, &proof).await;
    }
    let factor = session.second_factor().await.expect("read").expect("on");
    let other = factor.passkeys.iter().find(|passkey| passkey.id != id);
    let remove = format!("passkey={}", other.expect("the added one").id);
    attempt(&mut browser, &database, "remove_passkey", &remove).await;

    let proof = browser.answered("confirm").await;
    attempt(&mut browser, &database, "start_two_factor", &proof).await;
    let proof = browser.answered("confirm").await;
    let started = browser.call("start_two_factor", &proof).await;
    browser.go_on_in(&started);
    let form = started.json()["setup"].as_str().expect("a form").to_owned();
    let session = session_of(&browser).await;
    let setup = session.open_setup(&form).expect("of this session");
    let code = setup.secret().code_at(server.keyring.now());
    let confirm = format!("setup={form}&code={code}");
    attempt(&mut browser, &database, "confirm_two_factor", &confirm).await;
    attempt(&mut browser, &database, "remove_authenticator", "").await;

    let alone = browser.answered("sign_in").await;
    attempt(&mut browser, &database, "sign_in_with_passkey", &alone).await;
    browser.cookie = pending(&server, DEVELOPER).await;
    let step = browser.answered("second_step").await;
    attempt(&mut browser, &database, "answer_sign_in", &step).await;
    let proof = browser.answered("confirm").await;
    attempt(&mut browser, &database, "turn_off_two_factor", &proof).await;
}
