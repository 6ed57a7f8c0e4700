//! The form for an existing key.

use super::{Browser, HTML, hidden, with};
use domain::time::MINUTE;
use test_server::PASSWORD;

#[tokio::test]
async fn a_change_is_shown_before_it_is_saved() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    let change = [("name", "Till"), ("scopes[]", "invoice:update")];
    let shown = browser.edit(&key, &seen, &change).await;
    assert_eq!(shown.status.as_u16(), 200, "{}", shown.body);
    for words in [
        "Review your changes, then save.",
        "name from “Checkout” to “Till”",
        "grants invoice:update",
        "no longer grants invoice:read",
        "value=\"Till\"",
    ] {
        assert!(shown.body.contains(words), "{words}: {}", shown.body);
    }
    assert_eq!(browser.revision(&key).await, seen, "nothing is saved");
    let reviewed = hidden(&shown, "reviewed");
    // The values differ from those of the confirmation, so the confirmation is shown again.
    let other = with(
        &change,
        &[("allowed_ips", "10.0.0.0/8"), ("reviewed", &reviewed)],
    );
    let again = browser.edit(&key, &seen, &other).await;
    assert!(
        again.body.contains("allows only 10.0.0.0/8"),
        "{}",
        again.body
    );
    assert_eq!(browser.revision(&key).await, seen, "nothing is saved");
    let saved = browser
        .edit(&key, &seen, &with(&change, &[("reviewed", &reviewed)]))
        .await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.body);
    assert!(saved.header("location").ends_with(&key.id.to_string()));
    let after = browser.owner.key(key.id).await.expect("there");
    assert_eq!(
        (after.name.as_str(), after.scopes.to_string().as_str()),
        ("Till", "invoice:update")
    );
}

#[tokio::test]
async fn a_change_asks_an_old_session_for_the_password_only_if_it_widens_access() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    browser.server.clock.advance(11 * MINUTE);
    let wider = [("allowed_ips", "10.0.0.0/8"), ("expiration", "never")];
    let shown = browser.edit(&key, &seen, &wider).await;
    assert!(shown.body.contains("name=\"password\""), "{}", shown.body);
    let reviewed = hidden(&shown, "reviewed");
    let wider = with(&wider, &[("reviewed", &reviewed)]);
    let asked = browser.edit(&key, &seen, &wider).await;
    assert_eq!(asked.status.as_u16(), 403, "{}", asked.body);
    // The notice asks, and the field has the focus: nothing is wrong yet.
    assert!(asked.body.contains("class=\"password-again\""));
    assert!(asked.body.contains("autofocus"), "{}", asked.body);
    assert!(!asked.body.contains("id=\"password-error\""));
    assert_eq!(browser.revision(&key).await, seen);
    let narrower = [("allowed_ips", "10.0.0.0/8")];
    let shown = browser.edit(&key, &seen, &narrower).await;
    assert!(!shown.body.contains("name=\"password\""), "{}", shown.body);
    let reviewed = hidden(&shown, "reviewed");
    let saved = browser
        .edit(&key, &seen, &with(&narrower, &[("reviewed", &reviewed)]))
        .await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.body);
    let seen = browser.revision(&key).await;
    let back = [("reviewed", "live"), ("password", PASSWORD)];
    let saved = browser.edit(&key, &seen, &back).await;
    assert_eq!(saved.status.as_u16(), 303, "{}", saved.body);
}

#[tokio::test]
async fn a_conflicting_change_is_reported_and_the_form_keeps_its_values() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    let quicker = [("name", "Quicker"), ("reviewed", "live")];
    assert_eq!(
        browser.edit(&key, &seen, &quicker).await.status.as_u16(),
        303
    );
    let slower = [("name", "Slower"), ("reviewed", "live")];
    let conflict = browser.edit(&key, &seen, &slower).await;
    assert!(
        conflict.body.contains("Someone else edited this key"),
        "{}",
        conflict.body
    );
    assert!(
        conflict.body.contains("“Quicker” to “Slower”"),
        "{}",
        conflict.body
    );
    let name = browser.owner.key(key.id).await.expect("there").name;
    assert_eq!(name.as_str(), "Quicker");
    let (seen, reviewed) = (hidden(&conflict, "seen"), hidden(&conflict, "reviewed"));
    let slower = with(&slower, &[("reviewed", &reviewed)]);
    assert_eq!(
        browser.edit(&key, &seen, &slower).await.status.as_u16(),
        303
    );
}

#[tokio::test]
async fn an_invalid_change_is_reported_and_nothing_is_saved() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    for (field, value, says) in [
        ("name", "\u{202E}", "invisible character"),
        ("scopes[]", "x", "Unknown scope"),
        ("allowed_ips", "x", "CIDR range. Use"),
        ("expiration", "91", "Choose an expiration"),
        ("rate_requests", "0", "whole number"),
        ("reviewed", "live", "No changes to save"),
    ] {
        let answer = browser.edit(&key, &seen, &[(field, value)]).await;
        assert_eq!(answer.status.as_u16(), 422, "{field}: {}", answer.body);
        assert!(answer.body.contains(says), "{field}: {}", answer.body);
    }
    assert_eq!(browser.revision(&key).await, seen);
}

#[tokio::test]
async fn the_form_of_an_ended_key_says_why_it_cannot_be_changed() {
    let browser = Browser::new().await;
    let key = browser.server.key(&browser.owner, "invoice:read", "").await;
    let seen = browser.revision(&key).await;
    let path = format!("/apps/{}/settings/api-keys/{}/edit", browser.app, key.id);
    let lines = [HTML, ("cookie", browser.cookie.as_str())];
    let open = browser.server.get(&path, &lines).await;
    assert!(open.body.contains("Save changes"), "{}", open.body);
    browser
        .owner
        .revoke(key.id, String::new())
        .await
        .expect("revoked");
    let page = browser.server.get(&path, &lines).await;
    assert!(page.body.contains("already revoked"), "{}", page.body);
    assert!(!page.body.contains("Save changes"));
    let late = browser.edit(&key, &seen, &[("name", "Till")]).await;
    assert_eq!(late.status.as_u16(), 409, "{}", late.body);
}
