//! What one account reads does not hold another one up.

use crate::test_keyring::TestKeyring;
use crate::{support_staff::support, test_keyring::draft};
use domain::{
    key::filter::{KeyFilter, KeyQuery},
    support::SupportSearch,
    time::MINUTE,
};
use sqlx::{Connection, Executor, PgConnection};
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

each_database!(a_revocation_does_not_wait_behind_the_searches_of_support);
async fn a_revocation_does_not_wait_behind_the_searches_of_support(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    // Readers of SQLite cannot be held up by a lock.
    if test.database.url.starts_with("sqlite:") {
        return;
    }
    let (support, editor) = (support(&test).await, test.editor("Calm").await);
    let key = test.issue(&editor, draft()).await;
    let mut blockade = PgConnection::connect(&test.database.url)
        .await
        .expect("connects");
    for statement in ["BEGIN", "LOCK TABLE decision IN ACCESS EXCLUSIVE MODE"] {
        blockade.execute(statement).await.expect("locked");
    }
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
    // Until as many of them as can wait for the lock.
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let mut before = 0;
    loop {
        let (now,): (i64,) = sqlx::query_as(waiting)
            .fetch_one(&mut blockade)
            .await
            .expect("read");
        if now > 0 && now == before {
            break;
        }
        before = now;
    }
    let revoked = editor.revoke(key.id, "Leaked".into()).await;
    revoked.expect("revoked");
    blockade.execute("ROLLBACK").await.expect("ended");
    searches.shutdown().await;
}
