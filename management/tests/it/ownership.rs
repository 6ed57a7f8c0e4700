//! What a keyring does while it owns the database, and once it does not any more.

use crate::{
    keys::{ask, call},
    test_keyring::{NOW, TestKeyring, draft, open_over},
};
use domain::verdict::Verdict;
use management::{Keyring, ManagementError};
use std::time::Duration;
use store::{Claim, NewNode, Store};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

/// A keyring that owns its database.
async fn owner(test: &TestKeyring, seed: u64) -> Keyring {
    let store = Store::open(&test.database.url).await.expect("opens");
    // The same id each time, so that the database takes the previous owner for dead.
    let new = NewNode {
        id: Uuid::from_u128(7),
        lease: Duration::from_secs(30),
        at: NOW,
    };
    let Claim::Won(ownership) = store.claim(&new, None).await.expect("answers") else {
        panic!("occupied");
    };
    let keyring = open_over(store, &test.clock, seed).await;
    keyring.set_ownership(ownership);
    keyring
}

each_database!(a_renewed_claim_ends_the_downtime);
async fn a_renewed_claim_ends_the_downtime(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let keyring = owner(&test, 20).await;
    test.clock.advance(5_000);
    assert_eq!(keyring.database_downtime_ms(), 5_000);
    let renewed = keyring.check_ownership().await;
    renewed.expect("ours");
    assert_eq!(keyring.database_downtime_ms(), 0);
    assert!(keyring.is_owner());
}

each_database!(a_replaced_process_verifies_nothing_and_changes_nothing);
async fn a_replaced_process_verifies_nothing_and_changes_nothing(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let first = owner(&test, 20).await;
    let test = TestKeyring {
        keyring: first,
        ..test
    };
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    assert_eq!(ask(&test.keyring, &call(&key)), Verdict::Accepted);

    let second = owner(&test, 21).await;
    let refused = editor.revoke(key.id, String::new()).await;
    assert!(
        matches!(refused, Err(ManagementError::Unavailable(_))),
        "{refused:?}"
    );
    let lost = test.keyring.check_ownership().await;
    assert!(lost.is_err());
    assert!(!test.keyring.is_owner());
    assert_eq!(test.keyring.database_downtime_ms(), i64::MAX);
    assert!(
        test.keyring
            .lost()
            .await
            .contains("taken over the database")
    );
    assert_eq!(ask(&second, &call(&key)), Verdict::Accepted);
}

each_database!(a_new_owner_knows_the_last_change_of_the_previous_one);
async fn a_new_owner_knows_the_last_change_of_the_previous_one(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let first = owner(&test, 20).await;
    let test = TestKeyring {
        keyring: first,
        ..test
    };
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    editor.revoke(key.id, String::new()).await.expect("revoked");
    let second = owner(&test, 21).await;
    assert_eq!(ask(&second, &call(&key)), Verdict::Revoked);
}
