//! Limits on failed attempts, which all processes of a database share.

use domain::{
    key::rate_limit::RateLimit,
    time::{HOUR, MINUTE, SECOND, Timestamp},
};
use store::{AttemptLimit, Exhausted, PruneTarget, Store};
use testing::{TestDatabase, each_database};

const NOW: Timestamp = Timestamp(1_700_000_000_000);

/// Ten an hour: one every six minutes.
fn ten_an_hour(bucket: u8) -> AttemptLimit {
    AttemptLimit {
        bucket: [bucket; 32],
        limit: RateLimit {
            requests: 10,
            window_ms: 3_600_000,
        },
    }
}

async fn charge(store: &Store, limits: &[AttemptLimit], now: Timestamp) -> Option<Exhausted> {
    store.charge_attempt(limits, now).await.expect("works")
}

/// Returns how many attempts are allowed at an instant.
async fn left(store: &Store, limit: AttemptLimit, now: Timestamp) -> u32 {
    let mut allowed = 0;
    while charge(store, &[limit], now).await.is_none() {
        allowed += 1;
    }
    allowed
}

each_database!(attempts_are_limited_in_a_burst_and_over_time);
async fn attempts_are_limited_in_a_burst_and_over_time(database: TestDatabase) {
    let (store, limit) = (&database.store, ten_an_hour(1));
    assert_eq!(left(store, limit, NOW).await, 10);
    let exhausted = charge(store, &[limit], NOW.plus(MINUTE))
        .await
        .expect("exhausted");
    assert_eq!(
        (exhausted.bucket, exhausted.wait_ms),
        (limit.bucket, 5 * MINUTE)
    );
    assert_eq!(left(store, limit, NOW.plus(6 * MINUTE - 1)).await, 0);
    assert_eq!(left(store, limit, NOW.plus(6 * MINUTE)).await, 1);
    assert_eq!(left(store, limit, NOW.plus(30 * MINUTE)).await, 4);
    assert_eq!(left(store, limit, NOW.plus(100 * HOUR)).await, 10);
    assert_eq!(left(store, ten_an_hour(2), NOW).await, 10);
}

each_database!(an_attempt_is_charged_to_all_limits_or_to_none);
async fn an_attempt_is_charged_to_all_limits_or_to_none(database: TestDatabase) {
    let store = &database.store;
    let [full, one, other] = [5, 1, 9].map(ten_an_hour);
    assert_eq!(left(store, full, NOW).await, 10);
    for _ in 0..20 {
        let exhausted = charge(store, &[other, full, one], NOW).await;
        assert_eq!(exhausted.expect("exhausted").bucket, full.bucket);
    }
    assert_eq!(left(store, one, NOW).await, 10);
    assert_eq!(left(store, other, NOW).await, 10);
}

each_database!(a_refunded_attempt_is_allowed_again);
async fn a_refunded_attempt_is_allowed_again(database: TestDatabase) {
    let (store, limits) = (&database.store, [1, 2].map(ten_an_hour));
    for _ in 0..50 {
        assert_eq!(charge(store, &limits, NOW).await, None);
        store.refund_attempt(&limits).await.expect("works");
    }
    for limit in limits {
        assert_eq!(left(store, limit, NOW).await, 10);
    }
}

each_database!(
    concurrent_attempts_are_counted_exactly,
    flavor = "multi_thread",
    worker_threads = 2
);
async fn concurrent_attempts_are_counted_exactly(database: TestDatabase) {
    let mut attempts = tokio::task::JoinSet::new();
    for n in 0..40 {
        let store = database.store.clone();
        // In another order, so that two of them could wait for each other.
        let mut limits = [1, 2, 3].map(ten_an_hour);
        limits.rotate_left(n % 3);
        attempts.spawn(async move { charge(&store, &limits, NOW).await });
    }
    let allowed = attempts.join_all().await;
    assert_eq!(
        allowed
            .iter()
            .filter(|exhausted| exhausted.is_none())
            .count(),
        10
    );
}

each_database!(an_attempt_of_a_wrong_clock_does_not_lock_people_out);
async fn an_attempt_of_a_wrong_clock_does_not_lock_people_out(database: TestDatabase) {
    let (store, limit) = (&database.store, ten_an_hour(1));
    assert_eq!(left(store, limit, NOW.plus(1_000 * HOUR)).await, 10);
    assert_eq!(left(store, limit, NOW).await, 1);
    assert_eq!(left(store, limit, NOW.plus(6 * MINUTE)).await, 1);
}

each_database!(clocks_that_differ_by_seconds_allow_no_more);
async fn clocks_that_differ_by_seconds_allow_no_more(database: TestDatabase) {
    let (store, limit) = (&database.store, ten_an_hour(1));
    let (early, late) = (NOW, NOW.plus(30 * SECOND));
    let mut allowed = 0;
    for n in 0..100 {
        let now = if n % 2 == 0 { early } else { late };
        allowed += u32::from(charge(store, &[limit], now).await.is_none());
    }
    assert_eq!(allowed, 10);
}

each_database!(limits_that_are_not_used_are_pruned);
async fn limits_that_are_not_used_are_pruned(database: TestDatabase) {
    let (store, limit) = (&database.store, ten_an_hour(1));
    assert_eq!(left(store, limit, NOW).await, 10);
    for (now, left_after) in [(NOW.plus(30 * MINUTE), 5), (NOW.plus(2 * HOUR), 10)] {
        let more = store.prune(PruneTarget::Throttles, now).await;
        assert!(!more.expect("works"));
        assert_eq!(left(store, limit, now).await, left_after);
    }
    let pruned = store
        .prune(PruneTarget::Throttles, NOW.plus(9 * HOUR))
        .await;
    pruned.expect("works");
    let rows: i64 = match store {
        Store::Sqlite { readers, .. } => {
            sqlx::query_scalar("SELECT COUNT(*) FROM throttle")
                .fetch_one(readers)
                .await
        }
        Store::Postgres { pool, .. } => {
            sqlx::query_scalar("SELECT COUNT(*) FROM throttle")
                .fetch_one(pool)
                .await
        }
    }
    .expect("counts");
    assert_eq!(rows, 0);
}
