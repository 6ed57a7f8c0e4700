//! A node that joins under the name of another one.

use super::{Nodes, WAIT, joining};
use crate::test_keyring::reopen;
use management::{Join, JoinError, Joining, Keyring, Store};
use sqlx::PgPool;

/// A keyring that is not registered.
async fn newcomer(nodes: &Nodes) -> Keyring {
    reopen(&nodes.test.database, &nodes.test.clock, 22).await
}

/// Its registration, under the name of the second node.
fn under_the_name_of_the_second() -> Joining {
    Joining {
        name: "node 2".into(),
        ..joining(3)
    }
}

/// Expects that an attempt has to be repeated, because of the second node.
async fn expect_waiting(join: &mut Join<'_>) {
    let attempted = join.attempt().await.expect("waits");
    assert_eq!(attempted.as_deref(), Some("node 2"));
}

fn pool(nodes: &Nodes) -> &PgPool {
    match &nodes.test.database.store {
        Store::Postgres { pool, .. } => pool,
        Store::Sqlite { .. } => panic!("not PostgreSQL"),
    }
}

#[tokio::test]
async fn a_second_node_with_the_name_of_a_running_one_does_not_join() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let third = newcomer(&nodes).await;
    let mut join = third.node().join(under_the_name_of_the_second());
    expect_waiting(&mut join).await;
    nodes.other.node().renew_lease().await.expect("granted");
    let occupied = join.attempt().await.expect_err("it runs");
    assert!(matches!(occupied, JoinError::Occupied(_)));
    let line = occupied.to_string();
    assert!(line.contains("LATCHKEY_NODE_NAME") && !line.contains('\n'));
}

#[tokio::test]
async fn a_node_takes_the_name_of_one_whose_lease_has_ended() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let third = newcomer(&nodes).await;
    let mut join = third.node().join(under_the_name_of_the_second());
    expect_waiting(&mut join).await;
    nodes.test.clock.advance(WAIT);
    expect_waiting(&mut join).await;
    assert_eq!(join.attempt().await.expect("joins"), None);
}

#[tokio::test]
async fn a_node_waits_for_the_name_of_one_whose_last_change_is_open() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let third = newcomer(&nodes).await;
    let mut join = third.node().join(under_the_name_of_the_second());
    expect_waiting(&mut join).await;
    nodes.test.clock.advance(WAIT);
    // PostgreSQL has not noticed yet that the process has ended.
    let mut open = pool(&nodes).begin().await.expect("begins");
    sqlx::query("SELECT id FROM node WHERE name = 'node 2' FOR KEY SHARE")
        .execute(&mut *open)
        .await
        .expect("locked");
    expect_waiting(&mut join).await;
    open.rollback().await.expect("ended");
    // This attempt removes it.
    expect_waiting(&mut join).await;
    assert_eq!(join.attempt().await.expect("joins"), None);
}

#[tokio::test]
async fn a_node_does_not_take_the_name_of_one_that_has_not_compared_its_journal() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let third = newcomer(&nodes).await;
    let mut join = third.node().join(under_the_name_of_the_second());
    let earlier = "UPDATE node SET history = history - 1 WHERE name = 'node 2'";
    let done = sqlx::query(earlier).execute(pool(&nodes)).await;
    done.expect("a row");
    expect_waiting(&mut join).await;
    nodes.test.clock.advance(WAIT);
    let stays = join.attempt().await.expect_err("it stays");
    assert!(matches!(stays, JoinError::JournalNotCompared(_)));
    let line = stays.to_string();
    let what = "latchkey node remove --discard-journal node 2";
    assert!(line.contains(what) && !line.contains('\n'), "{line}");
}
