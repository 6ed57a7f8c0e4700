//! Signing in while an attacker tries to lock people out.

use crate::test_keyring::{PASSWORD, TestKeyring, reopen};
use domain::{
    account::{Email, Role},
    origin::Origin,
    time::{HOUR, SECOND},
};
use management::{Admission, DEVICE_LIFETIME, ManagementError};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};
use testing::{TestDatabase, each_database};
use tokio::time::timeout;

fn from(number: u32) -> Origin {
    Origin {
        address: Some(IpAddr::V4(Ipv4Addr::from_bits(0x0a00_0000 + number))),
        ..Origin::default()
    }
}

async fn try_to(
    test: &TestKeyring,
    email: &str,
    password: &str,
    device: Option<&str>,
    origin: &Origin,
) -> Result<Option<Admission>, ManagementError> {
    test.keyring
        .sign_in()
        .with_password(email, password, device, origin)
        .await
}

async fn device(test: &TestKeyring, email: &str) -> String {
    let signed_in = try_to(test, email, PASSWORD, None, &Origin::default()).await;
    let session = signed_in.expect("works").and_then(Admission::session);
    session.expect("signed in").device
}

each_database!(
    sign_ins_from_changing_addresses_do_not_lock_out_a_known_device,
    flavor = "multi_thread",
    worker_threads = 2
);
async fn sign_ins_from_changing_addresses_do_not_lock_out_a_known_device(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let device = device(&test, "ada@example.com").await;
    let test = Arc::new(test);
    let (stop, next) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU32::new(0)),
    );
    let busy = Arc::new(AtomicU32::new(0));
    let mut flood = tokio::task::JoinSet::new();
    for connection in 0..64 {
        let (test, stop, next, busy) = (test.clone(), stop.clone(), next.clone(), busy.clone());
        flood.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let origin = from(next.fetch_add(1, Ordering::Relaxed));
                // Half of them guess at Ada's password, half at those of any address.
                let email = match connection % 2 {
                    0 => "ada@example.com".to_owned(),
                    _ => format!("p{connection}@example.com"),
                };
                let answer = try_to(&test, &email, "a wrong guess", None, &origin).await;
                let limited = matches!(
                    answer,
                    Err(ManagementError::Throttled { .. } | ManagementError::Busy)
                );
                busy.fetch_add(u32::from(limited), Ordering::Relaxed);
                tokio::task::yield_now().await;
            }
        });
    }
    while busy.load(Ordering::Relaxed) < 100 {
        tokio::task::yield_now().await;
    }
    for n in 0..5 {
        let origin = from(0x00ff_0000 + n);
        let known = try_to(&test, "ada@example.com", PASSWORD, Some(&device), &origin);
        let known = timeout(Duration::from_secs(5), known).await;
        assert!(matches!(known, Ok(Ok(Some(_)))), "{known:?}");
    }
    stop.store(true, Ordering::Relaxed);
    flood.join_all().await;
}

each_database!(a_known_device_signs_in_each_minute_of_an_attack_of_ten);
async fn a_known_device_signs_in_each_minute_of_an_attack_of_ten(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let device = device(&test, "ada@example.com").await;
    let mut checked = 0;
    for second in 0..600 {
        test.clock.advance(SECOND);
        let guess = try_to(
            &test,
            "ada@example.com",
            "a wrong guess",
            None,
            &from(second),
        )
        .await;
        match guess {
            Ok(None) => checked += 1,
            Err(ManagementError::Throttled { .. }) => {}
            other => panic!("{other:?}"),
        }
        if second % 60 == 59 {
            // From another network each time.
            let origin = from(0x00ff_0000 + second);
            let known = try_to(&test, "ada@example.com", PASSWORD, Some(&device), &origin);
            let known = timeout(Duration::from_secs(5), known).await;
            assert!(matches!(known, Ok(Ok(Some(_)))), "{second}: {known:?}");
        }
    }
    // Twenty an hour, in a burst too.
    assert_eq!(checked, 20 + 3);
}

each_database!(guesses_at_one_account_are_limited_across_all_addresses);
async fn guesses_at_one_account_are_limited_across_all_addresses(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let mut heard = 0;
    for n in 0..60 {
        let answer = try_to(&test, "ada@example.com", "a wrong guess", None, &from(n)).await;
        heard += u32::from(matches!(answer, Ok(None)));
    }
    assert_eq!(heard, 20);
    test.clock.advance(HOUR);
    let later = try_to(&test, "ada@example.com", "a wrong guess", None, &from(99)).await;
    assert!(matches!(later, Ok(None)));
}

each_database!(a_session_can_be_made_fresh_while_others_guess);
async fn a_session_can_be_made_fresh_while_others_guess(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let session = test.sign_in("ada@example.com").await;
    for n in 0..40 {
        let guess = try_to(&test, "ada@example.com", "a wrong guess", None, &from(n)).await;
        assert!(!matches!(guess, Ok(Some(_))));
    }
    let proof = session
        .reauthenticate(PASSWORD, None, &from(0))
        .await
        .expect("works");
    assert!(proof.is_some());
}

/// Gives Ada another address, and Bob the one that she had.
async fn pass_on_address(test: &TestKeyring) {
    for (from, to) in [
        ("ada@example.com", "lovelace@example.com"),
        ("bob@example.com", "ada@example.com"),
    ] {
        let session = test.sign_in(from).await;
        let email = Email::parse(to).expect("valid");
        let origin = Origin::default();
        let changed = session.change_email(PASSWORD, email, None, &origin);
        assert!(changed.await.expect("works"), "{from}");
    }
}

each_database!(a_device_is_known_to_a_person_and_not_to_an_address);
async fn a_device_is_known_to_a_person_and_not_to_an_address(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    test.add("Globex", "bob@example.com", Role::Owner).await;
    let device = device(&test, "ada@example.com").await;
    pass_on_address(&test).await;
    for email in ["ada@example.com", "lovelace@example.com"] {
        for n in 0..25 {
            let guess = try_to(&test, email, "a wrong guess", None, &from(n)).await;
            assert!(!matches!(guess, Ok(Some(_))));
        }
    }
    let origin = from(99);
    let hers = try_to(
        &test,
        "lovelace@example.com",
        PASSWORD,
        Some(&device),
        &origin,
    )
    .await;
    assert!(matches!(hers, Ok(Some(_))), "{hers:?}");
    for email in ["ada@example.com", "nobody@example.com"] {
        let mut heard = 0;
        for n in 100..130 {
            let guess = try_to(&test, email, "a wrong guess", Some(&device), &from(n)).await;
            heard += u32::from(matches!(guess, Ok(None)));
        }
        let limit = if email == "ada@example.com" { 0 } else { 20 };
        assert_eq!(heard, limit, "{email}: limited as by an unknown device");
    }
}

each_database!(a_session_is_not_made_fresh_by_another_person_with_its_address);
async fn a_session_is_not_made_fresh_by_another_person_with_its_address(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    test.add("Globex", "bob@example.com", Role::Owner).await;
    // A request in progress, with the address from before.
    let session = test.sign_in("ada@example.com").await;
    pass_on_address(&test).await;
    let proof = session.reauthenticate(PASSWORD, None, &from(0)).await;
    assert!(matches!(proof, Ok(None)));
}

each_database!(guesses_stay_counted_after_a_restart_and_in_other_processes);
async fn guesses_stay_counted_after_a_restart_and_in_other_processes(database: TestDatabase) {
    let mut test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let heard = async |test: &TestKeyring, first: u32| {
        let mut heard = 0;
        for n in 0..15 {
            let answer = try_to(
                test,
                "ada@example.com",
                "a wrong guess",
                None,
                &from(first + n),
            )
            .await;
            heard += u32::from(matches!(answer, Ok(None)));
        }
        heard
    };
    assert_eq!(heard(&test, 0).await, 15);
    test.keyring = reopen(&test.database, &test.clock, 8).await;
    assert_eq!(heard(&test, 100).await, 5);
    // Only the limit that was exhausted was charged for those that were refused: others may still be tried.
    let other = try_to(&test, "bob@example.com", "a wrong guess", None, &from(200)).await;
    assert!(matches!(other, Ok(None)), "{other:?}");
}

each_database!(guesses_from_one_address_are_limited_by_its_network);
async fn guesses_from_one_address_are_limited_by_its_network(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let v6 = |network: u128, host: u128| Origin {
        address: Some(IpAddr::V6(Ipv6Addr::from_bits(
            (0x2001_0db8 << 96) | (network << 64) | host,
        ))),
        ..Origin::default()
    };
    let mut heard = [0; 3];
    for n in 0..70 {
        let origins = [from(1), v6(1, n), v6(2, n)];
        for (heard, origin) in heard.iter_mut().zip(&origins) {
            let email = format!("{}-{n}@example.com", *heard);
            let answer = try_to(&test, &email, "a wrong guess", None, origin).await;
            *heard += u32::from(matches!(answer, Ok(None)));
        }
    }
    assert_eq!(heard, [60, 60, 60]);
}

each_database!(a_browser_is_known_until_the_password_changes_or_all_sessions_end);
async fn a_browser_is_known_until_the_password_changes_or_all_sessions_end(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let origin = from(9);
    // Its guesses are charged to the browser alone while it is known; others have used up those of the address.
    let known = async |device: &str| {
        let answer = try_to(&test, "ada@example.com", PASSWORD, Some(device), &origin).await;
        match answer {
            Ok(admitted) => admitted.is_some(),
            Err(ManagementError::Throttled { .. }) => false,
            Err(error) => panic!("{error}"),
        }
    };
    let exhaust = async || {
        for n in 0..60 {
            let guess = try_to(&test, "ada@example.com", "a wrong guess", None, &from(n)).await;
            assert!(!matches!(guess, Ok(Some(_))));
        }
    };
    let (old, stolen) = (
        device(&test, "ada@example.com").await,
        device(&test, "ada@example.com").await,
    );
    exhaust().await;
    assert!(known(&old).await);
    assert!(!known("0123456789abcdef.1.0123").await);

    let session = try_to(&test, "ada@example.com", PASSWORD, Some(&old), &origin).await;
    let session = session
        .expect("works")
        .and_then(Admission::session)
        .expect("known");
    let session = test
        .keyring
        .sessions()
        .find(&session.token)
        .await
        .expect("works")
        .expect("open");
    test.clock.advance(SECOND);
    let changed = session.change_password(
        PASSWORD,
        "another battery staple".to_owned().into(),
        Some(&old),
        &origin,
    );
    let new = changed.await.expect("works").expect("changed");
    assert!(!known(&stolen).await);
    let again = test.keyring.sign_in().with_password(
        "ada@example.com",
        "another battery staple",
        Some(new.device.as_str()),
        &origin,
    );
    let again = again
        .await
        .expect("works")
        .and_then(Admission::session)
        .expect("known");

    test.clock.advance(SECOND);
    let session = test
        .keyring
        .sessions()
        .find(&again.token)
        .await
        .expect("works")
        .expect("open");
    session.sign_out_everywhere(&origin).await.expect("works");
    let forgotten = test.keyring.sign_in().with_password(
        "ada@example.com",
        "another battery staple",
        Some(again.device.as_str()),
        &origin,
    );
    assert!(matches!(
        forgotten.await,
        Err(ManagementError::Throttled { .. })
    ));
}

each_database!(a_browser_is_known_for_a_year);
async fn a_browser_is_known_for_a_year(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    test.add("Acme", "ada@example.com", Role::Owner).await;
    let device = device(&test, "ada@example.com").await;
    for (after, known) in [(DEVICE_LIFETIME, true), (1, false)] {
        test.clock.advance(after);
        for n in 0..60 {
            let guess = try_to(&test, "ada@example.com", "a wrong guess", None, &from(n)).await;
            assert!(!matches!(guess, Ok(Some(_))));
        }
        let answer = try_to(&test, "ada@example.com", PASSWORD, Some(&device), &from(99)).await;
        assert_eq!(matches!(answer, Ok(Some(_))), known, "{answer:?}");
    }
}
