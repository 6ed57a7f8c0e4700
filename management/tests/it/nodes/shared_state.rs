//! What the calls of two nodes leave behind: usage, last uses, live calls, security events and used-up rates.

use super::{Nodes, join};
use crate::{
    keys::{ask, call},
    test_keyring::{draft, reopen},
};
use domain::{
    decision::DecisionRecord,
    key::{
        KeyDraft,
        rate_limit::RateLimit,
        regeneration::{GracePeriod, Regeneration},
    },
    security::{EventFilter, EventKind},
    time::{DAY, HOUR, SECOND, Timestamp},
    usage::{Level, breakdown::Dimension},
    verdict::Verdict,
};
use management::{Keyring, Store};
use std::time::Duration;
use telemetry::Tail;
use testing::until_blocked;
use tokio::time::timeout;

/// Writes the decisions of a node, and returns the only call that the follower gets then.
async fn next_call(node: &Keyring, tail: &mut Tail) -> DecisionRecord {
    node.telemetry().write_decisions().await.expect("written");
    let batch = timeout(Duration::from_secs(20), tail.next()).await;
    let mut calls = batch.expect("in time").calls;
    let call = calls.pop().expect("a call");
    assert!(calls.is_empty(), "{calls:?}");
    call
}

#[tokio::test]
async fn a_live_view_shows_calls_that_another_node_answered_once() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let mut tail = nodes.editor.tail(Some(nodes.key.id), None);
    assert_eq!(nodes.there(), Verdict::Accepted);
    let theirs = next_call(&nodes.other, &mut tail).await;
    assert_eq!(
        (theirs.key, theirs.verdict),
        (nodes.key.id, Verdict::Accepted)
    );
    // A call of this node comes once, although it is stored too.
    assert_eq!(nodes.here(), Verdict::Accepted);
    let own = next_call(&nodes.test.keyring, &mut tail).await;
    assert_eq!(nodes.there(), Verdict::Accepted);
    let last = next_call(&nodes.other, &mut tail).await;
    assert!(own.id != theirs.id && last.id != theirs.id && last.id != own.id);
}

#[tokio::test]
async fn a_live_view_of_a_busy_node_shows_calls_of_others() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let mut tail = nodes.editor.tail(Some(nodes.key.id), None);
    assert_eq!(nodes.there(), Verdict::Accepted);
    let written = nodes.other.telemetry().write_decisions().await;
    written.expect("written");
    let mut shown = 0;
    for _ in 0..2 {
        assert_eq!(nodes.here(), Verdict::Accepted);
        nodes.test.keyring.telemetry().dispatch().await;
        shown += tail.next().await.calls.len();
    }
    assert_eq!(shown, 3, "two calls of this node, and that of the other");
}

#[tokio::test]
async fn the_counts_of_a_killed_node_are_added_up_once_by_another_one() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let counted = async || {
        let store = &nodes.test.database.store;
        let (key, now) = (nodes.key.id.into(), nodes.editor.now());
        let counts = store.usage(key, Level::Day, Timestamp(0), now).await;
        let counts = counts.expect("read");
        counts.iter().map(|count| count.2).sum::<i64>()
    };
    let theirs = nodes.other.telemetry();
    // The first one of a minute writes it all, and later calls of the key are journaled.
    for _ in 0..2 {
        assert_eq!(nodes.there(), Verdict::Accepted);
        theirs.journal_usage().await.expect("written");
        nodes.test.clock.advance(SECOND);
    }
    let third = reopen(&nodes.test.database, &nodes.test.clock, 22).await;
    join(&third, 3).await;
    third.telemetry().recover_usage().await.expect("works");
    assert_eq!(counted().await, 1, "the second node runs");

    let this = &nodes.test.keyring;
    let wait = async |steps| {
        for _ in 0..steps {
            nodes.test.clock.advance(10_500);
            this.node().renew_lease().await.expect("granted");
        }
    };
    wait(30).await;
    // The second node is no longer registered. A clock that leaps ahead does not make its batch older.
    nodes.test.clock.leap(HOUR);
    let recovered = this.telemetry().recover_orphaned_usage().await;
    recovered.expect("works");
    assert_eq!(counted().await, 1, "the second node may only be silent");
    nodes.test.clock.leap(-HOUR);
    wait(30).await;
    for _ in 0..2 {
        let recovered = this.telemetry().recover_orphaned_usage().await;
        recovered.expect("works");
        assert_eq!(counted().await, 2);
    }
}

#[tokio::test]
async fn a_first_use_on_another_node_is_shown_a_second_later() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let last_use = async || {
        let key = nodes.editor.key(nodes.key.id).await.expect("there");
        key.last_used.map(|used| used.at)
    };
    let theirs = nodes.other.telemetry();
    // The first one of a minute writes it all.
    theirs.journal_usage().await.expect("written");
    nodes.test.clock.advance(SECOND);
    assert_eq!(nodes.there(), Verdict::Accepted);
    let at = nodes.editor.now();
    assert_eq!(last_use().await, None);
    nodes.test.clock.advance(SECOND);
    theirs.journal_usage().await.expect("written");
    assert_eq!(last_use().await, Some(at));
}

#[tokio::test]
async fn a_replaced_key_that_another_node_accepts_is_not_safe_to_stop_a_second_later() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let id = nodes.key.id;
    let regenerating = tokio::spawn({
        let (editor, once) = (
            nodes.editor.clone(),
            nodes.test.keyring.new_idempotency_key(),
        );
        let wanted = Regeneration {
            grace_period: GracePeriod { grace: DAY },
            expiry: draft().expiry,
            compromised: false,
        };
        async move {
            let fresh = editor.fresh().expect("signed in a moment ago");
            fresh.regenerate(id, wanted, once).await
        }
    });
    while !regenerating.is_finished() {
        nodes.other.node().renew_lease().await.expect("granted");
        tokio::task::yield_now().await;
    }
    regenerating.await.expect("ends").expect("regenerated");
    nodes.other.node().renew_lease().await.expect("granted");
    let rotation = async || {
        let key = nodes.editor.open_key(id).await.expect("the key");
        let rotation = key.rotation().await.expect("read").expect("replaced");
        (rotation.idle_time.safe_to_retire(), rotation.old.accepted)
    };
    let theirs = nodes.other.telemetry();
    // The first one of a minute writes it all.
    theirs.journal_usage().await.expect("written");
    nodes.test.clock.advance(SECOND);
    assert_eq!(nodes.there(), Verdict::Accepted);
    assert_eq!(rotation().await, (true, 0));
    nodes.test.clock.advance(SECOND);
    theirs.journal_usage().await.expect("written");
    assert_eq!(rotation().await, (false, 1));
}

#[tokio::test]
async fn a_node_that_stops_while_another_one_writes_the_same_breakdown_loses_no_call() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    assert_eq!(nodes.here(), Verdict::Accepted);
    let written = nodes.test.keyring.telemetry().flush_usage().await;
    written.expect("written");
    assert_eq!(nodes.there(), Verdict::Accepted);
    let Store::Postgres { pool, .. } = &nodes.test.database.store else {
        panic!("not PostgreSQL");
    };
    let mut another = pool.begin().await.expect("begins");
    sqlx::query("UPDATE usage_breakdown SET revision = revision + 1")
        .execute(&mut *another)
        .await
        .expect("locked");
    let stopping = tokio::spawn({
        let other = nodes.other.clone();
        async move { other.close().await }
    });
    until_blocked(pool, 1).await;
    another.commit().await.expect("written");
    stopping.await.expect("ends");
    let (key, now) = (nodes.key.id.into(), nodes.editor.now());
    let parts = nodes
        .test
        .database
        .store
        .usage_breakdown(key, Level::Day, Timestamp(0), now)
        .await
        .expect("read");
    let agents: Vec<_> = parts
        .iter()
        .filter(|part| part.dimension == Dimension::UserAgent)
        .map(|part| (part.value.as_str(), part.calls))
        .collect();
    assert_eq!(agents, [("test/1", 2)]);
}

#[tokio::test]
async fn a_rate_limit_allows_its_number_of_calls_on_each_node_and_no_more() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let limited = KeyDraft {
        rate_limit: RateLimit::parse("5", "minute").expect("valid"),
        ..draft()
    };
    let key = nodes.test.issue(&nodes.editor, limited).await;
    nodes.other.node().renew_lease().await.expect("granted");
    let mut accepted = 0;
    for _ in 0..20 {
        for node in [&nodes.test.keyring, &nodes.other] {
            accepted += u32::from(ask(node, &call(&key)) == Verdict::Accepted);
        }
    }
    assert_eq!(accepted, 2 * 5);
}

#[tokio::test]
async fn what_two_nodes_notice_is_one_security_event() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let (editor, id) = (nodes.editor.clone(), nodes.key.id);
    let deactivating = tokio::spawn(async move { editor.deactivate(id).await });
    while !deactivating.is_finished() {
        nodes.other.node().renew_lease().await.expect("granted");
        tokio::task::yield_now().await;
    }
    let confirmation = deactivating.await.expect("ends").expect("deactivated");
    assert_eq!(confirmation.confirmed, 2);
    for node in [&nodes.test.keyring, &nodes.other] {
        assert_eq!(ask(node, &call(&nodes.key)), Verdict::Inactive);
        node.telemetry().dispatch().await;
        node.telemetry().write_events().await.expect("written");
    }
    let filter = EventFilter::default();
    let page = nodes.editor.security_events(&filter, None).await;
    let events: Vec<_> = page.expect("read").rows;
    let of_key: Vec<_> = events
        .iter()
        .map(|event| (event.kind, event.calls))
        .collect();
    assert_eq!(of_key, [(EventKind::InactiveUsed, 2)]);
}
