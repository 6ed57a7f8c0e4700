//! Wrong secrets: how many an address may present, and whom that leaves alone.

use crate::house::{draft, houses};
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
use verification::{Call, Route};

/// Wrong secrets a minute with one key id from one address, and from one address.
const BY_KEY: usize = 20;
const BY_ADDRESS: usize = 100;

fn ask(keyring: &Keyring, key: KeyId, secret: &str, address: &str) -> Verdict {
    keyring
        .verify(&Call {
            key: &key.to_string(),
            secret,
            address: address.parse::<IpAddr>().ok(),
            scopes: "".parse().expect("no scopes"),
            user_agent: "guess/1",
            route: Route::default(),
            within: None,
            request_id: "",
            browser: false,
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

#[tokio::test]
async fn a_known_and_an_unknown_id_get_the_same_answers_to_every_guess() {
    for house in houses().await {
        let editor = house.editor("Acme").await;
        let key = house.issue(&editor, draft()).await;
        let unknown = KeyId::from_number(Environment::Live, 404);
        let of_known = guess(&house.keyring, key.id, "192.0.2.1", BY_KEY + 5);
        let of_unknown = guess(&house.keyring, unknown, "192.0.2.2", BY_KEY + 5);
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
}

#[tokio::test]
async fn guesses_do_not_lock_out_the_right_secret() {
    for house in houses().await {
        let editor = house.editor("Acme").await;
        let key = house.issue(&editor, draft()).await;
        let pass = |address| ask(&house.keyring, key.id, &key.secret, address);
        guess(&house.keyring, key.id, "192.0.2.1", 10 * BY_ADDRESS);
        // From the address of the guesses too: it may be everybody's behind one router.
        for address in ["192.0.2.1", "192.0.2.2", "2001:db8::1", "unknown"] {
            assert_eq!(pass(address), Verdict::Accepted, "{address}");
        }
        for n in 0..=255 {
            guess(&house.keyring, key.id, &format!("198.51.100.{n}"), BY_KEY);
        }
        assert_eq!(pass("192.0.2.2"), Verdict::Accepted);
        // One mistake from elsewhere is told as one.
        let elsewhere = guess(&house.keyring, key.id, "192.0.2.2", 1);
        assert_eq!(elsewhere, [Verdict::InvalidCredentials]);
    }
}

#[tokio::test]
async fn one_address_is_throttled_over_all_the_ids_it_tries() {
    for house in houses().await {
        let heard = |network: u64| {
            (0..1_000_u64)
                .filter(|n| {
                    let id = KeyId::from_number(Environment::Live, u128::from(*n));
                    // Every guess from another address of the same /64.
                    let address = format!("2001:db8:0:{network:x}::{n:x}");
                    guess(&house.keyring, id, &address, 1) == [Verdict::InvalidCredentials]
                })
                .count()
        };
        assert_eq!(heard(1), BY_ADDRESS);
        assert_eq!(heard(2), BY_ADDRESS);
        // Garbage counts as well.
        let garbage = house.keyring.verify(&Call {
            key: "x",
            secret: "y",
            address: "2001:db8:0:1::".parse().ok(),
            scopes: "".parse().expect("no scopes"),
            user_agent: "",
            route: Route::default(),
            within: None,
            request_id: "",
            browser: false,
        });
        assert!(matches!(garbage.verdict, Verdict::Throttled { .. }));
    }
}

#[tokio::test]
async fn after_the_returned_wait_another_attempt_is_checked() {
    for house in houses().await {
        let key = KeyId::from_number(Environment::Live, 404);
        guess(&house.keyring, key, "192.0.2.1", 2 * BY_KEY);
        for _ in 0..50 {
            match ask(&house.keyring, key, &wrong(), "192.0.2.1") {
                Verdict::Throttled { retry_after_ms } => house.clock.advance(retry_after_ms),
                verdict => panic!("{verdict:?}"),
            }
            let verdict = ask(&house.keyring, key, &wrong(), "192.0.2.1");
            assert_eq!(verdict, Verdict::InvalidCredentials);
        }
    }
}

#[tokio::test]
async fn calls_that_one_account_asks_about_throttle_no_other() {
    for house in houses().await {
        let accounts = [house.editor("Acme").await, house.editor("Globex").await]
            .map(|editor| editor.application().account_id);
        let guess = |within| {
            house
                .keyring
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
}
