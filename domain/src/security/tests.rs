use super::*;
use crate::{
    decision::Decided,
    id::{AccountId, ApplicationId},
    key::{Environment, scope::ScopeSet, token::KeyId},
    time::Timestamp,
    verdict::Verdict,
};
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_795_442_709_123);

fn call(verdict: Verdict, from_browser: bool) -> Decided {
    Decided {
        id: 1,
        request_id: "request-1".into(),
        at: NOW,
        key: KeyId::from_number(Environment::Live, 1),
        application: ApplicationId(Uuid::from_u128(1)),
        account: AccountId(Uuid::from_u128(2)),
        verdict,
        address: "192.0.2.1".parse().ok(),
        asked: ScopeSet::default(),
        route: "GET /invoices/{id}".into(),
        user_agent: "till/2".into(),
        from_browser,
    }
}

fn kinds(verdict: Verdict, from_browser: bool) -> Vec<Kind> {
    Kind::of_call(verdict, from_browser).collect()
}

#[test]
fn words_come_back_as_their_kinds_and_gravities() {
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.as_str()), Some(kind));
        assert!(kind.threshold() > 0 && !kind.remedies().is_empty());
    }
    for severity in Severity::ALL {
        assert_eq!(Severity::parse(severity.as_str()), Some(severity));
    }
    assert!(Severity::ALL.map(Severity::rank).is_sorted_by(|a, b| a > b));
    assert_eq!(Kind::parse("Wrong_secret"), None);
}

#[test]
fn an_accepted_call_shows_nothing_unless_a_browser_sent_it() {
    assert_eq!(kinds(Verdict::Accepted, false), []);
    assert_eq!(kinds(Verdict::Accepted, true), [Kind::FromBrowser]);
    assert_eq!(kinds(Verdict::RateLimited { retry_after_ms: 1 }, false), []);
}

#[test]
fn a_refusal_shows_its_reason_and_is_one_refusal_more() {
    for (verdict, kind) in [
        (Verdict::CredentialsInQuery, Kind::InQuery),
        (Verdict::InvalidCredentials, Kind::WrongSecret),
        (Verdict::Throttled { retry_after_ms: 1 }, Kind::WrongSecret),
        (Verdict::Revoked, Kind::RevokedUsed),
        (Verdict::Inactive, Kind::InactiveUsed),
        (Verdict::Expired { at: NOW }, Kind::ExpiredUsed),
        (Verdict::Retired { at: NOW }, Kind::RetiredUsed),
        (Verdict::IpNotAllowed, Kind::AddressNotAllowed),
        (Verdict::InsufficientScope, Kind::ScopeNotHeld),
    ] {
        assert_eq!(kinds(verdict, false), [kind, Kind::RefusalsRose]);
    }
    // Anybody can name a key in a browser; the secret makes it one's own.
    let wrong = kinds(Verdict::InvalidCredentials, true);
    assert!(!wrong.contains(&Kind::FromBrowser));
    assert!(kinds(Verdict::Revoked, true).contains(&Kind::FromBrowser));
}

#[test]
fn refusals_are_far_above_their_baseline_or_nobody_is_told() {
    let share = |calls, refused| Share { calls, refused };
    let usual = share(10_000, 100);
    for (now, usual, told) in [
        (share(100, 20), usual, true),
        (share(20, 20), share(100, 0), true),
        (share(100, 19), usual, false),
        (share(101, 20), usual, false),
        (share(100, 20), share(99, 0), false),
        // A fifth is usual for this one.
        (share(1_000, 300), share(10_000, 2_000), false),
        (share(1_000, 1_000), share(10_000, 2_000), true),
        (share(0, 0), share(0, 0), false),
        (share(i64::MAX, i64::MAX), share(i64::MAX, 1), true),
    ] {
        assert_eq!(rose(now, usual), told, "{now:?} {usual:?}");
    }
}

#[test]
fn what_happens_again_is_one_thing_that_counts() {
    let at = |at, address: &str| Raised {
        first_at: Timestamp(at),
        last_at: Timestamp(at),
        address: address.into(),
        ..Raised::by_call(Kind::WrongSecret, &call(Verdict::InvalidCredentials, false))
    };
    let mut one = at(5, "192.0.2.5");
    one.merge(at(9, "192.0.2.9"));
    one.merge(at(2, "192.0.2.2"));
    assert_eq!((one.first_at, one.last_at), (Timestamp(2), Timestamp(9)));
    assert_eq!((one.calls, one.address.as_str()), (3, "192.0.2.9"));
}

#[test]
fn a_network_is_new_once_there_was_time_to_learn_the_usual_ones() {
    let seen = |value: &str, at| Sighting {
        value: value.into(),
        first_at: at,
        last_at: at,
    };
    let home = seen("192.0.2.0/24", NOW);
    let later = NOW.plus(LEARNING);
    let other = "198.51.100.0/24";
    assert!(!is_new(&[], other, NOW));
    assert!(!is_new(std::slice::from_ref(&home), other, later.plus(-1)));
    assert!(is_new(std::slice::from_ref(&home), other, later));
    assert!(!is_new(std::slice::from_ref(&home), "192.0.2.0/24", later));
    let many: Vec<_> = (0..MOST_SIGHTINGS)
        .map(|n| seen(&format!("10.0.{n}.0/24"), NOW))
        .collect();
    assert!(!is_new(&many, other, later));
    assert!(!has_room(&many, other) && has_room(&many, "10.0.3.0/24"));
    assert!(has_room(&many[1..], other));
}

#[test]
fn a_key_wakes_after_thirty_days_that_are_certain() {
    assert!(!woke(NOW, NOW.plus(DORMANT)));
    assert!(woke(NOW, NOW.plus(DORMANT + DAY)));
    assert!(!woke(NOW, NOW.plus(-DAY)));
}

#[test]
fn networks_and_clients_are_what_calls_have_in_common() {
    for (address, text) in [
        ("203.0.113.24", "203.0.113.0/24"),
        ("::ffff:203.0.113.24", "203.0.113.0/24"),
        ("2001:db8:4:5::9", "2001:db8:4::/48"),
    ] {
        assert_eq!(network(address.parse().expect("an address")), text);
    }
    for (agent, name) in [
        ("till/2.1 (linux)", "till"),
        ("Mozilla/5.0 (X11)", "Mozilla"),
        ("curl", "curl"),
        ("", ""),
        ("(odd)", ""),
    ] {
        assert_eq!(product(agent), name);
    }
}

#[test]
fn a_link_narrows_and_garbage_does_not() {
    let filter = EventFilter::parse("wrong_secret", "critical", "all", None);
    assert_eq!(filter.kind, Some(Kind::WrongSecret));
    assert_eq!(filter.severity, Some(Severity::Critical));
    assert_eq!((filter.state, filter.key), (EventState::All, None));
    let key = KeyId::from_number(Environment::Live, 7);
    let filter = EventFilter::parse("", "", "", Some(key));
    assert_eq!(filter.key, Some(key));
    assert_eq!(
        EventFilter::parse("x", "1", "\0", None),
        EventFilter::default()
    );
    let cursor = EventCursor {
        at: NOW,
        id: EventId(7),
    };
    assert_eq!(EventCursor::parse(&cursor.to_param()), Some(cursor));
    for garbage in ["", "1", ".", "1.x", "99999999999999999999.1"] {
        assert_eq!(EventCursor::parse(garbage), None, "{garbage}");
    }
}
