//! What a keyring does while it is the only process of an SQLite file, and once it no longer is.

use crate::{
    keys::{ask, call},
    nodes::join,
    test_keyring::{TestKeyring, draft, reopen},
};
use domain::verdict::Verdict;
use management::{Keyring, ManagementError};
use testing::TestDatabase;

/// A keyring that owns its database.
async fn owner(test: &TestKeyring, seed: u64) -> Keyring {
    let keyring = reopen(&test.database, &test.clock, seed).await;
    join(&keyring, u128::from(seed)).await;
    keyring
}

#[tokio::test]
async fn a_response_of_the_database_ends_the_downtime() {
    let test = TestKeyring::new(TestDatabase::sqlite().await).await;
    let keyring = owner(&test, 20).await;
    test.clock.advance(5_000);
    assert_eq!(keyring.node().database_downtime_ms(), 5_000);
    keyring.node().renew_lease().await.expect("ours");
    assert_eq!(keyring.node().database_downtime_ms(), 0);
    assert!(keyring.node().has_database());
}

#[tokio::test]
async fn a_replaced_process_verifies_nothing_and_changes_nothing() {
    let test = TestKeyring::new(TestDatabase::sqlite().await).await;
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
    test.keyring
        .node()
        .renew_lease()
        .await
        .expect_err("replaced");
    assert!(!test.keyring.node().has_database());
    assert_eq!(test.keyring.node().database_downtime_ms(), i64::MAX);
    assert!(
        test.keyring
            .node()
            .lost()
            .await
            .contains("removed this one")
    );
    assert_eq!(ask(&second, &call(&key)), Verdict::Accepted);
}

#[tokio::test]
async fn a_new_owner_knows_the_last_change_of_the_previous_one() {
    let test = TestKeyring::new(TestDatabase::sqlite().await).await;
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
