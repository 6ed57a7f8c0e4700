//! What pages offer to a person with a passkey.

use super::{Browser, HTML, PAGE, pending, session_of};
use domain::time::MINUTE;
use http::StatusCode;
use test_server::{HERE, OWNER, TestServer};
use testing::SoftAuthenticator;

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
async fn a_new_app_is_accepted_after_the_sign_in_has_become_older() {
    let server = TestServer::with_users().await;
    let browser = Browser::of(&server, OWNER, 1).await;
    server.clock.advance(9 * MINUTE);
    let started = browser.post("start_two_factor", "").await;
    let (_, form) = started
        .body
        .split_once("name=\"setup\" value=\"")
        .expect("a form");
    let form = form.split('"').next().unwrap_or_default();
    server.clock.advance(2 * MINUTE);
    let session = session_of(&browser).await;
    assert!(!session.is_fresh());
    let setup = session.open_setup(form).expect("of this session");
    let wrong = browser
        .post("confirm_two_factor", &format!("setup={form}&code=000000"))
        .await;
    assert!(wrong.body.contains(form), "the same secret: {}", wrong.body);
    let code = setup.secret().code_at(server.keyring.now());
    let form = format!("setup={form}&code={code}");
    let added = browser.post("confirm_two_factor", &form).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    assert_eq!(added.body.matches("<li><code").count(), 10);
}

#[tokio::test]
async fn a_form_of_a_page_without_a_factor_says_what_is_wrong_once_there_is_one() {
    let server = TestServer::with_users().await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    // The page was opened before.
    browser.add().await;
    for function in ["start_two_factor", "start_passkey"] {
        let refused = browser.post(function, "").await;
        assert_eq!(refused.status.as_u16(), 422, "{function}");
        let summary = refused.body.split("class=\"error-summary\"").nth(1);
        let summary = summary.unwrap_or_else(|| panic!("no summary: {}", refused.body));
        assert!(summary.contains("Enter a code."), "{summary}");
    }
}

#[tokio::test]
async fn a_name_that_another_passkey_has_is_refused_beside_the_field() {
    let server = TestServer::with_users().await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    browser.add().await;
    // They are listed in this order.
    server.clock.advance(MINUTE);
    let mut other = SoftAuthenticator::new(2, HERE);
    let form = browser.created_by(&mut other).await;
    browser.post("add_passkey", &form).await;
    let factor = session_of(&browser).await.second_factor().await;
    let passkeys = factor.expect("read").expect("on").passkeys;
    let id = passkeys[1].id;
    let lines = [HTML, ("cookie", browser.cookie.as_str())];
    let page = format!("{PAGE}/passkeys/{id}/rename");
    let form = format!("page={page}&passkey={id}&name=phone");
    let refused = server.post("/api/rename_passkey", &lines, &form).await;
    assert_eq!(refused.status.as_u16(), 422);
    let field = refused.body.split("id=\"name-error\"").nth(1);
    let field = field.unwrap_or_else(|| panic!("no error: {}", refused.body));
    assert!(field.contains("Another passkey has this name."), "{field}");
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

#[tokio::test]
async fn without_javascript_the_page_for_another_factor_leads_to_the_app_and_back() {
    let server = TestServer::with_users().await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    browser.add().await;
    let page = browser.get(&format!("{PAGE}/add")).await;
    let without = page.body.split("class=\"without-js\"").nth(1);
    let without = without.unwrap_or_else(|| panic!("no notice: {}", page.body));
    let notice = without.split("</main>").next().unwrap_or_default();
    for link in [format!("{PAGE}/add?method=app"), PAGE.to_owned()] {
        assert!(
            notice.contains(&format!("href=\"{link}\"")),
            "{link}: {notice}"
        );
    }
}

#[tokio::test]
async fn a_wrong_recovery_code_of_a_person_without_an_app_is_named_so() {
    let server = TestServer::with_users().await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    browser.add().await;
    let cookie = pending(&server, OWNER).await;
    let lines = [super::JSON, ("cookie", cookie.as_str())];
    let at_sign_in = server
        .post("/api/enter_sign_in_code", &lines, "code=wrong")
        .await;
    let proof = browser.call("turn_off_two_factor", "code=wrong").await;
    for answer in [at_sign_in, proof] {
        assert_eq!(answer.status.as_u16(), 422, "{}", answer.body);
        assert!(
            answer.body.contains("This recovery code"),
            "{}",
            answer.body
        );
        assert!(!answer.body.contains("wait for"), "{}", answer.body);
    }
}
