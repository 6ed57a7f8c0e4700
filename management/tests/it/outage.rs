//! What the gate answers for a key while the result of its last change is unknown.

use crate::{
    keys::{ask, call},
    network::{Fault, Network},
    test_keyring::{NOW, TestKeyring, draft, on_each_database, open_over},
};
use domain::{
    key::regeneration::{GracePeriod, Regeneration},
    time::MINUTE,
    verdict::Verdict,
};
use management::{Issue, ManagementError};
use std::time::Duration;
use store::{NewNode, NodeConnection, Store, StoreError};
use testing::{TestDatabase, each_database, until_blocked};
use uuid::Uuid;

/// A keyring on PostgreSQL behind a network that can be cut.
async fn behind_a_network() -> Option<(TestKeyring, Network)> {
    for (seed, test) in (40..).zip(on_each_database().await) {
        let Some(network) = Network::to(&test.database).await else {
            continue;
        };
        let store = Store::open(&network.url).await.expect("opens");
        let keyring = open_over(store, &test.clock, seed).await;
        return Some((TestKeyring { keyring, ..test }, network));
    }
    None
}

each_database!(a_keyring_without_a_registration_verifies_while_its_database_answers);
async fn a_keyring_without_a_registration_verifies_while_its_database_answers(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    test.clock.advance(6 * MINUTE);
    assert_eq!(test.keyring.node().database_downtime_ms(), 6 * MINUTE);
    test.keyring.node().renew_lease().await.expect("it answers");
    assert_eq!(test.keyring.node().database_downtime_ms(), 0);
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Accepted);
}

#[tokio::test]
async fn a_revocation_with_an_unknown_outcome_is_checked_and_answered() {
    let Some((test, network)) = behind_a_network().await else {
        return;
    };
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    network.set(Fault::LoseAnswer);
    editor
        .revoke(key.id, String::new())
        .await
        .expect("it was made");
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Revoked);
}

#[tokio::test]
async fn a_revocation_that_was_not_committed_is_an_error_and_the_key_keeps_working() {
    let Some((test, network)) = behind_a_network().await else {
        return;
    };
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    network.set(Fault::LoseCommit);
    let lost = editor.revoke(key.id, String::new()).await;
    assert!(
        matches!(lost, Err(ManagementError::Unavailable(_))),
        "{lost:?}"
    );
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Accepted);
    editor
        .revoke(key.id, String::new())
        .await
        .expect("tried again");
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Revoked);
}

#[tokio::test]
async fn an_activation_with_an_unknown_outcome_is_checked_and_answered() {
    let Some((test, network)) = behind_a_network().await else {
        return;
    };
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    editor.deactivate(key.id).await.expect("active");
    let fresh = editor.fresh().expect("signed in a moment ago");
    network.set(Fault::LoseCommit);
    let lost = fresh.activate(key.id).await;
    assert!(
        matches!(lost, Err(ManagementError::Unavailable(_))),
        "{lost:?}"
    );
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Inactive);
    network.set(Fault::LoseAnswer);
    fresh.activate(key.id).await.expect("it was made");
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Accepted);
}

#[tokio::test]
async fn while_the_outcome_of_a_change_is_unknown_only_its_key_is_refused() {
    let Some((test, network)) = behind_a_network().await else {
        return;
    };
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let other = test.issue(&editor, draft()).await;
    network.set(Fault::LoseAnswerAndServer);
    let unknown = editor.deactivate(key.id).await;
    assert!(
        matches!(unknown, Err(ManagementError::Unavailable(_))),
        "{unknown:?}"
    );
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Unavailable);
    assert_eq!(ask(&test.keyring, &call(&other)), Verdict::Accepted);
    network.set(Fault::None);
    test.keyring.keys().resolve_uncertain().await;
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Inactive);
}

#[tokio::test]
async fn a_created_key_with_an_unknown_outcome_is_returned_with_its_secret() {
    let Some((test, network)) = behind_a_network().await else {
        return;
    };
    let editor = test.editor("Acme").await;
    let fresh = editor.fresh().expect("signed in a moment ago");
    let once = test.keyring.new_idempotency_key();
    network.set(Fault::LoseAnswer);
    let Issue::New(key) = fresh.issue(draft(), once).await.expect("made") else {
        panic!("its secret is lost");
    };
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Accepted);
    let again = fresh.issue(draft(), once).await.expect("works");
    assert!(matches!(again, Issue::AlreadyIssued(id) if id == key.id));
}

#[tokio::test]
async fn a_key_whose_creation_was_not_answered_is_returned_with_its_secret_by_the_retry() {
    let Some((test, network)) = behind_a_network().await else {
        return;
    };
    let editor = test.editor("Acme").await;
    let fresh = editor.fresh().expect("signed in a moment ago");
    let once = test.keyring.new_idempotency_key();
    network.set(Fault::LoseAnswerAndServer);
    let unknown = fresh.issue(draft(), once).await;
    assert!(
        matches!(unknown, Err(ManagementError::Unavailable(_))),
        "{unknown:?}"
    );
    network.set(Fault::None);
    test.keyring.keys().resolve_uncertain().await;
    let Issue::New(key) = fresh.issue(draft(), once).await.expect("works") else {
        panic!("its secret is lost");
    };
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Accepted);
    let again = fresh.issue(draft(), once).await.expect("works");
    assert!(matches!(again, Issue::AlreadyIssued(id) if id == key.id));

    let once = test.keyring.new_idempotency_key();
    let wanted = Regeneration {
        grace_period: GracePeriod::NOW,
        expiry: draft().expiry,
        compromised: false,
    };
    network.set(Fault::LoseAnswerAndServer);
    let unknown = fresh.regenerate(key.id, wanted, once).await;
    assert!(
        matches!(unknown, Err(ManagementError::Unavailable(_))),
        "{unknown:?}"
    );
    network.set(Fault::None);
    test.keyring.keys().resolve_uncertain().await;
    let again = fresh.regenerate(key.id, wanted, once).await;
    let (Issue::New(new), _) = again.expect("works") else {
        panic!("its secret is lost");
    };
    assert_eq!(ask(&test.keyring, &call(&new)), Verdict::Accepted);
    assert!(matches!(
        ask(&test.keyring, &call(&key)),
        Verdict::Retired { .. }
    ));
}

#[tokio::test]
async fn a_black_holed_network_does_not_block_a_change_forever() {
    let Some((test, network)) = behind_a_network().await else {
        return;
    };
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    network.set(Fault::BlackHole);
    // From here on nothing arrives, so the clock of the runtime jumps to the next deadline.
    tokio::time::pause();
    let silent = editor.revoke(key.id, String::new()).await;
    assert!(
        matches!(silent, Err(ManagementError::Unavailable(_))),
        "{silent:?}"
    );
    // The result of a check is cached for a second.
    test.clock.advance(1_000);
    test.keyring
        .health()
        .ready()
        .await
        .expect_err("nothing arrives");
    tokio::time::resume();
    network.set(Fault::None);
    editor
        .revoke(key.id, String::new())
        .await
        .expect("the silent connection was replaced");
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Revoked);
}

#[tokio::test]
async fn a_silent_connection_that_waits_for_announcements_is_noticed() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let network = Network::to(&database).await.expect("a server");
    let store = Store::open(&network.url).await.expect("opens");
    let node = NewNode {
        id: Uuid::from_u128(1),
        name: "node 1".into(),
        lease: Duration::from_secs(30),
        peppers: Vec::new(),
        at: NOW,
    };
    let connection = NodeConnection::new(store, node);
    let mut listener = connection.listen().await.expect("listens");
    network.set(Fault::BlackHole);
    tokio::time::pause();
    let silent = listener.wait().await.expect_err("nothing arrives");
    assert!(matches!(silent, StoreError::Unavailable(_)), "{silent:?}");
    let unheard = connection.listen().await;
    unheard.expect_err("nothing arrives");
}

each_database!(a_stuck_statement_of_one_account_does_not_stop_the_revocations_of_another);
async fn a_stuck_statement_of_one_account_does_not_stop_the_revocations_of_another(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let Store::Postgres { pool, .. } = &test.database.store else {
        return;
    };
    let (stuck, free) = (test.editor("Acme").await, test.editor("Umbrella").await);
    let (held, key) = (
        test.issue(&stuck, draft()).await,
        test.issue(&free, draft()).await,
    );
    let mut lock = pool.begin().await.expect("begins");
    sqlx::query("SELECT 1 FROM api_key WHERE id = $1 FOR UPDATE")
        .bind(held.id.to_string())
        .execute(&mut *lock)
        .await
        .expect("locked");
    let waiting = {
        let stuck = stuck.clone();
        tokio::spawn(async move { stuck.revoke(held.id, String::new()).await })
    };
    until_blocked(pool, 1).await;
    free.revoke(key.id, String::new()).await.expect("not stuck");
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Revoked);
    lock.rollback().await.expect("released");
    waiting.await.expect("ends").expect("revoked");
}
