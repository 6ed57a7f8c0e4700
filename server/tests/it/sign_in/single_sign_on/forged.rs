//! Forged tokens, and responses that are replayed, or brought by another browser.

use super::{ADA, Setup};
use domain::{
    account::Role,
    time::{MINUTE, SECOND},
};
use test_server::{OWNER, TestServer, VIEWER};
use testing::{TestDatabase, each_database, provider::forgeries};

#[tokio::test]
async fn no_forgery_starts_a_session_or_adds_a_person() {
    let setup = Setup::new().await;
    for (name, forge, _) in forgeries::all() {
        // Failures are limited to 60 an hour.
        setup.advance(MINUTE);
        setup.provider.reset();
        setup.groups(&["admins"]);
        setup.provider.set(forge);
        let mut browser = setup.browser();
        let answer = browser.sign_in().await;
        assert_eq!(answer.header("location"), "/sign-in?sso=invalid", "{name}");
        assert_eq!(browser.token(), None, "{name}");
    }
    let log = setup.audit_log().await;
    assert!(!log.contains(ADA), "{log}");
    let page = setup.browser().get("/sign-in?sso=invalid").await;
    assert!(page.body.contains("wasn't valid") || page.body.contains("wasn&#x27;t valid"));
}

each_database!(a_response_counts_once_and_in_its_own_browser_only);
async fn a_response_counts_once_and_in_its_own_browser_only(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    let (mut ada, mut eve) = (setup.browser(), setup.browser());
    let begun = ada.get("/sign-in/oidc").await;
    let location = begun.header("location").to_owned();
    let first = setup.provider.authorize(&location);
    let second = setup.provider.authorize(&location);
    let cookie = ada.cookies["latchkey-oidc"].clone();
    let expired = "/sign-in?sso=expired";
    // An attacker who leads another browser to a response of their own gets no session into it.
    let answer = eve.finish(&first).await;
    assert_eq!((answer.header("location"), eve.token()), (expired, None));
    eve.begin("/sign-in/oidc").await;
    let answer = eve.finish(&first).await;
    assert_eq!((answer.header("location"), eve.token()), (expired, None));
    let answer = ada.finish(&first).await;
    assert_eq!(answer.header("location"), "/");
    assert_eq!(ada.session().await.email().as_str(), ADA);
    // The same code, and another code for the same request.
    setup.groups(&["admins"]);
    for (callback, word) in [(&first, "declined"), (&second, "expired")] {
        let mut thief = setup.browser();
        thief.cookies.insert("latchkey-oidc".into(), cookie.clone());
        let answer = thief.finish(callback).await;
        let expected = format!("/sign-in?sso={word}");
        assert_eq!(answer.header("location"), expected, "{callback}");
        assert_eq!(thief.token(), None);
    }
    // Nor has the response any other effect.
    let session = ada.session().await;
    assert_eq!(setup.role(&session).await, Some(Role::Developer));
}

#[tokio::test]
async fn a_request_expires_and_cannot_be_changed() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let callback = browser.begin("/sign-in/oidc").await;
    let cookie = browser.cookies["latchkey-oidc"].clone();
    let mut forged = vec![
        String::new(),
        "x".into(),
        cookie[1..].to_owned(),
        format!("{cookie}A"),
        format!("{cookie}{cookie}"),
    ];
    for at in (0..cookie.len() - 1).step_by(7) {
        let mut changed = cookie.clone();
        let other = if &cookie[at..=at] == "A" { "B" } else { "A" };
        changed.replace_range(at..=at, other);
        forged.push(changed);
    }
    for text in forged {
        let mut other = setup.browser();
        other.cookies.insert("latchkey-oidc".into(), text.clone());
        let answer = other.finish(&callback).await;
        assert_eq!(answer.header("location"), "/sign-in?sso=expired", "{text}");
    }
    setup.advance(10 * MINUTE);
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.header("location"), "/sign-in?sso=expired");
    let callback = browser.begin("/sign-in/oidc").await;
    setup.advance(10 * MINUTE - SECOND);
    browser.finish(&callback).await;
    browser.session().await;
}

#[tokio::test]
async fn a_response_without_its_parameters_or_with_two_of_them_is_refused() {
    let setup = Setup::new().await;
    for change in [
        |callback: String| callback + "&code=another",
        |callback: String| callback + "&state=another",
        |callback: String| callback + "&iss=https://evil.example",
        |callback: String| callback.replace("state=", "stat="),
        |callback: String| callback.replace("code=", "cod="),
        |callback: String| callback + "&error=access_denied",
        |callback: String| callback.replace("state=", "state=x"),
        |callback: String| format!("{callback}&x={}", "x".repeat(8 * 1_024)),
    ] {
        let mut browser = setup.browser();
        let callback = browser.begin("/sign-in/oidc").await;
        let callback = change(callback);
        let answer = browser.finish(&callback).await;
        let location = answer.header("location");
        assert!(location.starts_with("/sign-in?sso="), "{location}");
        assert_eq!(browser.token(), None, "{callback}");
    }
}

#[tokio::test]
async fn a_declined_sign_in_is_told_and_its_error_is_not_repeated() {
    let setup = Setup::new().await;
    for (error, issuer, word) in [
        ("access_denied", true, "declined"),
        ("%3Cscript%3Ealert", true, "declined"),
        ("access_denied", false, "invalid"),
    ] {
        let mut browser = setup.browser();
        let callback = browser.begin("/sign-in/oidc").await;
        let mut callback = callback.replace("code=", &format!("error={error}&x="));
        if !issuer {
            callback = callback.replace("iss=", "y=");
        }
        let answer = browser.finish(&callback).await;
        let expected = format!("/sign-in?sso={word}");
        assert_eq!(answer.header("location"), expected, "{error}");
        let page = browser.get(&expected).await;
        assert!(!page.body.contains("ript&gt;alert"), "{}", page.body);
        assert!(!page.body.contains("access_denied"), "{}", page.body);
        let told = ["signed in with Northwind ID", "from Northwind ID"];
        assert!(
            told.iter().any(|text| page.body.contains(text)),
            "{}",
            page.body
        );
    }
}

#[tokio::test]
async fn a_session_is_new_and_replaces_the_one_before() {
    let setup = Setup::new().await;
    let mut browser = setup.browser();
    let old = setup.server.token(OWNER).await;
    browser.use_session(&old);
    browser.sign_in().await;
    let new = browser.token().expect("a session").to_owned();
    assert_ne!(new, old);
    let ended = setup.server.keyring.sessions().find(&old).await;
    assert!(ended.expect("a database").is_none());
    // A session that an attacker has planted gets no one else's rights.
    let mut planted = setup.browser();
    let known = setup.server.token(VIEWER).await;
    planted.use_session(&known);
    planted.sign_in().await;
    assert_ne!(planted.token(), Some(known.as_str()));
    assert_eq!(planted.session().await.email().as_str(), ADA);
    let ended = setup.server.keyring.sessions().find(&known).await;
    assert!(ended.expect("a database").is_none(), "the attacker's copy");
}

#[tokio::test]
async fn the_way_on_never_leaves_the_site() {
    let setup = Setup::new().await;
    for (next, on) in [
        ("/profile/sessions", "/profile/sessions"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/%5Cevil.example", "/"),
        ("/api/sign_out", "/"),
        ("/sign-in", "/"),
        ("/sign-in/oidc", "/"),
    ] {
        let mut browser = setup.browser();
        let path = app::routes::single_sign_on("", next);
        let callback = browser.begin(&path).await;
        let answer = browser.finish(&callback).await;
        assert_eq!(answer.header("location"), on, "{next}");
    }
    let long = format!("/profile?x={}", "y".repeat(900));
    let mut browser = setup.browser();
    let callback = browser.begin(&app::routes::single_sign_on("", &long)).await;
    assert!(browser.cookies["latchkey-oidc"].len() <= 512);
    let answer = browser.finish(&callback).await;
    assert_eq!(answer.header("location"), "/profile");
}

#[tokio::test]
async fn a_response_of_another_request_leaves_the_cookie_for_the_right_one() {
    let setup = Setup::new().await;
    let (mut ada, mut eve) = (setup.browser(), setup.browser());
    let right = ada.begin("/sign-in/oidc").await;
    let other = eve.begin("/sign-in/oidc").await;
    let answer = ada.finish(&other).await;
    assert_eq!(answer.header("location"), "/sign-in?sso=expired");
    assert!(ada.cookies.contains_key("latchkey-oidc"));
    ada.finish(&right).await;
    assert_eq!(ada.session().await.email().as_str(), ADA);
}

#[tokio::test]
async fn failed_responses_from_one_address_are_limited_and_right_ones_are_not() {
    let setup = Setup::new().await;
    for _ in 0..70 {
        let mut browser = setup.browser();
        browser.sign_in().await;
        browser.session().await;
    }
    setup.claim("aud", serde_json::json!("another-client"));
    let mut words = Vec::new();
    for _ in 0..61 {
        let answer = setup.browser().sign_in().await;
        words.push(answer.header("location").to_owned());
    }
    let last = words.pop();
    assert_eq!(last.as_deref(), Some("/sign-in?sso=too-many"));
    assert!(words.iter().all(|word| word == "/sign-in?sso=invalid"));
    let page = setup.browser().get("/sign-in?sso=too-many").await;
    assert!(page.body.contains("Too many attempts"), "{}", page.body);
}

#[tokio::test]
async fn failures_of_the_provider_are_not_those_of_an_address() {
    let setup = Setup::new().await;
    for _ in 0..61 {
        let mut browser = setup.browser();
        let callback = browser.begin("/sign-in/oidc").await;
        setup.provider.set(|script| script.status = Some(503));
        let answer = browser.finish(&callback).await;
        assert_eq!(answer.header("location"), "/sign-in?sso=unavailable");
        setup.provider.set(|script| script.status = None);
    }
    let mut browser = setup.browser();
    browser.sign_in().await;
    browser.session().await;
}

#[tokio::test]
async fn unverified_addresses_are_looked_up_sixty_times_an_hour() {
    let setup = Setup::new().await;
    setup.claim("email", serde_json::json!(VIEWER));
    for (verified, last) in [
        (serde_json::json!(true), "address-taken"),
        (serde_json::Value::Null, "too-many"),
    ] {
        setup.claim("email_verified", verified);
        let mut words = Vec::new();
        for _ in 0..61 {
            let answer = setup.browser().sign_in().await;
            words.push(answer.header("location").to_owned());
        }
        let found = words.pop();
        assert_eq!(found, Some(format!("/sign-in?sso={last}")));
        assert!(
            words
                .iter()
                .all(|word| word == "/sign-in?sso=address-taken")
        );
    }
}

each_database!(the_same_response_twice_at_a_time_starts_one_session);
async fn the_same_response_twice_at_a_time_starts_one_session(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    let mut ada = setup.browser();
    let begun = ada.get("/sign-in/oidc").await;
    let location = begun.header("location").to_owned();
    let (first, second) = (
        setup.provider.authorize(&location),
        setup.provider.authorize(&location),
    );
    let mut copy = setup.browser();
    copy.cookies.clone_from(&ada.cookies);
    tokio::join!(ada.finish(&first), copy.finish(&second));
    assert!(ada.token().is_some() != copy.token().is_some());
}

each_database!(two_first_sign_ins_at_a_time_are_one_person);
async fn two_first_sign_ins_at_a_time_are_one_person(database: TestDatabase) {
    let setup = Setup::with(TestServer::with_users_on(database).await, |_| {}).await;
    let (mut one, mut other) = (setup.browser(), setup.browser());
    let (first, second) = (
        one.begin("/sign-in/oidc").await,
        other.begin("/sign-in/oidc").await,
    );
    tokio::join!(one.finish(&first), other.finish(&second));
    let (one, other) = (one.session().await, other.session().await);
    assert_eq!(one.person_id(), other.person_id());
}
