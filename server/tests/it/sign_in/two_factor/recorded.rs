//! A change of second factors that cannot be recorded does not happen.

use super::{Browser, cookie, sign_in};
use crate::database::{Database, changed};
use domain::time::{MINUTE, SECOND};
use http::StatusCode;
use test_server::{DEVELOPER, OWNER, PASSWORD, TestServer};
use testing::{TestDatabase, each_database};

each_database!(a_change_of_the_second_factor_that_cannot_be_recorded_does_not_happen);
async fn a_change_of_the_second_factor_that_cannot_be_recorded_does_not_happen(
    database: TestDatabase,
) {
    let server = TestServer::with_users_on(database).await;
    let (owner, member) = (
        Browser::of(&server, OWNER).await,
        Browser::of(&server, DEVELOPER).await,
    );
    let app = server.application(OWNER).await;
    let rows = Database::at(&server.url).await;
    let started = member.post("start_two_factor", "").await;
    let setup = member.setup(&started).await;
    let code = || setup.secret().code_at(server.keyring.now());
    let attempt = async |browser: &Browser<'_>, function: &str, form: &str| {
        rows.refuse_records().await;
        let before = rows.rows().await;
        let answer = browser.call(function, form).await;
        let differences = changed(&before, &rows.rows().await);
        rows.allow_records().await;
        assert_eq!(answer.status.as_u16(), 500, "{function}: {}", answer.body);
        assert_eq!(differences, Vec::<String>::new(), "{function}");
    };
    let confirm = format!("setup={}&code={}", setup.form, code());
    attempt(&member, "confirm_two_factor", &confirm).await;
    let policy = format!("app={app}&policy=everybody");
    attempt(&owner, "set_factor_policy", &policy).await;

    let confirmed = member.call("confirm_two_factor", &confirm).await;
    assert_eq!(confirmed.status, StatusCode::OK, "{}", confirmed.body);
    server.clock.advance(30 * SECOND);
    for function in ["renew_recovery_codes", "turn_off_two_factor"] {
        attempt(&member, function, &format!("code={}", code())).await;
    }
    let password = PASSWORD.replace(' ', "+");
    let form = format!("email={DEVELOPER}&password={password}");
    attempt(&member, "sign_in", &form).await;
    let session = server.keyring.sessions().find(&member.token).await;
    let person = session.expect("a database").expect("there").person_id();
    let form = format!("app={app}&person={person}");
    attempt(&owner, "reset_two_factor", &form).await;
    server.clock.advance(MINUTE);
    let off = member
        .call("turn_off_two_factor", &format!("code={}", code()))
        .await;
    assert_eq!(off.status, StatusCode::OK, "{}", off.body);
}

each_database!(a_second_step_of_a_sign_in_that_cannot_be_recorded_can_be_repeated);
async fn a_second_step_of_a_sign_in_that_cannot_be_recorded_can_be_repeated(
    database: TestDatabase,
) {
    let server = TestServer::with_users_on(database).await;
    let (setup, _) = Browser::of(&server, OWNER).await.enrol().await;
    let asked = sign_in(&server, OWNER, "").await;
    let pending = cookie(&asked, "latchkey-sign-in").expect("a cookie");
    let (token, _) = pending.split_once("; ").expect("attributes");
    let browser = Browser {
        server: &server,
        token: String::new(),
        cookie: format!("latchkey-sign-in={token}"),
    };
    let form = format!("code={}", setup.secret().code_at(server.keyring.now()));
    let database = Database::at(&server.url).await;
    database.refuse_records().await;
    // An attempt at a code stays counted whatever follows.
    let before = database.rows_without("attempts").await;
    let answer = browser.call("enter_sign_in_code", &form).await;
    let differences = changed(&before, &database.rows_without("attempts").await);
    database.allow_records().await;
    assert_eq!(answer.status.as_u16(), 500, "{}", answer.body);
    assert!(cookie(&answer, "latchkey").is_none());
    assert_eq!(differences, Vec::<String>::new());
    let done = browser.call("enter_sign_in_code", &form).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert!(cookie(&done, "latchkey").is_some());
}
