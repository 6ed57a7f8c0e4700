//! The order of the checks, the limits on wrong secrets, and digests under older peppers.

use super::{
    tests::{Events, call, key, row, verifier},
    *,
};
use crate::{ManualClock, Pepper, Peppers};
use domain::key::{Environment, ip_rule::IpRules, token::format_secret};
use store::IndexRow;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const LIMIT: RateLimit = RateLimit {
    requests: 5,
    window_ms: 1_000,
};

fn rules(networks: &str) -> IpRules {
    IpRules::parse(networks).expect("valid")
}

/// Checks a call from 192.0.2.1 that requires the scope `invoice:read`.
fn check_call(
    row: &IndexRow,
    take: impl FnOnce(RateLimit, &Gcra) -> Result<RateState, i64>,
) -> (Verdict, Option<RateState>) {
    let index = KeyIndex::with_capacity(1, Vec::new());
    index.update(row);
    let required = ScopeSet::one("invoice:read").expect("known");
    index.with(row.id, |entry| {
        let entry = entry.expect("an entry");
        check_entry(entry, "192.0.2.1".parse().ok(), required, NOW, take)
    })
}

#[test]
fn the_first_check_that_fails_decides() {
    let mut row = IndexRow {
        revoked: true,
        inactive: true,
        expires_at: Some(NOW),
        retires_at: Some(NOW),
        ip_rules: rules("198.51.100.0/24"),
        rate_limit: Some(LIMIT),
        ..row(1)
    };
    let decided = |row: &IndexRow| {
        check_call(row, |_, _| {
            unreachable!("a call that is refused is not counted")
        })
    };
    assert_eq!(decided(&row), (Verdict::Revoked, None));
    row.revoked = false;
    assert_eq!(decided(&row), (Verdict::Inactive, None));
    row.inactive = false;
    assert_eq!(decided(&row), (Verdict::Expired { at: NOW }, None));
    row.expires_at = Some(NOW.plus(1));
    assert_eq!(decided(&row), (Verdict::Retired { at: NOW }, None));
    row.retires_at = Some(NOW.plus(1));
    assert_eq!(decided(&row), (Verdict::IpNotAllowed, None));
    row.ip_rules = rules("192.0.2.0/24");
    assert_eq!(decided(&row), (Verdict::InsufficientScope, None));
    row.scopes = ScopeSet::one("invoice:read").expect("known");

    let spent = RateState {
        limit: LIMIT,
        remaining: 0,
        reset_ms: 7,
    };
    let limited = Verdict::RateLimited { retry_after_ms: 7 };
    assert_eq!(check_call(&row, |_, _| Err(7)), (limited, Some(spent)));
    let left = RateState {
        remaining: 3,
        ..spent
    };
    let taken = check_call(&row, |limit, _| {
        assert_eq!(limit, LIMIT);
        Ok(left)
    });
    assert_eq!(taken, (Verdict::Accepted, Some(left)));
    row.rate_limit = None;
    assert_eq!(decided(&row), (Verdict::Accepted, None));
}

#[test]
fn an_uncertain_key_is_refused_before_any_other_check() {
    let revoked = IndexRow {
        revoked: true,
        ..row(1)
    };
    let verifier = verifier(&[revoked]);
    verifier.index().mark_uncertain(key(1).0);
    let (id, secret) = (key(1).0.to_string(), key(1).1);
    let decision = verifier.verify(&call(&id, &secret, None), &Events::default());
    assert_eq!(decision.verdict, Verdict::Unavailable);
}

#[test]
fn wrong_secrets_are_limited_per_key_and_per_address_and_the_right_one_is_accepted() {
    let verifier = verifier(&[row(1)]);
    let verify = |number: u8, secret: &str, address: &str| {
        let id = key(number).0.to_string();
        let call = Call {
            address: address.parse().ok(),
            ..call(&id, secret, None)
        };
        verifier.verify(&call, &Events::default()).verdict
    };
    let wrong = format_secret(Environment::Live, &[9; 32]);
    // The number of wrong secrets after which the next ones are throttled.
    let allowed = |number, address| {
        let answered = |_: &u8| verify(number, &wrong, address) == Verdict::InvalidCredentials;
        (0..200).take_while(answered).count()
    };
    let of_keys = [1, 2, 3, 4, 5, 6].map(|number| allowed(number, "192.0.2.1"));
    assert_eq!(of_keys, [20, 20, 20, 20, 20, 0], "100 from one address");
    assert!(matches!(
        verify(1, &wrong, "192.0.2.1"),
        Verdict::Throttled { .. }
    ));
    assert_eq!(verify(1, &key(1).1, "192.0.2.1"), Verdict::Accepted);
    assert_eq!(allowed(1, "192.0.2.2"), 20);
}

#[test]
fn a_digest_under_an_older_pepper_is_accepted_and_queued_for_an_upgrade() {
    let peppers: Peppers = [[1; 32], *b"a pepper of thirty-two bytes ..."]
        .into_iter()
        .map(Pepper::from_bytes)
        .collect();
    let hasher = SecretHasher::new(&peppers);
    let [(old, old_secret), (new, new_secret)] = [1, 2].map(key);
    let upgraded = hasher.digest(0, old, &old_secret);
    let index = KeyIndex::with_capacity(2, hasher.pepper_names());
    index.update(&row(1));
    index.update(&IndexRow {
        digest: hasher.digest(0, new, &new_secret),
        pepper: hasher.newest_pepper(),
        ..row(2)
    });
    let clock = Arc::new(ManualClock::new(NOW));
    let verifier = Verifier::new(clock, Arc::new(hasher), Arc::new(index));
    for (id, secret, verdict) in [
        (old, &new_secret, Verdict::InvalidCredentials),
        (new, &new_secret, Verdict::Accepted),
    ] {
        let decision = verifier.verify(&call(&id.to_string(), secret, None), &Events::default());
        assert_eq!(decision.verdict, verdict);
    }
    assert!(verifier.digest_upgrades().take_batch().is_empty());
    let decision = verifier.verify(
        &call(&old.to_string(), &old_secret, None),
        &Events::default(),
    );
    assert_eq!(decision.verdict, Verdict::Accepted);
    let [upgrade] = verifier.digest_upgrades().take_batch()[..] else {
        panic!("not one upgrade");
    };
    assert_eq!(
        (upgrade.key, upgrade.old, upgrade.new),
        (old, row(1).digest, upgraded)
    );
}
