//! Statements that wait for the row of a node. In READ COMMITTED, a statement that waited sees that row as it is then, and every
//! other row as it was before the wait.

use super::{is_granted, two_nodes};
use crate::ownership::{revoke, state};
use domain::key::state::State;
use sqlx::{PgPool, Postgres, Transaction};
use std::sync::Arc;
use store::StoreError;
use testing::until_blocked;

/// Begins a transaction with a statement that locks rows.
async fn locked(pool: &PgPool, statement: &'static str) -> Transaction<'static, Postgres> {
    let mut transaction = pool.begin().await.expect("begins");
    sqlx::query(statement)
        .execute(&mut *transaction)
        .await
        .expect("locked");
    transaction
}

#[tokio::test]
async fn a_change_that_waits_for_the_removal_of_its_node_fails_and_is_not_written() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let removal = locked(two.pool(), "DELETE FROM node WHERE name = 'node 1'").await;
    let one = Arc::new(one);
    let change = tokio::spawn({
        let one = Arc::clone(&one);
        async move { revoke(&one.fixture, 1).await }
    });
    until_blocked(two.pool(), 1).await;
    removal.commit().await.expect("removed");
    let late = change.await.expect("ends");
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
    assert_eq!(state(&two.fixture, 1).await, State::Active);
}

#[tokio::test]
async fn a_node_that_is_writing_is_not_removed_and_nothing_waits_for_it() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let seen = two.node.look_at_others().await.expect("answers");
    // The change has checked its registration and waits for its position.
    let head = locked(two.pool(), "SELECT position FROM change_head FOR UPDATE").await;
    let one = Arc::new(one);
    let change = tokio::spawn({
        let one = Arc::clone(&one);
        async move { revoke(&one.fixture, 1).await }
    });
    until_blocked(two.pool(), 1).await;
    let removed = two.node.remove_behind(i64::MAX).await.expect("answers");
    assert!(removed.is_empty(), "{removed:?}");
    let is_removed = two.node.remove_silent(&seen[0]).await.expect("answers");
    assert!(!is_removed);
    for discard_journal in [false, true] {
        let removed = two.fixture.store.remove_node(&seen[0], discard_journal);
        assert!(!removed.await.expect("answers"), "{discard_journal}");
    }
    assert_eq!(state(&two.fixture, 1).await, State::Active);
    head.commit().await.expect("released");
    change.await.expect("ends").expect("it is registered");
    let removed = two.node.remove_behind(i64::MAX).await.expect("answers");
    assert_eq!(removed, ["node 1"]);
    let late = revoke(&one.fixture, 2).await;
    assert!(matches!(late, Err(StoreError::Fenced)), "{late:?}");
}

#[tokio::test]
async fn a_node_whose_renewal_is_open_is_not_removed_and_nothing_waits_for_it() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let renewal = locked(
        one.pool(),
        "UPDATE node SET beat = beat + 1 WHERE name = 'node 1'",
    )
    .await;
    let removed = two.node.remove_behind(i64::MAX).await.expect("answers");
    assert!(removed.is_empty(), "{removed:?}");
    renewal.commit().await.expect("renewed");
    let removed = two.node.remove_behind(i64::MAX).await.expect("answers");
    assert_eq!(removed, ["node 1"]);
}

#[tokio::test]
async fn a_renewal_does_not_wait_for_changes_of_its_node() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let change = locked(
        one.pool(),
        "SELECT id FROM node WHERE name = 'node 1' FOR KEY SHARE",
    )
    .await;
    assert!(is_granted(&one.renew().await));
    assert!(is_granted(&two.renew().await));
    drop(change);
}

#[tokio::test]
async fn a_renewal_that_waited_while_a_change_was_made_does_not_confirm_the_change() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let before = two.head().await;
    let other = locked(
        two.pool(),
        "UPDATE node SET beat = beat + 1 WHERE name = 'node 2'",
    )
    .await;
    let two = Arc::new(two);
    let renewal = tokio::spawn({
        let two = Arc::clone(&two);
        async move { two.node.renew(before).await }
    });
    until_blocked(one.pool(), 1).await;
    let position = revoke(&one.fixture, 1).await.expect("revoked");
    other.commit().await.expect("released");
    // It saw the position as of its beginning, before the change: its lease ends before the wait for the change does.
    let renewal = renewal.await.expect("ends").expect("answers");
    assert!(is_granted(&renewal), "{renewal:?}");
    let (others, _) = one.node.others().await.expect("answers");
    assert!(others[0].applied < position);
    assert!(!is_granted(&two.node.renew(before).await.expect("answers")));
}

#[tokio::test]
async fn a_change_is_made_once_postgresql_has_ended_the_open_one_of_a_suspended_node() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    // Suspended between two statements.
    let open = locked(one.pool(), "SELECT id FROM api_key FOR UPDATE").await;
    let revoked = revoke(&two.fixture, 1).await;
    revoked.expect("the lock is released before the wait for it ends");
    open.commit().await.expect_err("it was ended");
}
