//! What one account reads does not hold another one up.

use crate::test_keyring::TestKeyring;
use crate::{support_staff::support, test_keyring::draft};
use domain::{
    key::filter::{KeyFilter, KeyQuery},
    support::SupportSearch,
    time::MINUTE,
    usage::{ChartRange, Window},
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};
use testing::{TestDatabase, each_database};
use tokio::task::{JoinSet, yield_now};

const SEARCHES: usize = 400;

// On one thread all searches are asked for before the revocation is.
each_database!(a_revocation_does_not_wait_for_searches_of_another_account);
async fn a_revocation_does_not_wait_for_searches_of_another_account(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let (noisy, calm) = (test.editor("Noisy").await, test.editor("Calm").await);
    let key = test.issue(&calm, draft()).await;
    let (begun, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut searches = JoinSet::new();
    for _ in 0..SEARCHES {
        let (noisy, begun, done) = (noisy.clone(), begun.clone(), done.clone());
        searches.spawn(async move {
            begun.fetch_add(1, SeqCst);
            let query = KeyQuery {
                filter: KeyFilter::parse("", "checkout", "", "", "", "", ""),
                ..KeyQuery::default()
            };
            noisy.list_keys(&query).await.expect("found");
            done.fetch_add(1, SeqCst);
        });
    }
    while begun.load(SeqCst) < SEARCHES {
        yield_now().await;
    }
    let revoked = calm.revoke(key.id, "Leaked".into()).await;
    revoked.expect("revoked");
    let before = done.load(SeqCst);
    let url = &test.database.url;
    assert!(
        before < SEARCHES / 2,
        "{before} searches went first at {url}"
    );
    while let Some(searched) = searches.join_next().await {
        searched.expect("no search fails");
    }
}

/// More than a pool has connections.
const LOOKS: usize = 40;

/// Locks tables in a transaction.
async fn blockade(test: &TestKeyring, tables: &str) -> PgConnection {
    let connecting = PgConnection::connect(&test.database.url);
    let mut blockade = connecting.await.expect("connects");
    let lock = format!("BEGIN; LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE");
    let locking = blockade.execute(AssertSqlSafe(lock));
    locking.await.expect("locked");
    blockade
}

/// Waits until as many reads as can wait for a lock.
async fn wait_until_blocked(connection: &mut PgConnection) {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut before = 0;
    loop {
        let (now,): (i64,) = sqlx::query_as(waiting)
            .fetch_one(&mut *connection)
            .await
            .expect("read");
        if now > 0 && now == before {
            break;
        }
        before = now;
    }
}

each_database!(a_revocation_does_not_wait_behind_the_pages_of_another_account);
async fn a_revocation_does_not_wait_behind_the_pages_of_another_account(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    // Readers of SQLite cannot be held up by a lock.
    if test.database.url.starts_with("sqlite:") {
        return;
    }
    let (noisy, calm) = (test.editor("Noisy").await, test.editor("Calm").await);
    let key = test.issue(&calm, draft()).await;
    let theirs = test.issue(&noisy, draft()).await;
    let view = noisy.open_key(theirs.id).await.expect("there");
    let tables = "decision, usage_rollup, usage_refusal, usage_breakdown, usage_report, key_day";
    let mut blockade = blockade(&test, tables).await;
    let mut reads = JoinSet::new();
    for _ in 0..LOOKS {
        // What the pages of a key show.
        let [first, second, third] = [view.clone(), view.clone(), view.clone()];
        let viewer = noisy.clone();
        reads.spawn(async move { first.usage().series(Window::Day).await.is_ok() });
        let day = ChartRange::of(Window::Day, noisy.now());
        reads.spawn(async move { second.breakdown_with_scopes(day).await.is_ok() });
        reads.spawn(async move { third.impact().await.is_ok() });
        reads.spawn(async move { viewer.request("unknown").await.is_ok() });
    }
    wait_until_blocked(&mut blockade).await;
    let revoked = calm.revoke(key.id, "Leaked".into()).await;
    revoked.expect("revoked");
    blockade.execute("ROLLBACK").await.expect("ended");
    reads.shutdown().await;
}

each_database!(a_revocation_does_not_wait_behind_the_searches_of_support);
async fn a_revocation_does_not_wait_behind_the_searches_of_support(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    // Readers of SQLite cannot be held up by a lock.
    if test.database.url.starts_with("sqlite:") {
        return;
    }
    let (support, editor) = (support(&test).await, test.editor("Calm").await);
    let key = test.issue(&editor, draft()).await;
    let mut blockade = blockade(&test, "decision").await;
    let begun = Arc::new(AtomicUsize::new(0));
    let mut searches = JoinSet::new();
    for _ in 0..LOOKS {
        let (support, begun) = (support.clone(), begun.clone());
        let clock = test.clock.clone();
        searches.spawn(async move {
            begun.fetch_add(1, SeqCst);
            // So many at once are not allowed.
            clock.advance(MINUTE);
            let what = "4f0c2d7e9b1a4c55b1f3a7d2c6e89f10";
            let search = SupportSearch::Name(what.into());
            support.look(search, what.into(), String::new()).await
        });
    }
    while begun.load(SeqCst) < LOOKS {
        yield_now().await;
    }
    wait_until_blocked(&mut blockade).await;
    let revoked = editor.revoke(key.id, "Leaked".into()).await;
    revoked.expect("revoked");
    blockade.execute("ROLLBACK").await.expect("ended");
    searches.shutdown().await;
}
