//! A code that was not entered.

use super::{Browser, cookie, sign_in};
use http::StatusCode;
use test_server::{OWNER, TestServer};

#[tokio::test]
async fn an_empty_code_is_a_missing_field_and_not_a_wrong_code() {
    let server = TestServer::with_users().await;
    let browser = Browser::of(&server, OWNER).await;
    let started = browser.post("start_two_factor", "").await;
    let setup = browser.setup(&started).await;
    let form = format!("setup={}&code=", setup.form);
    let none = browser.post("confirm_two_factor", &form).await;
    assert_eq!(none.status.as_u16(), 422);
    assert!(none.body.contains("Enter a code."), "{}", none.body);

    let (_, codes) = browser.enrol().await;
    let asked = sign_in(&server, OWNER, "").await;
    let pending = cookie(&asked, "latchkey-sign-in").expect("a cookie");
    let pending = pending.split(';').next().unwrap_or_default();
    let waiting = Browser {
        server: &server,
        token: String::new(),
        cookie: format!("latchkey-sign-in={pending}"),
    };
    // More than the wrong codes of a day, and than those of one sign-in.
    for _ in 0..30 {
        for function in ["renew_recovery_codes", "turn_off_two_factor"] {
            let none = browser.call(function, "code=+&credential=").await;
            assert_eq!(none.status.as_u16(), 422, "{function}: {}", none.body);
            assert!(none.body.contains("Enter a code."), "{}", none.body);
        }
        let none = waiting.call("enter_sign_in_code", "code=").await;
        assert_eq!(none.status.as_u16(), 422, "{}", none.body);
    }
    let form = format!("code={}", codes[0]);
    let done = waiting.call("enter_sign_in_code", &form).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let renewed = browser
        .call("renew_recovery_codes", &format!("code={}", codes[1]))
        .await;
    assert_eq!(renewed.status, StatusCode::OK, "{}", renewed.body);
    let ended = waiting.call("enter_sign_in_code", "code=").await;
    assert_eq!(ended.status.as_u16(), 401, "{}", ended.body);
}
