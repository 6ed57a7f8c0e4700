//! Linking an identity on the profile, and unlinking it.

use super::{ADA, Setup};
use domain::{account::Email, time::MINUTE};
use http::StatusCode;
use management::{Administered, PeopleAdmin};
use serde_json::{Value, json};
use std::sync::Arc;
use store::Store;
use test_server::{OWNER, PASSWORD, SUPPORT, TestServer, VIEWER};
use testing::{TestDatabase, each_database};
use verification::SystemEntropy;

const LINK: &str = "/sign-in/oidc?for=link&next=/profile";

each_database!(a_person_links_and_unlinks_an_identity);
async fn a_person_links_and_unlinks_an_identity(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(VIEWER).await);
    setup.advance(11 * MINUTE);
    let profile = browser.get("/profile").await;
    assert!(profile.body.contains("Not linked"), "{}", profile.body);
    assert!(!profile.body.contains("for=link"), "the password first");
    let password = PASSWORD.replace(' ', "+");
    let form = format!("page=/profile&password={password}");
    let confirmed = browser.post("confirm_password", &form).await;
    assert_eq!(confirmed.status, StatusCode::SEE_OTHER);
    let profile = browser.get("/profile").await;
    assert!(profile.body.contains("for=link"), "{}", profile.body);
    let begun = browser
        .get_with(LINK, &[("sec-fetch-site", "same-origin")])
        .await;
    let location = begun.header("location").to_owned();
    assert!(location.contains("prompt=login&max_age=0"), "{location}");
    let callback = setup.provider.authorize(&location);
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.header("location"), "/profile");
    let profile = browser.get("/profile").await;
    assert!(
        profile.body.contains("Single sign-on linked"),
        "{}",
        profile.body
    );
    assert!(profile.body.contains("Linked since"), "{}", profile.body);
    assert!(
        profile.body.contains(&format!("as {ADA}")),
        "{}",
        profile.body
    );

    let mut other = setup.browser();
    other.sign_in().await;
    assert_eq!(other.session().await.email().as_str(), VIEWER);

    setup.advance(11 * MINUTE);
    let stale = browser.post("unlink_identity", "page=/profile").await;
    assert_eq!(stale.status, StatusCode::FORBIDDEN);
    let unlinked = browser.post("unlink_identity", &form).await;
    assert_eq!(unlinked.status, StatusCode::SEE_OTHER, "{}", unlinked.body);
    let token = other.token().expect("a cookie");
    let session = setup.server.keyring.sessions().find(token).await;
    assert!(
        session.expect("a database").is_none(),
        "through the provider"
    );
    let mut later = setup.browser();
    later.sign_in().await;
    // Now it is the identity of a new member.
    assert_eq!(later.session().await.email().as_str(), ADA);
    let log = setup.audit_log().await;
    let identity = format!("248289761001 at {} ({ADA})", setup.provider.issuer);
    for phrase in [
        "linked their own single sign-on",
        "unlinked their own single sign-on",
        &identity,
    ] {
        assert!(log.contains(phrase), "{phrase} is not in {log}");
    }
}

#[tokio::test]
async fn only_an_identity_whose_person_signed_in_again_is_linked() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(VIEWER).await);
    // The browser has removed `prompt` and `max_age`, and the provider has not asked for the password.
    for (auth_time, word) in [(Value::Null, "no-sign-in-time"), (json!(0), "invalid")] {
        setup.claim("auth_time", auth_time);
        let callback = browser.begin(LINK).await;
        let answer = browser.finish(&callback).await;
        assert_eq!(answer.header("location"), format!("/profile?sso={word}"));
    }
    let profile = browser.get("/profile").await;
    assert!(profile.body.contains("Not linked"), "{}", profile.body);
}

#[tokio::test]
async fn an_identity_is_linked_once() {
    let setup = Setup::new().await;
    setup.browser().sign_in().await;
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(VIEWER).await);
    let callback = browser.begin(LINK).await;
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.header("location"), "/profile?sso=already-linked");
}

#[tokio::test]
async fn another_site_cannot_begin_to_link_nor_a_session_that_is_stale() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(OWNER).await);
    for lines in [
        vec![("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "none")],
        vec![("referer", "https://evil.example/")],
        vec![("referer", "http://localhost:3000.evil.example/")],
        vec![],
    ] {
        let answer = browser.get_with(LINK, &lines).await;
        let location = answer.header("location");
        assert_eq!(location, "/profile?sso=not-started", "{lines:?}");
        assert!(!browser.cookies.contains_key("latchkey-oidc"));
    }
    setup.advance(11 * MINUTE);
    let same = [("sec-fetch-site", "same-origin")];
    let answer = browser.get_with(LINK, &same).await;
    assert_eq!(answer.header("location"), "/profile?sso=not-started");
    let profile = browser.get("/profile?sso=not-started").await;
    assert!(
        profile.body.contains("Nothing was linked"),
        "{}",
        profile.body
    );
}

#[tokio::test]
async fn a_person_without_a_password_cannot_unlink_the_only_way_in() {
    let setup = Setup::new().await;
    setup.says_when();
    let mut browser = setup.browser();
    browser.sign_in().await;
    let profile = browser.get("/profile").await;
    assert!(
        !profile.body.contains("unlink_identity"),
        "{}",
        profile.body
    );
    let refused = browser.post("unlink_identity", "page=/profile").await;
    assert_eq!(refused.status.as_u16(), 422, "{}", refused.body);
    setup.browser().sign_in().await;
}

#[tokio::test]
async fn the_command_line_unlinks_beside_the_server() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(VIEWER).await);
    let callback = browser.begin(LINK).await;
    browser.finish(&callback).await;
    let mut through = setup.browser();
    through.sign_in().await;
    let store = Store::open_without_ownership(&setup.server.url).await;
    let admin = PeopleAdmin::new(
        store.expect("opens"),
        &test_server::peppers(),
        setup.server.clock.clone(),
        Arc::new(SystemEntropy),
    );
    let email = Email::parse(VIEWER).expect("an address");
    let done = admin.unlink(&email).await;
    assert!(matches!(done, Ok(Administered::Done(()))), "{done:?}");
    let twice = admin.unlink(&email).await;
    assert!(matches!(twice, Ok(Administered::Already)), "{twice:?}");
    admin.close().await;
    let token = through.token().expect("a cookie");
    let session = setup.server.keyring.sessions().find(token).await;
    assert!(session.expect("a database").is_none());
    let log = setup.audit_log().await;
    assert!(log.contains("unlinked single sign-on for"), "{log}");
}

#[tokio::test]
async fn only_a_person_who_may_have_roles_is_told_about_them() {
    let setup = Setup::new().await;
    setup.server.add_support().await;
    for (email, told) in [(SUPPORT, false), (VIEWER, true)] {
        let mut browser = setup.browser();
        browser.use_session(&setup.server.token(email).await);
        let profile = browser.get("/profile").await;
        assert!(
            profile.body.contains("Link Northwind ID"),
            "{}",
            profile.body
        );
        let roles = profile.body.contains("Roles that an owner gave you");
        assert_eq!(roles, told, "{email}");
    }
}
