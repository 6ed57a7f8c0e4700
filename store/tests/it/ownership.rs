//! One process owns a database.

use crate::support::fresh;
use store::{Hold, Store, StoreError};

/// Ends the owner's connection, and waits until the server has.
async fn break_connection(pool: &sqlx::PgPool) {
    sqlx::query(
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks
         WHERE locktype = 'advisory'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    )
    .execute(pool)
    .await
    .expect("a superuser");
}

#[tokio::test]
async fn a_server_has_one_owner_at_a_time() {
    for fresh in fresh().await {
        let Store::Postgres(pool) = &fresh.store else {
            continue;
        };
        let mut first = fresh.store.own().await.expect("free");
        assert!(matches!(fresh.store.own().await, Err(StoreError::Owned)));
        assert_eq!(first.hold().await.expect("ours"), Hold::Kept);

        // The connection breaks: the ownership is free, and whoever had it hears that it was lost.
        break_connection(pool).await;
        assert_eq!(first.hold().await.expect("ours again"), Hold::Regained);
        drop(first);
    }
}

#[tokio::test]
async fn an_owner_that_lost_it_to_another_is_told() {
    for fresh in fresh().await {
        let Store::Postgres(pool) = &fresh.store else {
            continue;
        };
        let mut first = fresh.store.own().await.expect("free");
        break_connection(pool).await;
        let second = fresh.store.own().await.expect("free");
        assert!(matches!(first.hold().await, Err(StoreError::Owned)));
        drop(second);
    }
}
