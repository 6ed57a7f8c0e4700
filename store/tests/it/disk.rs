//! Transactions that fail because of the disk, and what comes after them.

use crate::{
    decisions::decided,
    keys::{House, NOW, id},
    support::fresh,
};
use domain::{audit::Action, decision::Decided, id::ApplicationId, id::SessionId};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use store::{Fault, Fence, NewSession, PepperName, Store, StoreError};
use uuid::Uuid;

/// Lets the file of the connection that writes grow no more: SQLite says then that the disk is full.
async fn fill(writer: &SqlitePool) {
    let (pages,): (i64,) = sqlx::query_as("PRAGMA page_count")
        .fetch_one(writer)
        .await
        .expect("a database");
    sqlx::query(AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")))
        .execute(writer)
        .await
        .expect("no more");
}

fn many() -> Vec<Decided> {
    let application = ApplicationId(Uuid::from_u128(1));
    (0..2_000).map(|n| decided(n, application, 7)).collect()
}

/// Too large for the pages that are there.
async fn start_large_session(house: &House) -> Result<(), StoreError> {
    let new = NewSession {
        token_hash: &[1; 32],
        pepper: PepperName(0),
        id: SessionId(Uuid::from_u128(1)),
        person: house.person,
        password_hash: "$argon2id$",
        at: NOW,
        address: "",
        user_agent: &"x".repeat(200_000),
    };
    house.store.start_session(&new, &[], (NOW, NOW)).await
}

fn is(error: &StoreError, expected: Fault) -> bool {
    matches!(error, StoreError::Unwritable { fault, .. } if *fault == expected)
}

#[tokio::test]
async fn after_a_full_disk_the_next_transaction_is_as_good_as_any() {
    for fresh in fresh().await {
        let Store::Sqlite { writer, disk, .. } = &fresh.store else {
            continue;
        };
        let house = House::build(&fresh.store, 1).await;
        house.insert(1, "Checkout", 1, NOW).await;
        fill(writer).await;
        let error = start_large_session(&house).await.expect_err("no room");
        assert!(is(&error, Fault::DiskFull), "{error}");
        assert_eq!(disk.fault(), Some(Fault::DiskFull));
        let event = house.event(Action::KeyRevoked, &id(1).to_string(), NOW);
        let revoked = fresh.store.revoke_key(house.app, id(1), "", &event).await;
        revoked.expect("SQLite rolled back by itself, and the connection was closed");
    }
}

#[tokio::test]
async fn on_a_full_disk_a_change_takes_the_reserve_and_counts_do_not() {
    for fresh in fresh().await {
        let Store::Sqlite { writer, disk, .. } = &fresh.store else {
            continue;
        };
        let house = House::build(&fresh.store, 1).await;
        fresh.store.keep_reserve().await.expect("room");
        fill(writer).await;
        let error = fresh.store.add_decisions(&many()).await;
        let error = error.expect_err("no room");
        assert!(is(&error, Fault::DiskFull), "{error}");
        assert_eq!(disk.has_reserve(), Some(true));
        // They are not even tried until somebody has looked after the disk.
        let error = fresh.store.add_decisions(&many()).await;
        assert!(is(&error.expect_err("full"), Fault::DiskFull));
        fresh.store.tend().await;
        fresh.store.add_decisions(&many()).await.expect("room");

        fill(writer).await;
        start_large_session(&house).await.expect("tried once more");
        assert_eq!(disk.has_reserve(), Some(false));
        fresh.store.probe(NOW).await.expect("there is room again");
        assert_eq!(disk.has_reserve(), Some(true));
    }
}

#[tokio::test]
async fn a_probe_finds_out_that_a_database_can_only_be_read() {
    for fresh in fresh().await {
        fresh.store.probe(NOW).await.expect("written");
        let (store, again) = match &fresh.store {
            Store::Sqlite { writer, .. } => {
                let only = sqlx::query("PRAGMA query_only = on");
                only.execute(writer).await.expect("only read");
                (fresh.store.clone(), true)
            }
            Store::Postgres { pool, hosts, .. } => {
                let only = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$";
                sqlx::query(only).execute(pool).await.expect("only read");
                let read_only = Store::Postgres {
                    pool: PgPool::connect(&fresh.url).await.expect("answers"),
                    hosts: hosts.clone(),
                    fence: Fence::default(),
                };
                (read_only, false)
            }
        };
        let error = store.probe(NOW).await.expect_err("only read");
        assert!(is(&error, Fault::ReadOnly), "{error}");
        // The connection is another one.
        assert_eq!(store.probe(NOW).await.is_ok(), again);
    }
}

#[tokio::test]
async fn a_probe_finds_out_that_the_file_was_moved_away() {
    for fresh in fresh().await {
        let Some(path) = fresh.url.strip_prefix("sqlite://") else {
            continue;
        };
        fresh.store.probe(NOW).await.expect("written");
        std::fs::rename(path, format!("{path}.old")).expect("moved");
        let error = fresh.store.probe(NOW).await.expect_err("moved");
        assert!(is(&error, Fault::Moved), "{error}");
    }
}

#[tokio::test]
async fn a_transaction_that_is_given_up_leaves_no_trace_on_the_next() {
    for fresh in fresh().await {
        let house = House::build(&fresh.store, 1).await;
        for n in 1..=40_u32 {
            let all = many();
            let write = fresh.store.add_decisions(&all);
            // Given up at another place each time.
            let polls = n;
            let mut write = Box::pin(write);
            let mut left = polls;
            std::future::poll_fn(|context| {
                left -= 1;
                match write.as_mut().poll(context) {
                    std::task::Poll::Pending if left > 0 => std::task::Poll::Pending,
                    _ => std::task::Poll::Ready(()),
                }
            })
            .await;
        }
        house.insert(1, "Checkout", 1, NOW).await;
        fresh.store.probe(NOW).await.expect("written");
    }
}
