//! Challenges are stored for one browser, deleted once they are answered, and bounded in number.

use super::{ADA, BY, Holder, SITE};
use crate::test_keyring::TestKeyring;
use domain::{account::Role, origin::Origin, passkey::CHALLENGE_LIFETIME};
use management::{Browser, ManagementError, PasskeyAnswer, Store};
use std::net::{IpAddr, Ipv4Addr};
use testing::{SoftAuthenticator, TestDatabase, each_database};

/// The number of stored challenges.
async fn stored(test: &TestKeyring) -> i64 {
    let sql = "SELECT COUNT(*) FROM passkey_challenge";
    let count = match &test.database.store {
        Store::Sqlite { readers, .. } => sqlx::query_scalar(sql).fetch_one(readers).await,
        Store::Postgres { pool, .. } => sqlx::query_scalar(sql).fetch_one(pool).await,
    };
    count.expect("counted")
}

each_database!(an_answered_challenge_is_deleted_and_an_expired_one_with_the_next);
async fn an_answered_challenge_is_deleted_and_an_expired_one_with_the_next(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    assert_eq!(stored(&ada.test).await, 0, "that of the new passkey");
    let challenge = ada.begin_sign_in().await;
    assert_eq!(stored(&ada.test).await, 1);
    let mut forged = SoftAuthenticator::new(8, SITE);
    ada.device.lend_name(&mut forged);
    let credential = forged.get(&challenge.options);
    assert!(!ada.alone(&challenge.handle, &credential).await);
    assert_eq!(stored(&ada.test).await, 1, "a wrong answer uses nothing up");
    let credential = ada.device.get(&challenge.options);
    assert!(ada.alone(&challenge.handle, &credential).await);
    assert_eq!(stored(&ada.test).await, 0);

    let token = ada.pending().await;
    let step = ada.begin_step(&token).await;
    let credential = ada.device.get(&step.options);
    let done = ada.step(&token, &step.handle, &credential).await;
    assert!(matches!(done, Ok(Some(_))), "{done:?}");
    assert_eq!(stored(&ada.test).await, 0);
    let (handle, credential) = ada.confirm().await;
    let answer = PasskeyAnswer {
        handle: &handle,
        credential: &credential,
    };
    let (session, origin) = (ada.session.clone(), Origin::default());
    let confirmed = session.reauthenticate_with_passkey(answer, &origin).await;
    assert!(confirmed.expect("works").is_some());
    assert_eq!(stored(&ada.test).await, 0);

    ada.begin_step(&ada.pending().await).await;
    ada.begin_sign_in().await;
    assert_eq!(stored(&ada.test).await, 2);
    ada.test.clock.advance(CHALLENGE_LIFETIME);
    ada.begin_sign_in().await;
    assert_eq!(stored(&ada.test).await, 1);
}

each_database!(a_sign_in_without_a_password_is_completed_by_the_browser_that_began_it);
async fn a_sign_in_without_a_password_is_completed_by_the_browser_that_began_it(
    database: TestDatabase,
) {
    let mut ada = Holder::new(database).await;
    let (keyring, origin) = (ada.test.keyring.clone(), Origin::default());
    let begun = keyring.sign_in().begin_with_passkey(None, &origin).await;
    let begun = begun.expect("begun");
    let other = keyring
        .sign_in()
        .begin_with_passkey(Some("short"), &origin)
        .await;
    let other = other.expect("begun").browser;
    assert_ne!(begun.browser, other);
    let credential = ada.device.get(&begun.challenge.options);
    let answer = PasskeyAnswer {
        handle: &begun.challenge.handle,
        credential: &credential,
    };
    for (token, right) in [
        (None, false),
        (Some(other.as_str()), false),
        (Some(begun.challenge.handle.as_str()), false),
        (Some(begun.browser.as_str()), true),
    ] {
        let browser = Browser {
            passkey: token,
            ..Browser::default()
        };
        let done = keyring
            .sign_in()
            .with_passkey(answer, browser, &origin)
            .await;
        assert_eq!(done.expect("works").is_some(), right, "{token:?}");
    }
}

each_database!(of_one_browser_the_five_newest_challenges_can_be_answered);
async fn of_one_browser_the_five_newest_challenges_can_be_answered(database: TestDatabase) {
    let mut ada = Holder::new(database).await;
    let (keyring, origin) = (ada.test.keyring.clone(), Origin::default());
    let elsewhere = keyring.sign_in().begin_with_passkey(None, &origin).await;
    let elsewhere = elsewhere.expect("begun");
    let mut challenges = Vec::new();
    for _ in 0..6 {
        ada.test.clock.advance(1);
        challenges.push(ada.begin_sign_in().await);
    }
    assert_eq!(
        stored(&ada.test).await,
        6,
        "five, and one of another browser"
    );
    for (n, challenge) in challenges.iter().enumerate() {
        let credential = ada.device.get(&challenge.options);
        let done = ada.alone(&challenge.handle, &credential).await;
        assert_eq!(done, n > 0, "challenge {n}");
    }
    let credential = ada.device.get(&elsewhere.challenge.options);
    let answer = PasskeyAnswer {
        handle: &elsewhere.challenge.handle,
        credential: &credential,
    };
    let browser = Browser {
        passkey: Some(&elsewhere.browser),
        ..BY
    };
    let done = keyring
        .sign_in()
        .with_passkey(answer, browser, &origin)
        .await;
    assert!(done.expect("works").is_some());
}

each_database!(the_challenges_that_one_address_gets_are_limited);
async fn the_challenges_that_one_address_gets_are_limited(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.keyring.passkeys().offer_at(SITE);
    test.add("Acme", ADA, Role::Owner).await;
    let from = |host: u8| Origin {
        address: Some(IpAddr::V4(Ipv4Addr::new(192, 0, 2, host))),
        ..Origin::default()
    };
    let mut begun = 0;
    for _ in 0..70 {
        match test
            .keyring
            .sign_in()
            .begin_with_passkey(None, &from(1))
            .await
        {
            Ok(_) => begun += 1,
            Err(ManagementError::Throttled { retry_after_ms }) => assert!(retry_after_ms > 0),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(begun, 60);
    assert_eq!(stored(&test).await, 60);
    let other = test
        .keyring
        .sign_in()
        .begin_with_passkey(None, &from(2))
        .await;
    other.expect("another address");
}
