//! What is remembered, and for how long.

use crate::bench::{Bench, call, invoices};
use domain::time::{DAY, SECOND};
use std::time::Duration;

const LIFETIME: Duration = Duration::from_secs(5);

#[tokio::test]
async fn what_is_remembered_does_not_reach_the_gate_until_its_time_is_over() {
    let bench = Bench::new().await;
    let service = bench.remembering();
    let key = bench.server.key(&bench.owner, "invoice:read", "").await;
    for _ in 0..3 {
        assert_eq!(invoices(&service, &key).await, 200);
    }
    assert_eq!(bench.asked(), 1);
    bench.hand.advance(LIFETIME);
    assert_eq!(invoices(&service, &key).await, 200);
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn a_revoked_key_passes_for_the_lifetime_of_an_answer_and_no_longer() {
    let bench = Bench::new().await;
    let service = bench.remembering();
    let key = bench.server.key(&bench.owner, "invoice:read", "").await;
    assert_eq!(invoices(&service, &key).await, 200);
    bench
        .owner
        .revoke(key.id, "Leaked".into())
        .await
        .expect("revoked");
    bench.hand.advance(Duration::from_millis(4_999));
    assert_eq!(
        invoices(&service, &key).await,
        200,
        "this is what a cache means"
    );
    bench.hand.advance(Duration::from_millis(1));
    assert_eq!(invoices(&service, &key).await, 401);
}

#[tokio::test]
async fn one_refusal_ends_all_that_is_remembered_of_its_key() {
    let bench = Bench::new().await;
    let service = bench.remembering();
    let key = bench.server.key(&bench.owner, "invoice:read", "").await;
    assert_eq!(invoices(&service, &key).await, 200);
    bench
        .owner
        .revoke(key.id, "Leaked".into())
        .await
        .expect("revoked");
    // Other scopes are another question: the gate hears it, and refuses.
    let id = key.id.to_string();
    let pair = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    assert_eq!(call(&service, "/any", &pair).await.status, 401);
    assert_eq!(invoices(&service, &key).await, 401);
    assert_eq!(bench.asked(), 3);
}

#[tokio::test]
async fn refusals_are_not_remembered() {
    let bench = Bench::new().await;
    let service = bench.remembering();
    let key = bench.server.key(&bench.owner, "invoice:read", "").await;
    bench.owner.deactivate(key.id).await.expect("switched off");
    for _ in 0..2 {
        assert_eq!(invoices(&service, &key).await, 401);
    }
    assert_eq!(bench.asked(), 2);
    let fresh = bench.owner.fresh().expect("signed in a moment ago");
    fresh.activate(key.id).await.expect("switched on");
    assert_eq!(invoices(&service, &key).await, 200);
}

#[tokio::test]
async fn nothing_is_remembered_beyond_the_end_of_its_key() {
    let bench = Bench::new().await;
    let service = bench.remembering();
    let key = bench.issue("7", None).await;
    bench.server.clock.advance(7 * DAY - 3 * SECOND);
    assert_eq!(invoices(&service, &key).await, 200);
    bench.hand.advance(Duration::from_millis(1_999));
    assert_eq!(invoices(&service, &key).await, 200);
    assert_eq!(bench.asked(), 1);
    // A second before the end: the gate told its time in whole seconds.
    bench.hand.advance(Duration::from_millis(1));
    bench.server.clock.advance(3 * SECOND);
    assert_eq!(invoices(&service, &key).await, 401);
}
