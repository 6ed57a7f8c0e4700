//! Mails about identities that are linked and unlinked, and about addresses that follow the provider.

use super::{ADA, Setup};
use crate::mail::with_mail;
use domain::origin::Origin;
use http::StatusCode;
use serde_json::json;
use test_server::{DEVELOPER, VIEWER};
use testing::{ReceivedMail, SmtpSink};

const LINK: &str = "/sign-in/oidc?for=link&next=/profile";

const NEW_BROWSER: &str = "New sign-in to Latchkey";

/// Sends what waits, and returns the mails that were not received before.
async fn deliver(setup: &Setup, sink: &SmtpSink, before: &mut usize) -> Vec<ReceivedMail> {
    let delivered = setup.server.keyring.outbox().deliver().await;
    delivered.expect("works");
    let mut received = sink.received();
    let new = received.split_off(*before);
    *before += new.len();
    new
}

/// As [`deliver`]: recipients and messages, without those about new browsers.
async fn sent(setup: &Setup, sink: &SmtpSink, before: &mut usize) -> Vec<(String, String)> {
    let new = deliver(setup, sink, before).await.into_iter();
    new.filter(|mail| !mail.message.contains(NEW_BROWSER))
        .map(|mail| (mail.to, mail.message))
        .collect()
}

#[tokio::test]
async fn an_identity_that_is_linked_or_unlinked_is_mailed_to_the_person() {
    let (server, sink) = with_mail().await;
    let setup = Setup::with(server, |settings| settings.link_by_email = true).await;
    let mut before = 0;
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(VIEWER).await);
    sent(&setup, &sink, &mut before).await;
    let callback = browser.begin(LINK).await;
    browser.finish(&callback).await;
    for (linked, subject) in [
        (true, "Single sign-on is on"),
        (false, "Single sign-on is off"),
    ] {
        if !linked {
            browser.post("unlink_identity", "page=/profile").await;
        }
        let mails = sent(&setup, &sink, &mut before).await;
        let found: Vec<_> = mails
            .iter()
            .map(|(to, message)| (to.clone(), message.contains(subject)))
            .collect();
        assert_eq!(found, [(VIEWER.to_owned(), true)], "{subject}: {mails:?}");
    }
    // By the address, at the first sign-in.
    setup.claim("sub", json!("another"));
    setup.claim("email", json!(DEVELOPER));
    setup.browser().sign_in().await;
    let mails = sent(&setup, &sink, &mut before).await;
    let [(to, message)] = mails.as_slice() else {
        panic!("{mails:?}");
    };
    assert_eq!(to, DEVELOPER);
    assert!(message.contains("Single sign-on is on"), "{message}");
}

#[tokio::test]
async fn twenty_changes_of_an_identity_an_hour_are_mailed() {
    let (server, sink) = with_mail().await;
    let setup = Setup::with(server, |_| {}).await;
    let mut before = 0;
    let mut browser = setup.browser();
    browser.use_session(&setup.server.token(VIEWER).await);
    sent(&setup, &sink, &mut before).await;
    for _ in 0..12 {
        let callback = browser.begin(LINK).await;
        let linked = browser.finish(&callback).await;
        assert_eq!(linked.header("location"), "/profile");
        let unlinked = browser.post("unlink_identity", "page=/profile").await;
        assert_eq!(unlinked.status, StatusCode::SEE_OTHER, "{}", unlinked.body);
    }
    assert_eq!(sent(&setup, &sink, &mut before).await.len(), 20);
}

#[tokio::test]
async fn an_address_that_follows_the_provider_is_mailed_to_the_old_one() {
    let (server, sink) = with_mail().await;
    let setup = Setup::with(server, |_| {}).await;
    let mut before = 0;
    setup.browser().sign_in().await;
    sent(&setup, &sink, &mut before).await;
    setup.claim("email", json!("ada.king@northwind.example"));
    setup.browser().sign_in().await;
    let mails = sent(&setup, &sink, &mut before).await;
    let [(to, message)] = mails.as_slice() else {
        panic!("{mails:?}");
    };
    assert_eq!(to, ADA);
    let message = message.replace("=\r\n", "").replace("\r\n", " ");
    assert!(message.contains("at your identity provider"), "{message}");
    assert!(!message.contains("in your profile"), "{message}");
    assert!(!message.contains("ada.king@northwind.example"), "{message}");
}

#[tokio::test]
async fn a_sign_in_at_the_provider_from_a_new_browser_is_mailed() {
    let (server, sink) = with_mail().await;
    let setup = Setup::with(server, |_| {}).await;
    let mut known = setup.browser();
    known.sign_in().await;
    let mut before = 0;
    for (is_new, expected) in [(true, 1), (false, 0)] {
        deliver(&setup, &sink, &mut before).await;
        if is_new {
            setup.browser().sign_in().await;
        } else {
            known.sign_in().await;
        }
        let mails = deliver(&setup, &sink, &mut before).await;
        let subjects = mails
            .iter()
            .map(|mail| (mail.to.as_str(), mail.header("Subject")));
        let found: Vec<_> = subjects.collect();
        assert_eq!(found, vec![(ADA, NEW_BROWSER); expected], "{is_new}");
        for mail in &mails {
            let message = mail.message.replace("=\r\n", "");
            assert!(message.contains("at your identity provider"), "{message}");
            assert!(!message.contains("/profile/password"), "{message}");
        }
    }
}

#[tokio::test]
async fn a_person_without_a_password_is_told_what_to_do_at_the_provider() {
    let (server, sink) = with_mail().await;
    let setup = Setup::with(server, |_| {}).await;
    setup.says_when();
    let mut before = 0;
    let mut browser = setup.browser();
    browser.sign_in().await;
    sent(&setup, &sink, &mut before).await;
    let session = browser.session().await;
    let (fresh, origin) = (session.fresh().expect("fresh"), Origin::default());
    let app = fresh.begin_enrolment().await.expect("begun");
    let code = app.secret().code_at(setup.server.keyring.now());
    let codes = fresh.confirm_enrolment(&app.form, &code, &origin).await;
    let codes = codes.expect("works").expect("the right code");
    let codes = codes.expect("the first factor");
    for subject in [
        "Two-factor authentication is on",
        "Two-factor authentication is off",
    ] {
        if subject.ends_with("off") {
            let off = fresh.remove_second_factor(&codes.0[0], &origin).await;
            assert!(off.expect("works"));
        }
        let mails = sent(&setup, &sink, &mut before).await;
        let [(to, message)] = mails.as_slice() else {
            panic!("{mails:?}");
        };
        assert_eq!(to, ADA);
        let message = message.replace("=\r\n", "").replace("\r\n", " ");
        assert!(message.contains(subject), "{message}");
        assert!(message.contains("at your identity provider"), "{message}");
        for part in ["/forgot-password", "our password", "another password"] {
            assert!(!message.contains(part), "{part}: {message}");
        }
    }
}
