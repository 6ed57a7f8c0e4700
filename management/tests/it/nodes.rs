//! Two keyrings on one PostgreSQL database, as two nodes.

mod names;
mod shared_state;
mod sign_in;

use crate::{
    keys::{ask, call},
    log::Log,
    test_keyring::{TestKeyring, draft, reopen},
};
use domain::{
    key::{KeyDraft, issued::IssuedKey, scope::ScopeSet},
    verdict::Verdict,
};
use management::{
    Confirmation, Edited, Editor, Fault, Joining, Keyring, ManagementError, NodesBehind, Store,
};
use std::time::Duration;
use testing::TestDatabase;
use tokio::task::JoinHandle;
use uuid::Uuid;

const LEASE: Duration = Duration::from_secs(30);
/// After how long the leases of others have ended, in milliseconds.
const WAIT: i64 = 31_500;

fn joining(n: u128) -> Joining {
    Joining {
        id: Uuid::from_u128(n),
        name: format!("node {n}"),
        lease: LEASE,
    }
}

/// Registers a keyring and waits for its lease.
pub async fn join(keyring: &Keyring, n: u128) {
    let joined = keyring
        .node()
        .join(joining(n))
        .attempt()
        .await
        .expect("joins");
    assert_eq!(joined, None);
    keyring.node().record_comparison().await.expect("answers");
    keyring.node().renew_lease().await.expect("granted");
}

/// Two nodes, of which the first has an account with a key that both know.
struct Nodes {
    test: TestKeyring,
    other: Keyring,
    editor: Editor,
    key: IssuedKey,
}

impl Nodes {
    /// `None` without a server.
    async fn start() -> Option<Self> {
        // Its future is large.
        Box::pin(Self::make()).await
    }

    async fn make() -> Option<Self> {
        let database = TestDatabase::postgres().await?;
        let test = TestKeyring::new(database).await;
        join(&test.keyring, 1).await;
        let other = reopen(&test.database, &test.clock, 21).await;
        join(&other, 2).await;
        let editor = test.editor("Acme").await;
        let key = test.issue(&editor, draft()).await;
        other.node().renew_lease().await.expect("granted");
        Some(Self {
            test,
            other,
            editor,
            key,
        })
    }

    fn here(&self) -> Verdict {
        ask(&self.test.keyring, &call(&self.key))
    }

    fn there(&self) -> Verdict {
        ask(&self.other, &call(&self.key))
    }

    fn revoke(&self) -> JoinHandle<Result<Confirmation, ManagementError>> {
        let (editor, id) = (self.editor.clone(), self.key.id);
        tokio::spawn(async move { editor.revoke(id, String::new()).await })
    }

    /// Waits until the first node refuses the key: the change is committed.
    async fn until_refused_here(&self) {
        while self.here() == Verdict::Accepted {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn a_revocation_is_answered_once_the_other_node_refuses_the_key() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    assert_eq!(nodes.there(), Verdict::Accepted);
    let revoking = nodes.revoke();
    nodes.until_refused_here().await;
    assert!(!revoking.is_finished());
    assert_eq!(nodes.there(), Verdict::Accepted);
    nodes.other.node().renew_lease().await.expect("granted");
    assert_eq!(nodes.there(), Verdict::Revoked);
    let confirmation = revoking.await.expect("ends").expect("revoked");
    let expected = Confirmation {
        nodes: 2,
        confirmed: 2,
        elapsed_ms: 0,
        removed: Vec::new(),
    };
    assert_eq!(confirmation, expected);
}

#[tokio::test]
async fn a_revocation_waits_for_a_silent_node_until_its_lease_has_ended() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let behind = nodes.editor.nodes_behind().await.expect("answers");
    assert_eq!(behind, None);
    let revoking = nodes.revoke();
    nodes.until_refused_here().await;
    let behind = nodes.editor.nodes_behind().await.expect("answers");
    let expected = NodesBehind {
        names: vec!["node 2".into()],
        at_most_ms: WAIT,
    };
    assert_eq!(behind, Some(expected));
    nodes.test.clock.advance(WAIT - 1);
    // Its lease has ended, and the wait has not.
    assert!(nodes.other.node().database_downtime_ms() > 28_500);
    assert!(!revoking.is_finished());
    nodes.test.clock.advance(1);
    let confirmation = revoking.await.expect("ends").expect("revoked");
    let expected = Confirmation {
        nodes: 2,
        confirmed: 1,
        elapsed_ms: WAIT,
        removed: vec!["node 2".into()],
    };
    assert_eq!(confirmation, expected);
    let stats = nodes.test.keyring.stats().nodes.expect("a node");
    assert_eq!((stats.nodes, stats.removed), (1, 1));
    assert_eq!(stats.waited_ms, u64::try_from(WAIT).expect("positive"));
    // It notices, registers again and applies the change before it answers.
    assert_eq!(nodes.there(), Verdict::Accepted);
    nodes.other.node().renew_lease().await.expect("granted");
    assert_eq!(nodes.other.node().database_downtime_ms(), 0);
    assert_eq!(nodes.there(), Verdict::Revoked);
}

#[tokio::test]
async fn nodes_that_a_change_removes_are_logged_and_no_others() {
    for (is_compared, expected) in [(true, 1), (false, 0)] {
        let Some(nodes) = Nodes::start().await else {
            return;
        };
        if !is_compared {
            // It stays until it was compared: it has no lease.
            let Store::Postgres { pool, .. } = &nodes.test.database.store else {
                panic!("not PostgreSQL");
            };
            let earlier = "UPDATE node SET history = history - 1 WHERE name = 'node 2'";
            sqlx::query(earlier).execute(pool).await.expect("a row");
        }
        let log = Log::default();
        let _guard = tracing::subscriber::set_default(log.clone());
        let revoking = nodes.revoke();
        nodes.until_refused_here().await;
        nodes.test.clock.advance(WAIT);
        let confirmation = revoking.await.expect("ends").expect("revoked");
        assert_eq!((confirmation.nodes, confirmation.confirmed), (2, 1));
        assert_eq!(confirmation.removed.len(), expected);
        let stats = nodes.test.keyring.stats().nodes.expect("a node");
        assert_eq!(stats.nodes, 2 - expected, "one that stays is counted");
        let lines = log.lines();
        let removed = lines.iter().filter(|line| line.contains("were removed"));
        assert_eq!(removed.count(), expected, "{lines:?}");
    }
}

#[tokio::test]
async fn a_node_that_joins_after_a_revocation_was_answered_refuses_the_key() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    nodes.other.close().await;
    // It has read the keys and is not registered yet.
    let late = reopen(&nodes.test.database, &nodes.test.clock, 22).await;
    let confirmation = nodes.revoke().await.expect("ends").expect("revoked");
    assert_eq!((confirmation.nodes, confirmation.confirmed), (1, 1));
    assert_eq!(ask(&late, &call(&nodes.key)), Verdict::Accepted);
    late.node().join(joining(3)).attempt().await.expect("joins");
    assert_eq!(
        late.node().database_downtime_ms(),
        i64::MAX,
        "it has no lease"
    );
    late.node().renew_lease().await.expect("granted");
    assert_eq!(late.node().database_downtime_ms(), 0);
    assert_eq!(ask(&late, &call(&nodes.key)), Verdict::Revoked);
}

#[tokio::test]
async fn a_change_that_ends_no_access_waits_for_no_node() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    // The other node is silent, and the clock stands still.
    let second = nodes.test.issue(&nodes.editor, draft()).await;
    nodes.editor.confirm(second.id).await.expect("confirmed");
    assert_eq!(ask(&nodes.test.keyring, &call(&second)), Verdict::Accepted);
    nodes.other.node().renew_lease().await.expect("granted");
    assert_eq!(ask(&nodes.other, &call(&second)), Verdict::Accepted);
}

#[tokio::test]
async fn an_edit_that_narrows_a_key_waits_and_one_that_widens_it_does_not() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let wide = KeyDraft {
        scopes: "invoice:read invoice:create"
            .parse::<ScopeSet>()
            .expect("known"),
        ..draft()
    };
    let fresh = nodes.editor.fresh().expect("signed in a moment ago");
    let id = nodes.key.id;
    let widened = fresh.change(id, wide.clone(), draft().revision()).await;
    assert_eq!(widened.expect("works"), Edited::Done(None));
    nodes.other.node().renew_lease().await.expect("granted");
    let narrowing = tokio::spawn({
        let editor = nodes.editor.clone();
        async move { editor.change(id, draft(), wide.revision()).await }
    });
    // Until the other node has it.
    while !narrowing.is_finished() {
        nodes.other.node().renew_lease().await.expect("granted");
        tokio::task::yield_now().await;
    }
    let Ok(Edited::Done(Some(confirmation))) = narrowing.await.expect("ends") else {
        panic!("it works");
    };
    assert_eq!((confirmation.confirmed, confirmation.nodes), (2, 2));
}

#[tokio::test]
async fn a_node_that_stops_does_not_answer_a_change_that_others_lack() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let revoking = nodes.revoke();
    nodes.until_refused_here().await;
    nodes.test.keyring.close().await;
    let unknown = revoking.await.expect("ends");
    assert!(
        matches!(unknown, Err(ManagementError::Unavailable(_))),
        "{unknown:?}"
    );
    nodes.other.node().renew_lease().await.expect("granted");
    assert_eq!(nodes.there(), Verdict::Revoked);
}

#[tokio::test]
async fn a_silent_node_is_removed_before_a_change_has_to_wait_for_it() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let this = &nodes.test.keyring;
    // It is looked at every ten seconds.
    for _ in 0..5 {
        nodes.test.clock.advance(10_500);
        this.node().renew_lease().await.expect("granted");
    }
    let confirmation = nodes.revoke().await.expect("ends").expect("revoked");
    assert_eq!((confirmation.nodes, confirmation.elapsed_ms), (1, 0));
}

#[tokio::test]
async fn another_node_takes_over_what_one_node_does() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let this = &nodes.test.keyring;
    assert!(this.node().is_maintainer() && !nodes.other.node().is_maintainer());
    this.close().await;
    nodes.other.node().renew_lease().await.expect("granted");
    assert!(nodes.other.node().is_maintainer());
    nodes.test.clock.advance(28_501);
    assert!(!nodes.other.node().is_maintainer(), "its lease has ended");
}

#[tokio::test]
async fn several_keys_are_revoked_with_one_wait() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let second = nodes.test.issue(&nodes.editor, draft()).await;
    nodes.other.node().renew_lease().await.expect("granted");
    let ids = vec![nodes.key.id, second.id];
    let editor = nodes.editor.clone();
    let revoking = tokio::spawn(async move { editor.revoke_each(ids, String::new()).await });
    while ask(&nodes.test.keyring, &call(&second)) == Verdict::Accepted {
        tokio::task::yield_now().await;
    }
    assert!(!revoking.is_finished());
    nodes.other.node().renew_lease().await.expect("granted");
    let bulk = revoking.await.expect("ends").expect("revoked");
    assert_eq!((bulk.done.len(), bulk.confirmation.confirmed), (2, 2));
    assert_eq!(ask(&nodes.other, &call(&second)), Verdict::Revoked);
}

#[tokio::test]
async fn a_fault_that_a_renewal_finds_ends_when_a_renewal_and_a_probe_have_written() {
    let Some(nodes) = Nodes::start().await else {
        return;
    };
    let this = &nodes.test.keyring;
    let run = async |statements: &'static str| {
        let Store::Postgres { pool, .. } = &nodes.test.database.store else {
            panic!("not PostgreSQL");
        };
        let done = sqlx::raw_sql(statements).execute(pool).await;
        done.expect("done");
    };
    run(
        "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$;
        CREATE TRIGGER disk_full BEFORE UPDATE ON node EXECUTE FUNCTION disk_full()",
    )
    .await;
    this.node().renew_lease().await.expect_err("not written");
    assert_eq!(this.stats().fault, Some(Fault::DiskFull));
    // The probe writes another row.
    this.health().maintain_disk().await;
    assert_eq!(this.stats().fault, Some(Fault::DiskFull));
    run("DROP TRIGGER disk_full ON node;
        CREATE TRIGGER disk_full BEFORE UPDATE ON write_probe EXECUTE FUNCTION disk_full()")
    .await;
    this.node().renew_lease().await.expect("written");
    // The result of a probe is reused for a second.
    nodes.test.clock.advance(1_000);
    this.health().maintain_disk().await;
    assert_eq!(this.stats().fault, Some(Fault::DiskFull));
    run("DROP TRIGGER disk_full ON write_probe").await;
    nodes.test.clock.advance(1_000);
    this.health().maintain_disk().await;
    assert_eq!(this.stats().fault, None);
}
