//! A database that lost changes, or may have lost some.

use super::{TestNode, is_granted, two_nodes};
use crate::ownership::{new_node, revoke};
use store::{Registered, Renewal, StoreError};

const LOSSLESS: &str =
    "UPDATE change_head SET history = history + 1, forked_at = position, opened = FALSE";
const WITHOUT_THE_NEWEST: &str = "UPDATE change_head
    SET history = history + 1, position = position - 1, forked_at = position - 1, opened = FALSE";

async fn run(node: &TestNode, sql: &'static str) {
    let done = sqlx::query(sql).execute(node.pool()).await;
    done.expect("a statement");
}

#[tokio::test]
async fn after_a_failover_no_lease_is_granted_before_every_node_has_compared() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    run(&one, LOSSLESS).await;
    let late = revoke(&one.fixture, 1).await;
    assert!(matches!(late, Err(StoreError::NotCompared)), "{late:?}");
    let waiting = Renewal::Waiting(vec!["node 2".into()]);
    assert_eq!(one.renew().await, waiting);
    // It has compared, and the second one has not.
    revoke(&one.fixture, 1).await.expect("compared");
    assert_eq!(one.renew().await, waiting);
    let removed = one.node.remove_behind(i64::MAX).await.expect("answers");
    assert!(removed.is_empty(), "its journal is missing: {removed:?}");
    let silent = one.node.look_at_others().await.expect("answers");
    assert!(!one.node.remove_silent(&silent[0]).await.expect("answers"));
    one.node.open_history().await.expect("answers");
    assert!(!one.node.others().await.expect("answers").1);

    two.renew().await;
    assert!(is_granted(&two.renew().await));
    let renewal = one.renew().await;
    assert!(
        matches!(renewal, Renewal::Granted { opened: false, .. }),
        "{renewal:?}"
    );
    one.node.open_history().await.expect("answers");
    let renewal = one.renew().await;
    assert!(
        matches!(renewal, Renewal::Granted { opened: true, .. }),
        "{renewal:?}"
    );
}

#[tokio::test]
async fn a_node_that_has_seen_a_lost_change_gets_no_lease_and_keeps_its_row() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    revoke(&one.fixture, 1).await.expect("revoked");
    run(&one, WITHOUT_THE_NEWEST).await;
    let behind = one.node.renew(one.head().await).await;
    assert!(
        matches!(behind, Err(StoreError::Behind { .. })),
        "{behind:?}"
    );
    one.node.leave().await.expect("answers");
    assert_eq!(two.renew().await, Renewal::Waiting(vec!["node 1".into()]));
}

#[tokio::test]
async fn a_lost_change_is_noticed_after_another_node_has_made_more() {
    let Some((_database, one, two)) = two_nodes().await else {
        return;
    };
    revoke(&one.fixture, 1).await.expect("revoked");
    run(&one, WITHOUT_THE_NEWEST).await;
    two.renew().await;
    for _ in 0..3 {
        let skipped = two.fixture.store.skip_positions(two.head().await + 1).await;
        assert!(skipped.expect("skipped"));
    }
    let behind = one.node.renew(one.head().await).await;
    assert!(
        matches!(behind, Err(StoreError::Behind { .. })),
        "{behind:?}"
    );
}

#[tokio::test]
async fn others_wait_for_the_journal_of_a_node_that_starts_again() {
    let Some((database, one, two)) = two_nodes().await else {
        return;
    };
    run(&one, LOSSLESS).await;
    two.renew().await;
    let again = TestNode::open(&database, &one.fixture, new_node(1)).await;
    let registered = again.node.register(again.head().await).await;
    assert_eq!(registered.expect("answers"), Registered::Done);
    assert_eq!(two.renew().await, Renewal::Waiting(vec!["node 1".into()]));
    // Meanwhile it can end keys again that its journal has.
    revoke(&again.fixture, 1).await.expect("registered");
    again.node.record_comparison().await.expect("answers");
    assert!(is_granted(&two.renew().await));
    assert!(is_granted(&again.renew().await));
}

#[tokio::test]
async fn another_timeline_begins_a_new_history() {
    let Some((database, one, two)) = two_nodes().await else {
        return;
    };
    run(&one, "UPDATE change_head SET timeline = timeline + 1000").await;
    let three = TestNode::join(&database, &one.fixture, 3).await;
    assert_eq!(
        three.renew().await,
        Renewal::Waiting(vec!["node 1".into(), "node 2".into()])
    );
    one.renew().await;
    two.renew().await;
    let renewal = three.renew().await;
    assert!(
        matches!(renewal, Renewal::Granted { opened: false, .. }),
        "{renewal:?}"
    );
}
