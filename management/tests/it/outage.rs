//! What the gate says of a key while nobody knows what became of its last change.

use crate::{
    house::{House, draft, houses, open_over},
    keys::{ask, call},
    network::{Fault, Network},
};
use domain::verdict::Verdict;
use management::{Issue, ManagementError};
use store::Store;

/// A keyring on PostgreSQL behind a network that can be cut.
async fn behind_a_network() -> Option<(House, Network)> {
    for (seed, house) in (40..).zip(houses().await) {
        let Some(network) = Network::to(&house.fresh).await else {
            continue;
        };
        let store = Store::open(&network.url).await.expect("opens");
        let keyring = open_over(store, &house.clock, seed).await;
        return Some((House { keyring, ..house }, network));
    }
    None
}

#[tokio::test]
async fn a_revocation_with_an_unknown_outcome_is_checked_and_answered() {
    let Some((house, network)) = behind_a_network().await else {
        return;
    };
    let editor = house.editor("Acme").await;
    let key = house.issue(&editor, draft()).await;
    network.set(Fault::LoseAnswer);
    editor
        .revoke(key.id, String::new())
        .await
        .expect("it was made");
    assert_eq!(ask(&house.keyring, &call(&key)), Verdict::Revoked);
}

#[tokio::test]
async fn a_revocation_that_was_not_committed_is_an_error_and_the_key_keeps_working() {
    let Some((house, network)) = behind_a_network().await else {
        return;
    };
    let editor = house.editor("Acme").await;
    let key = house.issue(&editor, draft()).await;
    network.set(Fault::LoseCommit);
    let lost = editor.revoke(key.id, String::new()).await;
    assert!(
        matches!(lost, Err(ManagementError::Unavailable(_))),
        "{lost:?}"
    );
    assert_eq!(ask(&house.keyring, &call(&key)), Verdict::Accepted);
    editor
        .revoke(key.id, String::new())
        .await
        .expect("tried again");
    assert_eq!(ask(&house.keyring, &call(&key)), Verdict::Revoked);
}

#[tokio::test]
async fn while_the_outcome_of_a_change_is_unknown_only_its_key_is_refused() {
    let Some((house, network)) = behind_a_network().await else {
        return;
    };
    let editor = house.editor("Acme").await;
    let key = house.issue(&editor, draft()).await;
    let other = house.issue(&editor, draft()).await;
    network.set(Fault::LoseAnswerAndServer);
    let unknown = editor.deactivate(key.id).await;
    assert!(
        matches!(unknown, Err(ManagementError::Unavailable(_))),
        "{unknown:?}"
    );
    assert_eq!(ask(&house.keyring, &call(&key)), Verdict::Unavailable);
    assert_eq!(ask(&house.keyring, &call(&other)), Verdict::Accepted);
    network.set(Fault::None);
    house.keyring.resolve_uncertain_keys().await;
    assert_eq!(ask(&house.keyring, &call(&key)), Verdict::Inactive);
}

#[tokio::test]
async fn a_created_key_with_an_unknown_outcome_is_returned_with_its_secret() {
    let Some((house, network)) = behind_a_network().await else {
        return;
    };
    let editor = house.editor("Acme").await;
    let fresh = editor.fresh().expect("signed in a moment ago");
    let once = house.keyring.new_idempotency_key();
    network.set(Fault::LoseAnswer);
    let Issue::New(key) = fresh.issue(draft(), once).await.expect("made") else {
        panic!("its secret is lost");
    };
    assert_eq!(ask(&house.keyring, &call(&key)), Verdict::Accepted);
    let again = fresh.issue(draft(), once).await.expect("works");
    assert!(matches!(again, Issue::AlreadyIssued(id) if id == key.id));
}

#[tokio::test]
async fn a_black_holed_network_does_not_block_a_change_forever() {
    let Some((house, network)) = behind_a_network().await else {
        return;
    };
    let editor = house.editor("Acme").await;
    let key = house.issue(&editor, draft()).await;
    network.set(Fault::BlackHole);
    // From here on nothing arrives, so the clock of the runtime jumps to the next deadline.
    tokio::time::pause();
    let silent = editor.revoke(key.id, String::new()).await;
    assert!(
        matches!(silent, Err(ManagementError::Unavailable(_))),
        "{silent:?}"
    );
}

#[tokio::test]
async fn a_stuck_statement_of_one_account_does_not_stop_the_revocations_of_another() {
    for house in houses().await {
        let Store::Postgres { pool, .. } = &house.fresh.store else {
            continue;
        };
        let (stuck, free) = (house.editor("Acme").await, house.editor("Umbrella").await);
        let (held, key) = (
            house.issue(&stuck, draft()).await,
            house.issue(&free, draft()).await,
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
        let blocked = "SELECT count(*) FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while sqlx::query_scalar::<_, i64>(blocked)
            .fetch_one(pool)
            .await
            .expect("asked")
            == 0
        {
            tokio::task::yield_now().await;
        }
        free.revoke(key.id, String::new()).await.expect("not stuck");
        assert_eq!(ask(&house.keyring, &call(&key)), Verdict::Revoked);
        lock.rollback().await.expect("released");
        waiting.await.expect("ends").expect("revoked");
    }
}
