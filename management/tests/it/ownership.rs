//! What a keyring does while it owns the database, and once it does not any more.

use crate::{
    house::{House, NOW, draft, houses, open_over},
    keys::{ask, call},
};
use domain::verdict::Verdict;
use management::{Keyring, ManagementError};
use std::time::Duration;
use store::{Claim, NewNode, Store};
use uuid::Uuid;

/// A keyring that owns its database.
async fn owner(house: &House, seed: u64) -> Keyring {
    let store = Store::open(&house.fresh.url).await.expect("opens");
    // The same id each time: the owner before it is dead, as far as the database is told.
    let new = NewNode {
        id: Uuid::from_u128(7),
        lease: Duration::from_secs(30),
        at: NOW,
    };
    let Claim::Won(ownership) = store.claim(&new, None).await.expect("answers") else {
        panic!("occupied");
    };
    let keyring = open_over(store, &house.clock, seed).await;
    keyring.set_ownership(ownership);
    keyring
}

#[tokio::test]
async fn a_renewed_claim_ends_the_downtime() {
    for house in houses().await {
        let keyring = owner(&house, 20).await;
        house.clock.advance(5_000);
        assert_eq!(keyring.database_downtime_ms(), 5_000);
        let renewed = keyring.check_ownership().await;
        renewed.expect("ours");
        assert_eq!(keyring.database_downtime_ms(), 0);
        assert!(keyring.is_owner());
    }
}

#[tokio::test]
async fn a_replaced_process_verifies_nothing_and_changes_nothing() {
    for house in houses().await {
        let first = owner(&house, 20).await;
        let house = House {
            keyring: first,
            ..house
        };
        let editor = house.editor("Acme").await;
        let key = house.issue(&editor, draft()).await;
        assert_eq!(ask(&house.keyring, &call(&key)), Verdict::Accepted);

        let second = owner(&house, 21).await;
        let refused = editor.revoke(key.id, String::new()).await;
        assert!(
            matches!(refused, Err(ManagementError::Unavailable(_))),
            "{refused:?}"
        );
        let lost = house.keyring.check_ownership().await;
        assert!(lost.is_err());
        assert!(!house.keyring.is_owner());
        assert_eq!(house.keyring.database_downtime_ms(), i64::MAX);
        assert!(
            house
                .keyring
                .lost()
                .await
                .contains("taken over the database")
        );
        assert_eq!(ask(&second, &call(&key)), Verdict::Accepted);
    }
}

#[tokio::test]
async fn a_new_owner_knows_the_last_change_of_the_previous_one() {
    for house in houses().await {
        let first = owner(&house, 20).await;
        let house = House {
            keyring: first,
            ..house
        };
        let editor = house.editor("Acme").await;
        let key = house.issue(&editor, draft()).await;
        editor.revoke(key.id, String::new()).await.expect("revoked");
        let second = owner(&house, 21).await;
        assert_eq!(ask(&second, &call(&key)), Verdict::Revoked);
    }
}
