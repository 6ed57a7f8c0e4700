//! The limits in memory.

use super::*;

#[test]
fn guessing_does_not_lock_out_the_owner() {
    let throttle = SignInLimits::default();
    let email = Email::parse("ada@example.com").expect("valid");
    let now = Monotonic(1_000_000);
    let refused = (0..=255)
        .map(|n| IpAddr::from([198, 51, 100, n]))
        .filter(|address| throttle.begin(&email, Some(*address), None, now).is_err())
        .count();
    assert_eq!(refused, 256 - 20);
    assert!(
        throttle
            .begin(
                &email,
                Some(IpAddr::from([198, 51, 100, 1])),
                Some("ada's browser"),
                now
            )
            .is_ok()
    );
}

#[test]
fn guessing_at_one_account_gets_slower() {
    let throttle = SignInLimits::default();
    let email = Email::parse("ada@example.com").expect("valid");
    let accepted_in_a_day = |day: u64| {
        (0..24 * 60)
            .filter(|minute| {
                let now = Monotonic((day * 24 * 60 + minute) * 60_000_000_000 + 5);
                let address = IpAddr::from([198, 51, 100, 1]);
                throttle.begin(&email, Some(address), None, now).is_ok()
            })
            .count()
    };
    // The first day has the burst too.
    let days = [0, 1, 2].map(accepted_in_a_day);
    assert_eq!(days, [199, 100, 100]);
}

#[test]
fn one_address_cannot_try_many_people() {
    let throttle = SignInLimits::default();
    let passed = (0..500)
        .filter_map(|n| Email::parse(&format!("p{n}@example.com")).ok())
        .filter(|email| {
            throttle
                .begin(
                    email,
                    Some(IpAddr::from([192, 0, 2, 1])),
                    None,
                    Monotonic(5),
                )
                .is_ok()
        })
        .count();
    assert_eq!(passed, 60);
}

fn attempts(throttle: &SignInLimits, count: u32, device: Option<&str>) -> usize {
    (0..count)
        .filter(|n| {
            let email = Email::parse(&format!("p{n}@example.com")).expect("valid");
            let address = IpAddr::from((0x0a00_0000 + n).to_be_bytes());
            throttle
                .begin(&email, Some(address), device, Monotonic(5))
                .is_ok()
        })
        .count()
}

#[test]
fn unknown_devices_share_a_total_limit_that_known_ones_do_not_use() {
    let throttle = SignInLimits::default();
    assert_eq!(attempts(&throttle, 10_000, None), 3_600);
    assert_eq!(attempts(&throttle, 1, Some("ada's browser")), 1);
}

#[test]
fn failed_responses_of_many_addresses_lock_no_one_else_out() {
    let throttle = SignInLimits::default();
    let begin = |n: u32| {
        let address = IpAddr::from((0x0a00_0000 + n).to_be_bytes());
        throttle.begin_response(Some(address), Monotonic(5))
    };
    let accepted = (0..10_000).filter(|n| begin(n / 100).is_ok()).count();
    assert_eq!(accepted, 100 * 60);
    assert!(begin(100).is_ok());
}

#[test]
fn a_full_queue_is_charged_to_the_address_alone() {
    let throttle = SignInLimits::default();
    let address = Some(IpAddr::from([192, 0, 2, 1]));
    let email = Email::parse("ada@example.com").expect("valid");
    let mut refused = 0;
    for _ in 0..100 {
        match throttle.begin(&email, address, None, Monotonic(5)) {
            Ok(attempt) => throttle.refund(attempt.others.iter()),
            Err(_) => refused += 1,
        }
    }
    assert_eq!(refused, 100 - 60);
    let elsewhere = Some(IpAddr::from([192, 0, 2, 2]));
    let attempt = throttle.begin(&email, elsewhere, None, Monotonic(5));
    assert!(attempt.is_ok(), "the e-mail address has all of its guesses");
}

#[test]
fn wrong_codes_of_a_person_are_limited_by_kind_and_known_browsers_have_their_own() {
    let throttle = SignInLimits::default();
    let [ada, bob] = [1, 2].map(|n| PersonId(uuid::Uuid::from_u128(n)));
    let taken = |person, kind, known| {
        let mut accepted = 0;
        while throttle
            .begin_code(person, kind, known, Monotonic(5))
            .is_ok()
        {
            accepted += 1;
        }
        accepted
    };
    assert_eq!(taken(ada, CodeKind::App, false), 24);
    assert_eq!(taken(ada, CodeKind::App, true), 24);
    assert_eq!(taken(ada, CodeKind::Recovery, false), 60);
    assert_eq!(taken(ada, CodeKind::Recovery, true), 60);
    assert_eq!(taken(bob, CodeKind::App, false), 24);
}

#[test]
fn correct_codes_are_not_limited() {
    let throttle = SignInLimits::default();
    let ada = PersonId(uuid::Uuid::from_u128(1));
    for _ in 0..100 {
        let attempt = throttle.begin_code(ada, CodeKind::App, false, Monotonic(5));
        throttle.refund(attempt.expect("accepted").limits());
    }
}

#[test]
fn successful_checks_do_not_fill_the_lane_of_known_devices() {
    let throttle = SignInLimits::default();
    let email = Email::parse("ada@example.com").expect("valid");
    let mut passed = 0;
    for _ in 0..100 {
        if let Ok(attempt) = throttle.begin(&email, None, Some("device"), Monotonic(5)) {
            throttle.refund(attempt.limits());
            passed += 1;
        }
    }
    assert_eq!(passed, 30);
}
