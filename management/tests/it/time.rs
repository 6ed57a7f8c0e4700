//! What happens when the machine's clock is set.

use crate::test_keyring::{NOW, TestKeyring, draft, on_each_database, plain_call, reopen};
use domain::{
    key::{
        Environment, KeyDraft,
        expiry::Expiry,
        issued::IssuedKey,
        rate_limit::RateLimit,
        token::{KeyId, format_secret},
    },
    origin::Origin,
    time::{DAY, HOUR, MINUTE, SECOND},
    usage::Window,
    verdict::Verdict,
};
use management::Keyring;
use testing::{TestDatabase, each_database};
use verification::Call;

/// Forward and back, by years.
const LEAPS: [i64; 2] = [5 * 365 * DAY, -5 * 365 * DAY];

fn ask(keyring: &Keyring, key: &str, secret: &str) -> Verdict {
    let call = Call {
        address: "192.0.2.1".parse().ok(),
        user_agent: "test/1",
        ..plain_call(key, secret)
    };
    keyring.verify(&call).verdict
}

fn call(test: &TestKeyring, key: &IssuedKey) -> Verdict {
    ask(&test.keyring, &key.id.to_string(), &key.secret)
}

#[tokio::test]
async fn database_downtime_is_measured_by_the_monotonic_clock() {
    for leap in LEAPS {
        for test in on_each_database().await {
            test.clock.advance(200_000);
            test.clock.leap(leap);
            assert_eq!(
                test.keyring.node().database_downtime_ms(),
                200_000,
                "{leap}"
            );
            assert_eq!(test.keyring.stats().usage_lag_ms, 200_000, "{leap}");
            test.clock.advance(200_000);
            assert_eq!(
                test.keyring.node().database_downtime_ms(),
                400_000,
                "{leap}"
            );
        }
    }
}

#[tokio::test]
async fn setting_the_clock_neither_resets_nor_prolongs_a_rate_limit() {
    let limited = KeyDraft {
        rate_limit: Some(RateLimit {
            requests: 2,
            window_ms: 60_000,
        }),
        expiry: Expiry::Never,
        ..draft()
    };
    for leap in LEAPS {
        for test in on_each_database().await {
            let editor = test.editor("Acme").await;
            let key = test.issue(&editor, limited.clone()).await;
            let pass = || matches!(call(&test, &key), Verdict::Accepted);
            assert!(pass() && pass() && !pass());
            test.clock.leap(leap);
            assert!(!pass(), "no time has passed: {leap}");
            test.clock.advance(30 * SECOND);
            assert!(pass() && !pass(), "half a minute brings one call: {leap}");
        }
    }
}

#[tokio::test]
async fn setting_the_clock_does_not_change_the_throttling_of_wrong_secrets() {
    for leap in LEAPS {
        for test in on_each_database().await {
            let id = KeyId::from_number(Environment::Live, 404).to_string();
            let secret = format_secret(Environment::Live, &[9; 32]);
            let guess = || ask(&test.keyring, &id, &secret);
            while guess() == Verdict::InvalidCredentials {}
            test.clock.leap(leap);
            let Verdict::Throttled { retry_after_ms } = guess() else {
                panic!("heard again, though no time has passed: {leap}");
            };
            test.clock.advance(retry_after_ms);
            assert_eq!(guess(), Verdict::InvalidCredentials, "{leap}");
        }
    }
}

#[tokio::test]
async fn setting_the_clock_does_not_end_the_throttling_of_sign_ins() {
    for leap in LEAPS {
        for test in on_each_database().await {
            let _ = test.editor("Acme").await;
            let try_wrong = async || {
                let origin = Origin::default();
                let email = "owner@acme.example";
                let tried = test.keyring.sign_in().with_password(
                    email,
                    "not this one, ever",
                    None,
                    &origin,
                );
                matches!(tried.await, Ok(None))
            };
            while try_wrong().await {}
            test.clock.leap(leap);
            assert!(!try_wrong().await, "{leap}");
            test.clock.advance(3 * MINUTE);
            assert!(try_wrong().await, "{leap}");
        }
    }
}

/// Lets time pass as it does for a server, whose clocks are compared all the time.
async fn run(test: &TestKeyring, milliseconds: i64) {
    let step = 10 * SECOND;
    for _ in 0..milliseconds / step {
        test.clock.advance(step);
        test.keyring.node().keep_time().await.expect("noted");
    }
}

/// As [`draft`], for a key that ends in an hour.
fn ends_in_an_hour() -> KeyDraft {
    KeyDraft {
        expiry: Expiry::At(NOW.plus(HOUR)),
        ..draft()
    }
}

#[tokio::test]
async fn an_expired_key_stays_expired_when_the_clock_is_set_back() {
    for back in [2 * SECOND, DAY, LEAPS[0]] {
        for test in on_each_database().await {
            let editor = test.editor("Acme").await;
            let key = test.issue(&editor, ends_in_an_hour()).await;
            run(&test, HOUR + SECOND * 10).await;
            let ended = Verdict::Expired { at: NOW.plus(HOUR) };
            assert_eq!(call(&test, &key), ended);
            test.clock.leap(-back);
            assert_eq!(call(&test, &key), ended, "{back}");
            run(&test, MINUTE).await;
            assert_eq!(call(&test, &key), ended, "{back}");
        }
    }
}

each_database!(a_key_expires_on_time_after_the_clock_was_set_back);
async fn a_key_expires_on_time_after_the_clock_was_set_back(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, ends_in_an_hour()).await;
    test.clock.leap(-DAY);
    run(&test, HOUR - MINUTE).await;
    assert_eq!(call(&test, &key), Verdict::Accepted);
    run(&test, 2 * MINUTE).await;
    let ended = Verdict::Expired { at: NOW.plus(HOUR) };
    assert_eq!(call(&test, &key), ended);
    assert!(test.keyring.stats().clock_behind_ms >= DAY);
}

each_database!(a_session_ends_on_time_after_the_clock_was_set_back);
async fn a_session_ends_on_time_after_the_clock_was_set_back(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let _ = test.editor("Acme").await;
    let signed_in = test
        .keyring
        .sign_in()
        .with_password(
            "owner@acme.example",
            crate::test_keyring::PASSWORD,
            None,
            &Origin::default(),
        )
        .await
        .expect("works");
    let Some(management::Admission::Session(cookies)) = signed_in else {
        panic!("{signed_in:?}");
    };
    test.clock.leap(-DAY);
    run(&test, 29 * MINUTE).await;
    let session = test.keyring.sessions().find_without_touch(&cookies.token);
    assert!(session.await.expect("read").is_some());
    run(&test, 2 * MINUTE).await;
    let session = test.keyring.sessions().find_without_touch(&cookies.token);
    assert!(session.await.expect("read").is_none());
}

#[tokio::test]
async fn a_restart_with_an_earlier_clock_revives_no_key() {
    for killed in [false, true] {
        for test in on_each_database().await {
            let editor = test.editor("Acme").await;
            let key = test.issue(&editor, ends_in_an_hour()).await;
            run(&test, HOUR + 2 * MINUTE).await;
            if !killed {
                test.keyring.close().await;
            }
            let clock = std::sync::Arc::new(verification::ManualClock::new(NOW.plus(-DAY)));
            let keyring = reopen(&test.database, &clock, 8).await;
            let verdict = ask(&keyring, &key.id.to_string(), &key.secret);
            let ended = Verdict::Expired { at: NOW.plus(HOUR) };
            assert_eq!(verdict, ended, "killed: {killed}");
        }
    }
}

each_database!(a_clock_that_was_years_ahead_for_half_an_hour_leaves_no_trace);
async fn a_clock_that_was_years_ahead_for_half_an_hour_leaves_no_trace(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    run(&test, MINUTE).await;
    test.clock.leap(LEAPS[0]);
    assert!(matches!(call(&test, &key), Verdict::Expired { .. }));
    run(&test, 30 * MINUTE).await;
    test.clock.leap(-LEAPS[0]);
    run(&test, MINUTE).await;
    assert_eq!(call(&test, &key), Verdict::Accepted);
    let keyring = reopen(&test.database, &test.clock, 8).await;
    let verdict = ask(&keyring, &key.id.to_string(), &key.secret);
    assert_eq!(verdict, Verdict::Accepted);
}

/// How many rows there are of usage, decisions, security events and sessions.
async fn count(test: &TestKeyring) -> Vec<i64> {
    let mut counts = Vec::new();
    for statement in [
        "SELECT count(*) FROM usage_rollup",
        "SELECT count(*) FROM decision",
        "SELECT count(*) FROM security_event",
        "SELECT count(*) FROM session",
    ] {
        let (count,): (i64,) = match &test.database.store {
            management::Store::Sqlite { readers, .. } => {
                sqlx::query_as(statement).fetch_one(readers).await
            }
            management::Store::Postgres { pool, .. } => {
                sqlx::query_as(statement).fetch_one(pool).await
            }
        }
        .expect("counted");
        counts.push(count);
    }
    counts
}

each_database!(a_leap_of_the_clock_prunes_nothing_within_an_hour);
async fn a_leap_of_the_clock_prunes_nothing_within_an_hour(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    for _ in 0..200 {
        ask(&test.keyring, &key.id.to_string(), &key.id.to_string());
        ask(
            &test.keyring,
            &key.id.to_string(),
            &format_secret(Environment::Live, &[9; 32]),
        );
    }
    assert_eq!(call(&test, &key), Verdict::Accepted);
    test.flush_usage().await;
    test.keyring
        .telemetry()
        .write_decisions()
        .await
        .expect("written");
    test.keyring
        .telemetry()
        .write_events()
        .await
        .expect("written");
    let calls = async |window| {
        editor
            .open_key(key.id)
            .await
            .expect("the key")
            .usage()
            .series(window)
            .await
            .expect("read")
            .sum()
    };
    assert_eq!(calls(Window::Day).await.accepted, 1);
    let before = count(&test).await;
    assert!(before.iter().all(|count| *count > 0), "{before:?}");
    test.clock.leap(LEAPS[0]);
    let prune = async || while test.keyring.telemetry().prune().await.expect("works") {};
    prune().await;
    run(&test, 59 * MINUTE).await;
    prune().await;
    let mut expected = before.clone();
    // Looking on is a sign-in of its own.
    expected[3] += 1;
    test.add(
        "Initech",
        "owner@initech.example",
        domain::account::Role::Owner,
    )
    .await;
    drop(test.sign_in("owner@initech.example").await);
    let during = count(&test).await;
    assert_eq!(during, expected);
    run(&test, 2 * MINUTE).await;
    prune().await;
    let after = count(&test).await;
    assert_eq!(after[..3], [0, 0, 0]);
    drop(test.sign_in("owner@initech.example").await);
    assert_eq!(count(&test).await[3], 2, "the two of this hour");
}
