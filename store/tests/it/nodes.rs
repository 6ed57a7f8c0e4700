//! Several processes on one PostgreSQL database: registrations, leases, changes of others, removal.

mod history;
mod waits;

use crate::{
    keys::{AccountFixture, id},
    ownership::{new_node, revoke, two_keys},
};
use sqlx::PgPool;
use std::time::Duration;
use store::{
    LANES, NewChanges, NewNode, NodeConflict, NodeConnection, PepperName, Registered, Renewal,
    SilentNodes, Store, StoreError,
};
use testing::TestDatabase;

/// A process with its own connections.
pub struct TestNode {
    pub node: NodeConnection,
    pub fixture: AccountFixture,
}

impl TestNode {
    /// Registers a process that has every change.
    pub async fn join(database: &TestDatabase, fixture: &AccountFixture, n: u128) -> Self {
        let this = Self::open(database, fixture, new_node(n)).await;
        let applied = this.head().await;
        let registered = this.node.register(applied).await.expect("answers");
        assert_eq!(registered, Registered::Done);
        this
    }

    pub async fn open(database: &TestDatabase, fixture: &AccountFixture, new: NewNode) -> Self {
        let store = Store::open(&database.url).await.expect("opens");
        Self {
            node: NodeConnection::new(store.clone(), new),
            fixture: AccountFixture { store, ..*fixture },
        }
    }

    pub async fn head(&self) -> i64 {
        let head = self.fixture.store.newest_position().await;
        head.expect("answers")
    }

    /// Asks for a renewal with every change.
    pub async fn renew(&self) -> Renewal {
        let applied = self.head().await;
        self.node.renew(applied).await.expect("answers")
    }

    pub fn pool(&self) -> &PgPool {
        match &self.fixture.store {
            Store::Postgres { pool, .. } => pool,
            Store::Sqlite { .. } => panic!("not PostgreSQL"),
        }
    }
}

/// Whether a renewal was granted.
pub fn is_granted(renewal: &Renewal) -> bool {
    matches!(renewal, Renewal::Granted { .. })
}

/// An account with two keys on PostgreSQL, and two processes; `None` without a server.
pub async fn two_nodes() -> Option<(TestDatabase, TestNode, TestNode)> {
    let database = TestDatabase::postgres().await?;
    let fixture = two_keys(&database.store).await;
    let one = TestNode::join(&database, &fixture, 1).await;
    let two = TestNode::join(&database, &fixture, 2).await;
    Some((database, one, two))
}

#[tokio::test]
async fn a_lease_is_granted_to_a_node_with_every_change_only() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let before = two.head().await;
    assert!(is_granted(&two.node.renew(before).await.expect("answers")));
    let position = revoke(&one.fixture, 1).await.expect("revoked");
    let late = two.node.renew(before).await.expect("answers");
    assert_eq!(late, Renewal::Newer);
    let changes = two.node.changes_since(before).await.expect("answers");
    let NewChanges::Rows {
        position: head,
        rows,
    } = changes
    else {
        panic!("one change is not too many");
    };
    assert_eq!(head, position);
    let rows: Vec<_> = rows.iter().map(|row| (row.id, row.revoked)).collect();
    assert_eq!(rows, [(id(1), true)]);
    assert!(is_granted(&two.node.renew(head).await.expect("answers")));
}

#[tokio::test]
async fn nodes_have_different_lanes_however_often_one_of_them_registers() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let lane = |of: &TestNode| {
        let registration = of.fixture.store.fence().registration();
        registration.expect("registered").lane()
    };
    let applied = two.head().await;
    for _ in 0..2 * LANES {
        let registered = two.node.register(applied).await.expect("answers");
        assert_eq!(registered, Registered::Done);
        assert_ne!(lane(&one), lane(&two));
    }
}

#[tokio::test]
async fn one_node_is_the_oldest_until_it_leaves() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let is_oldest = |renewal: Renewal| match renewal {
        Renewal::Granted { is_oldest, .. } => is_oldest,
        other => panic!("{other:?}"),
    };
    assert!(is_oldest(one.renew().await) && !is_oldest(two.renew().await));
    one.node.leave().await.expect("left");
    assert!(is_oldest(two.renew().await));
}

#[tokio::test]
async fn a_node_that_lacks_a_change_is_removed_and_registers_again() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    assert!(is_granted(&two.renew().await));
    let position = revoke(&one.fixture, 1).await.expect("revoked");
    let (others, opened) = one.node.others().await.expect("answers");
    let others: Vec<_> = others
        .iter()
        .map(|node| (&*node.name, node.applied))
        .collect();
    assert_eq!((others, opened), (vec![("node 2", position - 1)], true));
    let removed = one.node.remove_behind(position).await.expect("answers");
    assert_eq!(removed, ["node 2"]);
    let none = one.node.remove_behind(position).await.expect("answers");
    assert!(none.is_empty(), "its own row stays: {none:?}");
    // Not even with the change.
    assert_eq!(two.renew().await, Renewal::Fenced);
    revoke(&two.fixture, 2).await.expect_err("removed");
    let again = two.node.register(position).await.expect("answers");
    assert_eq!(again, Registered::Done);
    assert!(is_granted(&two.renew().await));
    revoke(&two.fixture, 2).await.expect("registered");
}

#[tokio::test]
async fn a_node_with_a_change_is_not_removed() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let position = revoke(&one.fixture, 1).await.expect("revoked");
    assert!(is_granted(&two.renew().await));
    let removed = one.node.remove_behind(position).await.expect("answers");
    assert!(removed.is_empty(), "{removed:?}");
    assert!(is_granted(&two.renew().await));
}

#[tokio::test]
async fn a_silent_node_is_removed_once_its_lease_has_ended_unless_it_has_renewed_it() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let mut silent = SilentNodes::default();
    let mut look = async |at: u64| {
        let others = one.node.look_at_others().await.expect("answers");
        silent.observe(others, Duration::from_secs(at))
    };
    assert!(look(0).await.is_empty());
    let ended = look(40).await;
    assert_eq!(ended.len(), 1);
    assert!(is_granted(&two.renew().await));
    let late = one.node.remove_silent(&ended[0]).await.expect("answers");
    assert!(!late, "it has renewed its lease");
    let seen = one.node.look_at_others().await.expect("answers");
    assert!(seen[0].has_renewed_since(&ended[0]));
    assert!(one.node.remove_silent(&seen[0]).await.expect("answers"));
    assert_eq!(two.renew().await, Renewal::Fenced);
}

#[tokio::test]
async fn a_node_takes_the_place_of_its_predecessor_which_cannot_remove_it() {
    let Some((database, one, two)) = two_nodes().await else {
        return;
    };
    let again = TestNode::join(&database, &one.fixture, 1).await;
    one.node.leave().await.expect("answers");
    assert!(is_granted(&again.renew().await));
    let (others, _) = two.node.others().await.expect("answers");
    assert_eq!(others.len(), 1);
}

#[tokio::test]
async fn nodes_with_one_name_or_without_a_common_pepper_do_not_run_at_a_time() {
    let Some((database, one, _two)) = two_nodes().await else {
        return;
    };
    let peppers = |names: &[u32]| names.iter().copied().map(PepperName).collect();
    for (name, list, expected) in [
        ("node 1", peppers(&[1]), Some(NodeConflict::Name)),
        ("node 3", peppers(&[2]), Some(NodeConflict::Peppers)),
        // Others do not have the newest one.
        ("node 3", peppers(&[2, 1]), Some(NodeConflict::Peppers)),
        ("node 3", peppers(&[1, 2]), None),
    ] {
        let new = NewNode {
            name: name.to_owned(),
            peppers: list,
            ..new_node(3)
        };
        let three = TestNode::open(&database, &one.fixture, new).await;
        match three.node.register(0).await.expect("answers") {
            Registered::Occupied(by) => assert_eq!(Some(by.conflict), expected),
            Registered::Done => assert_eq!(None, expected, "{name}"),
        }
    }
}

#[tokio::test]
async fn without_the_records_of_changes_all_keys_are_read_again() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let before = two.head().await;
    for key in [1, 2] {
        revoke(&one.fixture, key).await.expect("revoked");
    }
    one.fixture.store.prune_changes(2).await.expect("pruned");
    let both = two.node.changes_since(before).await.expect("answers");
    assert!(matches!(both, NewChanges::Rows { rows, .. } if rows.len() == 2));
    one.fixture.store.prune_changes(1).await.expect("pruned");
    let pruned = two.node.changes_since(before).await.expect("answers");
    assert!(matches!(pruned, NewChanges::TooMany), "{pruned:?}");
    let none = two.node.changes_since(before + 2).await.expect("answers");
    assert!(matches!(none, NewChanges::Rows { rows, .. } if rows.is_empty()));
}

#[tokio::test]
async fn a_change_of_an_application_is_read_as_all_of_its_keys() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let before = two.head().await;
    let fixture = &one.fixture;
    let action = domain::audit::Action::KeyRevoked;
    let event = |target: &str| fixture.event(action, target, crate::keys::NOW);
    let revoked = fixture
        .store
        .revoke_all_keys((fixture.app, fixture.person), "", event(""), |_| {
            event("all")
        })
        .await
        .expect("revoked");
    assert_eq!(revoked.count, 2);
    let changes = two.node.changes_since(before).await.expect("answers");
    let NewChanges::Rows { rows, .. } = changes else {
        panic!("one change is not too many");
    };
    assert!(rows.len() == 2 && rows.iter().all(|row| row.revoked));
}

#[tokio::test]
async fn a_change_is_announced_and_a_lost_connection_is_noticed() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let mut listener = two.node.listen().await.expect("listens");
    revoke(&one.fixture, 1).await.expect("revoked");
    listener.wait().await.expect("announced");
    let end = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE query LIKE 'LISTEN%' AND datname = current_database()";
    let (ended,): (i64,) = sqlx::query_as(end)
        .fetch_one(one.pool())
        .await
        .expect("ended");
    assert_eq!(ended, 1);
    // It returns, with an error or without.
    let _ = listener.wait().await;
    let mut listener = two.node.listen().await.expect("listens again");
    revoke(&one.fixture, 2).await.expect("revoked");
    listener.wait().await.expect("announced");
}

#[tokio::test]
async fn a_database_is_not_migrated_under_nodes_from_before_the_last_release() {
    let Some((database, one, two)) = two_nodes().await else {
        return;
    };
    let run = |statement: &'static str| sqlx::query(statement).execute(one.pool());
    let older = "UPDATE _sqlx_migrations SET version = version - 1";
    run(older).await.expect("a statement");
    run("UPDATE node SET schema = 0")
        .await
        .expect("a statement");
    let refused = Store::open(&database.url).await.expect_err("in use");
    let line = refused.to_string();
    assert!(
        line.contains("node 1, node 2") && line.contains("update them"),
        "{line}"
    );
    // Those of the last release go on, and the migration begins.
    run("UPDATE node SET schema = 1")
        .await
        .expect("a statement");
    let other = Store::open(&database.url).await.expect_err("changed");
    assert!(
        other.to_string().contains("was previously applied"),
        "{other}"
    );
    for node in [&one, &two] {
        node.node.renew(0).await.expect("answers");
    }
}

#[tokio::test]
async fn a_node_does_not_register_where_a_newer_release_has_excluded_it() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    let excluded = "UPDATE change_head SET oldest_schema = 9999";
    sqlx::query(excluded)
        .execute(one.pool())
        .await
        .expect("a statement");
    let refused = two.node.register(0).await;
    assert!(
        matches!(refused, Err(StoreError::Newer(9999))),
        "{refused:?}"
    );
}
