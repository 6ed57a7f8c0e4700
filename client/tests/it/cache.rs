//! The cache and its lifetime.

use crate::harness::{Harness, call, invoices};
use domain::time::{DAY, SECOND};
use std::time::Duration;

const LIFETIME: Duration = Duration::from_secs(5);

#[tokio::test]
async fn a_cached_answer_is_used_until_its_lifetime_ends() {
    let harness = Harness::new().await;
    let service = harness.with_cache();
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    for _ in 0..3 {
        assert_eq!(invoices(&service, &key).await, 200);
    }
    assert_eq!(harness.calls(), 1);
    harness.clock.advance(LIFETIME);
    assert_eq!(invoices(&service, &key).await, 200);
    assert_eq!(harness.calls(), 2);
}

#[tokio::test]
async fn a_revoked_key_is_accepted_for_the_lifetime_of_a_cached_answer_and_no_longer() {
    let harness = Harness::new().await;
    let service = harness.with_cache();
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    assert_eq!(invoices(&service, &key).await, 200);
    harness
        .owner
        .revoke(key.id, "Leaked".into())
        .await
        .expect("revoked");
    harness.clock.advance(Duration::from_millis(4_999));
    assert_eq!(
        invoices(&service, &key).await,
        200,
        "the cached answer is still valid"
    );
    harness.clock.advance(Duration::from_millis(1));
    assert_eq!(invoices(&service, &key).await, 401);
}

#[tokio::test]
async fn a_refusal_removes_all_cached_answers_about_its_key() {
    let harness = Harness::new().await;
    let service = harness.with_cache();
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    assert_eq!(invoices(&service, &key).await, 200);
    harness
        .owner
        .revoke(key.id, "Leaked".into())
        .await
        .expect("revoked");
    // Other scopes are another question, which the gate refuses.
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    assert_eq!(call(&service, "/any", &pair).await.status, 401);
    assert_eq!(invoices(&service, &key).await, 401);
    assert_eq!(harness.calls(), 3);
}

#[tokio::test]
async fn refusals_are_not_cached() {
    let harness = Harness::new().await;
    let service = harness.with_cache();
    let key = harness.server.key(&harness.owner, "invoice:read", "").await;
    harness
        .owner
        .deactivate(key.id)
        .await
        .expect("switched off");
    for _ in 0..2 {
        assert_eq!(invoices(&service, &key).await, 401);
    }
    assert_eq!(harness.calls(), 2);
    let fresh = harness.owner.fresh().expect("signed in a moment ago");
    fresh.activate(key.id).await.expect("switched on");
    assert_eq!(invoices(&service, &key).await, 200);
}

#[tokio::test]
async fn an_answer_is_not_cached_beyond_the_expiry_of_its_key() {
    let harness = Harness::new().await;
    let service = harness.with_cache();
    let key = harness.issue("7", None).await;
    harness.server.clock.advance(7 * DAY - 3 * SECOND);
    assert_eq!(invoices(&service, &key).await, 200);
    harness.clock.advance(Duration::from_millis(1_999));
    assert_eq!(invoices(&service, &key).await, 200);
    assert_eq!(harness.calls(), 1);
    // A second earlier, because the gate's time is in whole seconds.
    harness.clock.advance(Duration::from_millis(1));
    harness.server.clock.advance(3 * SECOND);
    assert_eq!(invoices(&service, &key).await, 401);
}
