//! Where and to whom pages offer passkeys.

use super::{Browser, HTML, PAGE};
use crate::database::Database;
use http::StatusCode;
use test_server::{DEVELOPER, OWNER, TestServer};

#[tokio::test]
async fn without_a_host_name_no_page_offers_a_passkey() {
    let server = TestServer::at("http://127.0.0.1:3000").await;
    server.add_users().await;
    let browser = Browser::of(&server, OWNER, 1).await;
    for path in [PAGE, "/sign-in"] {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for offer in ["data-passkey=", "/api/start_passkey"] {
            assert!(!page.body.contains(offer), "{offer} in {}", page.body);
        }
    }
    for (function, form) in [("start_passkey", ""), ("ask_passkey", "purpose=sign_in")] {
        let refused = browser.call(function, form).await;
        assert_eq!(refused.status.as_u16(), 422, "{function}");
    }
}

#[tokio::test]
async fn a_page_under_another_name_of_this_machine_offers_no_passkey() {
    let server = TestServer::with_users().await;
    for (host, offered) in [("localhost:3000", true), ("127.0.0.1:3000", false)] {
        let page = server.get("/sign-in", &[HTML, ("host", host)]).await;
        assert_eq!(page.status, StatusCode::OK);
        let found = page.body.contains("Sign in with a passkey");
        assert_eq!(found, offered, "{host}");
        let policy = page.header("permissions-policy");
        for feature in ["create", "get"] {
            let allowed = format!("publickey-credentials-{feature}=(self)");
            assert!(policy.contains(&allowed), "{policy}");
        }
    }
}

#[tokio::test]
async fn a_person_without_a_password_is_offered_no_passkey() {
    let server = TestServer::with_users().await;
    let app = server.application(OWNER).await;
    let mut browser = Browser::of(&server, OWNER, 1).await;
    let without = Browser::of(&server, DEVELOPER, 2).await;
    browser.add().await;
    let database = Database::at(&server.url).await;
    for email in [OWNER, DEVELOPER] {
        let none = format!("UPDATE person SET password_hash = '' WHERE email = '{email}'");
        assert_eq!(database.run(&none).await, 1);
    }
    server.clock.advance(11 * domain::time::MINUTE);
    let form = format!("/apps/{app}/settings/general");
    for page in [
        browser.get(&form).await,
        browser.get(&format!("{PAGE}/add")).await,
        without.get(PAGE).await,
        without.get(&format!("{PAGE}/add")).await,
    ] {
        assert_eq!(page.status, StatusCode::OK);
        for offer in ["data-passkey=\"again\"", "/api/start_passkey"] {
            assert!(!page.body.contains(offer), "{offer} in {}", page.body);
        }
    }
    let asked = browser.call("ask_passkey", "purpose=confirm").await;
    assert_eq!(asked.status.as_u16(), 422, "{}", asked.body);
}

#[tokio::test]
async fn the_enter_key_leads_to_the_app_which_needs_no_javascript() {
    let server = TestServer::with_users().await;
    let browser = Browser::of(&server, OWNER, 1).await;
    for path in [PAGE.to_owned(), format!("{PAGE}/add")] {
        let page = browser.get(&path).await;
        // The default button is the first one of the form.
        let (_, form) = page
            .body
            .split_once("action=\"/api/start_two_factor\"")
            .expect("a form");
        let form = form.split("</form>").next().unwrap_or_default();
        let buttons: Vec<_> = form.match_indices("type=\"submit\"").collect();
        assert_eq!(buttons.len(), 2, "{form}");
        let passkey = form
            .find("formaction=\"/api/start_passkey\"")
            .expect("offered");
        let app = form.find("Set up an authenticator app").expect("a button");
        assert!(app < passkey, "{path}: {form}");
    }
}
