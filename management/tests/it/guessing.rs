//! Wrong secrets: how many an address may present, and whom that leaves alone.

use crate::test_keyring::{TestKeyring, draft, plain_call};
use domain::{
    key::{
        Environment,
        token::{KeyId, format_secret},
    },
    time::MINUTE,
    verdict::Verdict,
};
use management::Keyring;
use std::net::IpAddr;
use testing::{TestDatabase, each_database};
use verification::{Call, Route};

/// Wrong secrets a minute with one key id from one address, and from one address.
const BY_KEY: usize = 20;
const BY_ADDRESS: usize = 100;

fn ask(keyring: &Keyring, key: KeyId, secret: &str, address: &str) -> Verdict {
    keyring
        .verify(&Call {
            address: address.parse::<IpAddr>().ok(),
            user_agent: "guess/1",
            ..plain_call(&key.to_string(), secret)
        })
        .verdict
}

fn wrong() -> String {
    format_secret(Environment::Live, &[9; 32])
}

/// The verdicts of so many guesses.
fn guess(keyring: &Keyring, key: KeyId, address: &str, times: usize) -> Vec<Verdict> {
    (0..times)
        .map(|_| ask(keyring, key, &wrong(), address))
        .collect()
}

each_database!(a_known_and_an_unknown_id_get_the_same_answers_to_every_guess);
async fn a_known_and_an_unknown_id_get_the_same_answers_to_every_guess(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let unknown = KeyId::from_number(Environment::Live, 404);
    let of_known = guess(&test.keyring, key.id, "192.0.2.1", BY_KEY + 5);
    let of_unknown = guess(&test.keyring, unknown, "192.0.2.2", BY_KEY + 5);
    assert_eq!(of_known, of_unknown);
    let (heard, throttled) = of_known.split_at(BY_KEY);
    assert!(heard.iter().all(|v| *v == Verdict::InvalidCredentials));
    for verdict in throttled {
        let Verdict::Throttled { retry_after_ms } = verdict else {
            panic!("{verdict:?}");
        };
        assert!((1..=MINUTE).contains(retry_after_ms));
    }
}

each_database!(guesses_do_not_lock_out_the_right_secret);
async fn guesses_do_not_lock_out_the_right_secret(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let pass = |address| ask(&test.keyring, key.id, &key.secret, address);
    guess(&test.keyring, key.id, "192.0.2.1", 10 * BY_ADDRESS);
    // From the address of the guesses too: it may be that of all clients behind one router.
    for address in ["192.0.2.1", "192.0.2.2", "2001:db8::1", "unknown"] {
        assert_eq!(pass(address), Verdict::Accepted, "{address}");
    }
    for n in 0..=255 {
        guess(&test.keyring, key.id, &format!("198.51.100.{n}"), BY_KEY);
    }
    assert_eq!(pass("192.0.2.2"), Verdict::Accepted);
    // One mistake from elsewhere is told as one.
    let elsewhere = guess(&test.keyring, key.id, "192.0.2.2", 1);
    assert_eq!(elsewhere, [Verdict::InvalidCredentials]);
}

each_database!(one_address_is_throttled_over_all_the_ids_it_tries);
async fn one_address_is_throttled_over_all_the_ids_it_tries(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let heard = |network: u64| {
        (0..1_000_u64)
            .filter(|n| {
                let id = KeyId::from_number(Environment::Live, u128::from(*n));
                // Every guess from another address of the same /64.
                let address = format!("2001:db8:0:{network:x}::{n:x}");
                guess(&test.keyring, id, &address, 1) == [Verdict::InvalidCredentials]
            })
            .count()
    };
    assert_eq!(heard(1), BY_ADDRESS);
    assert_eq!(heard(2), BY_ADDRESS);
    // Garbage counts as well.
    let garbage = test.keyring.verify(&Call {
        address: "2001:db8:0:1::".parse().ok(),
        ..plain_call("x", "y")
    });
    assert!(matches!(garbage.verdict, Verdict::Throttled { .. }));
}

each_database!(after_the_returned_wait_another_attempt_is_checked);
async fn after_the_returned_wait_another_attempt_is_checked(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let key = KeyId::from_number(Environment::Live, 404);
    guess(&test.keyring, key, "192.0.2.1", 2 * BY_KEY);
    for _ in 0..50 {
        match ask(&test.keyring, key, &wrong(), "192.0.2.1") {
            Verdict::Throttled { retry_after_ms } => test.clock.advance(retry_after_ms),
            verdict => panic!("{verdict:?}"),
        }
        let verdict = ask(&test.keyring, key, &wrong(), "192.0.2.1");
        assert_eq!(verdict, Verdict::InvalidCredentials);
    }
}

each_database!(calls_that_one_account_asks_about_throttle_no_other);
async fn calls_that_one_account_asks_about_throttle_no_other(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let accounts = [test.editor("Acme").await, test.editor("Globex").await]
        .map(|editor| editor.application().account_id);
    let guess = |within| {
        test.keyring
            .verify(&Call {
                key: "x",
                secret: "y",
                address: "192.0.2.1".parse().ok(),
                scopes: "".parse().expect("no scopes"),
                user_agent: "",
                route: Route::default(),
                within,
                request_id: "",
                browser: false,
            })
            .verdict
    };
    for _ in 0..BY_ADDRESS {
        guess(Some(accounts[0]));
    }
    assert!(matches!(
        guess(Some(accounts[0])),
        Verdict::Throttled { .. }
    ));
    assert_eq!(guess(Some(accounts[1])), Verdict::InvalidCredentials);
    assert_eq!(guess(None), Verdict::InvalidCredentials);
}
