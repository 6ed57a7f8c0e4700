//! Guesses at passwords over HTTP: how many are checked, whatever is tried.

use crate::{database::Database, mail::seen};
use http::StatusCode;
use std::net::Ipv4Addr;
use test_server::{DEVELOPER, OWNER, TestServer, VIEWER};
use testing::{TestDatabase, each_database};

const HTML: (&str, &str) = ("accept", "text/html,application/xhtml+xml");
const JSON: (&str, &str) = ("accept", "application/json");
const ATTEMPTS: u32 = 10_000;
/// Failures an hour from one address, and for one e-mail address.
const PER_ADDRESS: u32 = 60;
const PER_EMAIL: u32 = 20;

/// Sends `ATTEMPTS` wrong passwords, and returns how many were checked and how many were throttled.
async fn spray(server: &TestServer, guess: impl Fn(u32) -> (String, String)) -> (u32, u32) {
    let (mut checked, mut refused) = (0, 0);
    for n in 0..ATTEMPTS {
        let (peer, email) = guess(n);
        let lines = [JSON, ("peer", peer.as_str())];
        let form = format!("email={email}&password=wrong-password-{n}");
        let answer = server.post("/api/sign_in", &lines, &form).await;
        match answer.status {
            StatusCode::UNPROCESSABLE_ENTITY => checked += 1,
            StatusCode::TOO_MANY_REQUESTS => {
                assert!(!answer.header("retry-after").is_empty());
                refused += 1;
            }
            other => panic!("{other}: {}", answer.body),
        }
    }
    (checked, refused)
}

fn address(n: u32) -> String {
    Ipv4Addr::from_bits(0x0a80_0000 + n).to_string()
}

each_database!(of_ten_thousand_accounts_that_one_address_tries_sixty_are_checked);
async fn of_ten_thousand_accounts_that_one_address_tries_sixty_are_checked(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let before = server.keyring.sign_in().password_hashes();
    // One in a hundred belongs to a person.
    let guess = |n: u32| match n % 100 {
        0 => (address(0), OWNER.to_owned()),
        _ => (address(0), format!("p{n}@example.com")),
    };
    let (checked, refused) = spray(&server, guess).await;
    let hashed = server.keyring.sign_in().password_hashes() - before;
    assert_eq!((checked, refused), (PER_ADDRESS, ATTEMPTS - PER_ADDRESS));
    assert_eq!(hashed, u64::from(PER_ADDRESS));
}

each_database!(of_ten_thousand_passwords_from_as_many_addresses_twenty_are_checked);
async fn of_ten_thousand_passwords_from_as_many_addresses_twenty_are_checked(
    database: TestDatabase,
) {
    let server = TestServer::with_users_on(database).await;
    for email in [OWNER, "unknown@example.com"] {
        let before = server.keyring.sign_in().password_hashes();
        let (checked, refused) = spray(&server, |n| (address(n), email.to_owned())).await;
        let hashed = server.keyring.sign_in().password_hashes() - before;
        assert_eq!((checked, refused), (PER_EMAIL, ATTEMPTS - PER_EMAIL));
        assert_eq!(hashed, u64::from(PER_EMAIL), "{email}");
    }
}

each_database!(a_wrong_sign_in_is_answered_alike_whatever_is_wrong);
async fn a_wrong_sign_in_is_answered_alike_whatever_is_wrong(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let rows = Database::at(&server.url).await;
    for (email, column) in [
        (DEVELOPER, "disabled_at = 1"),
        (VIEWER, "password_hash = ''"),
    ] {
        let change = format!("UPDATE person SET {column} WHERE email = '{email}'");
        assert_eq!(rows.run(&change).await, 1);
    }
    for accept in [HTML, JSON] {
        let mut answers = Vec::new();
        for email in [OWNER, "unknown@example.com", DEVELOPER, VIEWER] {
            let form = format!("page=/sign-in&email={email}&password=wrong-password-1");
            let answer = server.post("/api/sign_in", &[accept], &form).await;
            assert_eq!(answer.status.as_u16(), 422, "{email}");
            answers.push(seen(&answer, email));
        }
        for answer in &answers[1..] {
            assert_eq!(answer, &answers[0]);
        }
    }
}
