//! What pages offer to a person with a passkey.

use super::{Browser, HTML, PAGE, pending};
use domain::time::MINUTE;
use http::StatusCode;
use test_server::{OWNER, TestServer};

#[tokio::test]
async fn a_new_passkey_is_accepted_after_the_sign_in_has_become_older() {
    let server = TestServer::with_users().await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    server.clock.advance(8 * MINUTE);
    let form = browser.created().await;
    server.clock.advance(4 * MINUTE);
    let stale = browser.call("start_passkey", "").await;
    assert!(stale.body.contains("StaleSignIn"), "{}", stale.body);
    let form = format!("{form}&name=Phone");
    let added = browser.call("add_passkey", &form).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
}

#[tokio::test]
async fn a_form_that_takes_a_passkey_as_proof_has_one_button_for_it() {
    let server = TestServer::with_users().await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    browser.add().await;
    server.clock.advance(11 * MINUTE);
    for (path, button) in [
        ("turn-off", "confirm"),
        ("recovery-codes", "confirm"),
        ("add", "confirm"),
        ("add?method=app", "confirm"),
    ] {
        let page = browser.get(&format!("{PAGE}/{path}")).await;
        assert!(page.body.contains("name=\"password\""), "{path}");
        let purpose = format!("data-passkey=\"{button}\"");
        assert_eq!(page.body.matches(&purpose).count(), 1, "{path}");
        assert_eq!(page.body.matches("data-passkey=").count(), 1, "{path}");
    }
}

#[tokio::test]
async fn where_no_passkey_can_be_used_the_second_step_says_so() {
    let server = TestServer::with_users().await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    browser.add().await;
    let cookie = pending(&server, OWNER).await;
    for (host, offered) in [("localhost:3000", true), ("127.0.0.1:3000", false)] {
        let lines = [HTML, ("cookie", cookie.as_str()), ("host", host)];
        let page = server.get("/sign-in/code", &lines).await;
        assert_eq!(page.body.contains("Use a passkey"), offered, "{host}");
        let tab = if offered {
            "<title>Confirm it"
        } else {
            "<title>Enter your code"
        };
        let body = page.body.replace('\'', "&#x27;");
        assert!(body.contains(tab), "{host}: {}", page.body);
        for (words, shown) in [
            ("Use one of your passkeys", offered),
            ("work at this web address. Enter a recovery code.", !offered),
        ] {
            assert_eq!(page.body.contains(words), shown, "{words} at {host}");
        }
    }
}
