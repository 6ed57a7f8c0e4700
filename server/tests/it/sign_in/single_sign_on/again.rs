//! Confirming a session through the provider, by people without a password.

use super::Setup;
use domain::time::MINUTE;
use http::StatusCode;
use serde_json::{Value, json};
use test_server::{OWNER, TestServer};
use testing::{TestDatabase, each_database};

const CONFIRM: &str = "/sign-in/oidc?for=confirm&next=/profile";

each_database!(a_person_without_a_password_confirms_at_the_provider);
async fn a_person_without_a_password_confirms_at_the_provider(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    setup.groups(&["admins"]);
    let mut browser = setup.browser();
    browser.sign_in().await;
    let app = setup.application().await;
    let page = format!("/apps/{app}/settings/general");
    let form = format!("page={page}&app={app}&name=Shop&time_zone=UTC");
    setup.advance(11 * MINUTE);
    let stale = browser.post("change_application", &form).await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    for shown in [
        "Confirm with your identity provider first.",
        "Confirm with Northwind ID",
        "href=\"/sign-in/oidc?for=confirm&amp;next=/profile\"",
        "target=\"_blank\"",
    ] {
        assert!(
            stale.body.contains(shown),
            "{shown} is not in {}",
            stale.body
        );
    }
    assert!(!stale.body.contains("type=\"password\""), "{}", stale.body);
    let new_key = browser
        .get(&format!("/apps/{app}/settings/api-keys/new"))
        .await;
    assert!(new_key.body.contains("Confirm with Northwind ID"));

    let before = browser.session().await;
    let token = browser.token().expect("a session").to_owned();
    let callback = browser.begin(CONFIRM).await;
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.header("location"), "/profile");
    assert_eq!(browser.session().await.id(), before.id());
    assert_ne!(browser.token(), Some(token.as_str()), "with a new token");
    let old = setup.server.keyring.sessions().find(&token).await;
    assert!(old.expect("a database").is_none());
    let profile = browser.get("/profile").await;
    assert!(
        profile.body.contains("Go back to the other tab"),
        "{}",
        profile.body
    );
    let saved = browser.post("change_application", &form).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
    let log = setup.audit_log().await;
    assert!(log.contains("signed in again through single sign-on"));
}

#[tokio::test]
async fn only_a_new_sign_in_of_the_same_person_confirms() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    setup.advance(11 * MINUTE);
    for (name, value, word) in [
        ("auth_time", Value::Null, "no-sign-in-time"),
        ("auth_time", json!(0), "invalid"),
        ("sub", json!("another"), "other-person"),
    ] {
        setup.provider.reset();
        setup.claim(name, value);
        let callback = browser.begin(CONFIRM).await;
        let answer = browser.finish(&callback).await;
        let expected = format!("/profile?sso={word}");
        assert_eq!(answer.header("location"), expected);
        assert!(!browser.session().await.is_fresh());
        let page = browser.get(&expected).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("Northwind ID"), "{}", page.body);
    }
    // A response that was meant for another session.
    setup.provider.reset();
    let callback = browser.begin(CONFIRM).await;
    let other = setup.server.token(OWNER).await;
    browser.use_session(&other);
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.header("location"), "/profile?sso=expired");
}

#[tokio::test]
async fn a_confirmation_needs_a_session() {
    let setup = Setup::new().await;
    let answer = setup.browser().get(CONFIRM).await;
    assert_eq!(answer.header("location"), "/sign-in?next=/profile");
}

#[tokio::test]
async fn a_session_is_as_fresh_as_the_sign_in_at_the_provider() {
    let setup = Setup::new().await;
    setup.says_when();
    let mut browser = setup.browser();
    browser.sign_in().await;
    assert!(browser.session().await.is_fresh());
    // The provider signs the person in without asking: the person was there eleven minutes ago.
    setup.advance(11 * MINUTE);
    let mut silent = setup.browser();
    silent.sign_in().await;
    assert!(!silent.session().await.is_fresh());
    let callback = silent.begin(CONFIRM).await;
    setup.says_when();
    silent.finish(&callback).await;
    assert!(silent.session().await.is_fresh());
}

#[tokio::test]
async fn another_site_cannot_begin_a_confirmation() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.sign_in().await;
    for site in ["cross-site", "same-site"] {
        let answer = browser.get_with(CONFIRM, &[("sec-fetch-site", site)]).await;
        let location = answer.header("location");
        assert_eq!(location, "/profile?sso=not-started", "{site}");
    }
}
