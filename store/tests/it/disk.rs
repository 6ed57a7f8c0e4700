//! Transactions that fail because of the disk, and the ones after them.

use crate::{
    decisions::decided,
    keys::{AccountFixture, NOW, id},
};
use domain::{audit::Action, decision::DecisionRecord, id::ApplicationId, id::SessionId};
use sqlx::{AssertSqlSafe, PgPool, SqlitePool};
use store::{Fault, Fence, NewSession, PepperName, Store, StoreError};
use testing::{MAKE_READ_ONLY, TestDatabase, each_database};
use uuid::Uuid;

/// Limits the file to its current size: SQLite then reports a full disk.
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

fn many() -> Vec<DecisionRecord> {
    let application = ApplicationId(Uuid::from_u128(1));
    (0..2_000).map(|n| decided(n, application, 7)).collect()
}

/// Starts a session that needs new pages.
async fn start_large_session(fixture: &AccountFixture) -> Result<(), StoreError> {
    let new = NewSession {
        token_hash: &[1; 32],
        pepper: PepperName(0),
        id: SessionId(Uuid::from_u128(1)),
        person: fixture.person,
        password_hash: "$argon2id$",
        at: NOW,
        address: "",
        user_agent: &"x".repeat(200_000),
        replaces: None,
        factor: None,
        provider: None,
    };
    fixture
        .store
        .start_session(&new, &[], (NOW, NOW), &[])
        .await
}

fn is(error: &StoreError, expected: Fault) -> bool {
    matches!(error, StoreError::Unwritable { fault, .. } if *fault == expected)
}

each_database!(after_a_full_disk_the_next_transaction_works);
async fn after_a_full_disk_the_next_transaction_works(database: TestDatabase) {
    let Store::Sqlite { writer, disk, .. } = &database.store else {
        return;
    };
    let fixture = AccountFixture::build(&database.store, 1).await;
    fixture.insert(1, "Checkout", 1, NOW).await;
    fill(writer).await;
    let error = start_large_session(&fixture).await.expect_err("no room");
    assert!(is(&error, Fault::DiskFull), "{error}");
    assert_eq!(disk.fault(), Some(Fault::DiskFull));
    let event = fixture.event(Action::KeyRevoked, &id(1).to_string(), NOW);
    let revoked = database
        .store
        .revoke_key(fixture.app, id(1), "", &event)
        .await;
    revoked.expect("SQLite rolled back by itself, and the connection was closed");
}

each_database!(on_a_full_disk_a_change_uses_the_reserve_and_counts_do_not);
async fn on_a_full_disk_a_change_uses_the_reserve_and_counts_do_not(database: TestDatabase) {
    let Store::Sqlite { writer, disk, .. } = &database.store else {
        return;
    };
    let fixture = AccountFixture::build(&database.store, 1).await;
    database.store.keep_disk_reserve().await.expect("room");
    fill(writer).await;
    let error = database.store.add_decisions(&many()).await;
    let error = error.expect_err("no room");
    assert!(is(&error, Fault::DiskFull), "{error}");
    assert_eq!(disk.has_reserve(), Some(true));
    // Counts are refused until a check of the disk has found room.
    let error = database.store.add_decisions(&many()).await;
    assert!(is(&error.expect_err("full"), Fault::DiskFull));
    database.store.check_disk().await;
    database.store.add_decisions(&many()).await.expect("room");

    fill(writer).await;
    start_large_session(&fixture)
        .await
        .expect("retried with the reserve");
    assert_eq!(disk.has_reserve(), Some(false));
    database
        .store
        .probe_write(NOW)
        .await
        .expect("there is room again");
    assert_eq!(disk.has_reserve(), Some(true));
}

each_database!(a_write_probe_reports_a_read_only_database);
async fn a_write_probe_reports_a_read_only_database(database: TestDatabase) {
    database.store.probe_write(NOW).await.expect("written");
    let (store, again) = match &database.store {
        Store::Sqlite { writer, .. } => {
            let only = sqlx::query("PRAGMA query_only = on");
            only.execute(writer).await.expect("only read");
            (database.store.clone(), true)
        }
        Store::Postgres { pool, hosts, .. } => {
            let only = sqlx::query(MAKE_READ_ONLY);
            only.execute(pool).await.expect("only read");
            let read_only = Store::Postgres {
                pool: PgPool::connect(&database.url).await.expect("answers"),
                hosts: hosts.clone(),
                fence: Fence::default(),
            };
            (read_only, false)
        }
    };
    let error = store.probe_write(NOW).await.expect_err("only read");
    assert!(is(&error, Fault::ReadOnly), "{error}");
    // The failed connection was replaced.
    assert_eq!(store.probe_write(NOW).await.is_ok(), again);
}

each_database!(nothing_is_written_to_a_file_that_was_moved_or_deleted);
async fn nothing_is_written_to_a_file_that_was_moved_or_deleted(database: TestDatabase) {
    let Store::Sqlite { disk, .. } = &database.store else {
        return;
    };
    let path = database.url.strip_prefix("sqlite://").expect("a file");
    let fixture = AccountFixture::build(&database.store, 1).await;
    fixture.insert(1, "Checkout", 1, NOW).await;
    let revoke = async || {
        let event = fixture.event(Action::KeyRevoked, &id(1).to_string(), NOW);
        let revoked = database.store.revoke_key(fixture.app, id(1), "", &event);
        revoked.await.map(drop)
    };
    database.store.probe_write(NOW).await.expect("written");
    let aside = format!("{path}.old");
    std::fs::rename(path, &aside).expect("moved");
    // SQLite itself would commit it to the file under its new name.
    let error = revoke().await.expect_err("moved");
    assert!(is(&error, Fault::Moved), "{error}");
    let error = database.store.probe_write(NOW).await.expect_err("moved");
    assert!(is(&error, Fault::Moved), "{error}");
    std::fs::copy(&aside, path).expect("copied");
    let error = revoke().await.expect_err("another file");
    assert!(is(&error, Fault::Moved), "{error}");

    std::fs::rename(&aside, path).expect("moved back");
    revoke().await.expect("the open file is at its path");
    database.store.probe_write(NOW).await.expect("written");
    assert_eq!(disk.fault(), None);
    std::fs::remove_file(path).expect("deleted");
    let error = revoke().await.expect_err("deleted");
    assert!(is(&error, Fault::Moved), "{error}");
}

each_database!(a_cancelled_transaction_does_not_affect_the_next_one);
async fn a_cancelled_transaction_does_not_affect_the_next_one(database: TestDatabase) {
    let fixture = AccountFixture::build(&database.store, 1).await;
    for n in 1..=40_u32 {
        let all = many();
        let write = database.store.add_decisions(&all);
        // Cancelled at another await each time.
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
    fixture.insert(1, "Checkout", 1, NOW).await;
    database.store.probe_write(NOW).await.expect("written");
}
