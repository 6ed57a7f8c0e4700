use super::*;
use crate::Monotonic;
use domain::key::Environment;
use uuid::Uuid;

const NOW: Monotonic = Monotonic(1_000);

fn id(number: u128) -> KeyId {
    KeyId::from_number(Environment::Live, number)
}

/// A key that may be used, without scopes and limits.
pub(crate) fn row(number: u128, application: u128) -> IndexRow {
    IndexRow {
        id: id(number),
        application: ApplicationId(Uuid::from_u128(application)),
        account: AccountId(Uuid::from_u128(application + 100)),
        scopes: ScopeSet::default(),
        ip_rules: IpRules::default(),
        rate_limit: None,
        expires_at: None,
        deprecated_at: None,
        retires_at: None,
        inactive: false,
        deactivated_at: None,
        revoked: false,
        position: 1,
        digest: [7; 32],
        pepper: PepperName::default(),
    }
}

/// Keys 1 and 2 of application 10, key 3 of application 20.
fn three_keys() -> KeyIndex {
    let index = KeyIndex::with_capacity(3, vec![PepperName::default()]);
    for (key, application) in [(1, 10), (2, 10), (3, 20)] {
        index.update(&row(key, application));
    }
    index
}

fn known(index: &KeyIndex) -> Vec<u128> {
    let knows = |number: &u128| index.with(id(*number), |entry| entry.is_some());
    (1..=5).filter(knows).collect()
}

/// The number of calls that pass immediately, of ten.
fn passing(index: &KeyIndex, number: u128) -> usize {
    let take = |entry: Option<&Entry>| {
        let rate = entry.and_then(Entry::rate).expect("a limit");
        rate.1.take(rate.0, NOW).is_ok()
    };
    (0..10).filter(|_| index.with(id(number), take)).count()
}

fn limited(requests: u32) -> IndexRow {
    IndexRow {
        rate_limit: Some(RateLimit {
            requests,
            window_ms: 60_000,
        }),
        ..row(1, 10)
    }
}

#[test]
fn an_entry_takes_less_than_a_hundred_bytes() {
    assert!(size_of::<(KeyId, Entry)>() <= 96);
}

fn refused(index: &KeyIndex) -> Vec<u128> {
    let uncertain = |entry: Option<&Entry>| entry.is_some_and(|entry| entry.uncertain);
    (1..=5)
        .filter(|number| index.with(id(*number), uncertain))
        .collect()
}

#[test]
fn only_the_keys_of_the_application_become_uncertain() {
    let index = three_keys();
    assert_eq!((known(&index), index.key_count()), (vec![1, 2, 3], 3));
    index.mark_application_uncertain(ApplicationId(Uuid::from_u128(10)));
    assert_eq!(refused(&index), [1, 2]);
    index.update(&row(2, 10));
    assert_eq!(refused(&index), [1]);
    index.mark_uncertain(id(3));
    assert_eq!(refused(&index), [1, 3]);
}

#[test]
fn an_older_row_replaces_nothing() {
    let index = three_keys();
    let at = |position, revoked| IndexRow {
        position,
        revoked,
        ..row(1, 10)
    };
    let is_revoked = || index.with(id(1), |entry| entry.is_some_and(|entry| entry.revoked));
    index.update(&at(5, true));
    index.update(&at(4, false));
    assert!(is_revoked());
    index.update(&at(5, false));
    assert!(!is_revoked());
}

#[test]
fn only_the_removed_key_is_unknown() {
    let index = three_keys();
    index.remove(id(2));
    assert_eq!(known(&index), [1, 3]);
    assert!(!index.contains(id(2)) && index.contains(id(3)));
}

#[test]
fn a_rate_limit_keeps_its_count_until_it_is_changed() {
    let index = KeyIndex::with_capacity(1, vec![PepperName::default()]);
    index.update(&limited(3));
    assert_eq!(passing(&index, 1), 3);
    index.update(&limited(3));
    assert_eq!(passing(&index, 1), 0, "nothing about the limit changed");
    index.update(&limited(5));
    assert_eq!(
        passing(&index, 1),
        5,
        "the changed limit starts with a new count"
    );
    index.update(&row(1, 10));
    assert!(index.with(id(1), |entry| {
        entry.is_some_and(|entry| entry.rate().is_none())
    }));
    index.update(&limited(3));
    assert_eq!(passing(&index, 1), 3);
}

#[test]
fn an_entry_matches_its_row() {
    let at = Timestamp;
    let index = KeyIndex::with_capacity(1, vec![PepperName::default()]);
    for (expires_at, deprecated_at, retires_at, rules) in [
        (None, None, None, ""),
        (Some(at(5)), None, None, ""),
        (None, Some(at(6)), None, ""),
        (None, None, Some(at(7)), ""),
        (None, None, None, "192.0.2.0/24"),
        (Some(at(5)), Some(at(6)), Some(at(7)), "192.0.2.0/24"),
    ] {
        index.update(&IndexRow {
            expires_at,
            deprecated_at,
            retires_at,
            ip_rules: IpRules::parse(rules).expect("valid"),
            ..row(1, 10)
        });
        index.with(id(1), |entry| {
            let entry = entry.expect("there");
            assert_eq!(entry.expires_at(), expires_at);
            assert_eq!(entry.deprecated_at(), deprecated_at);
            assert_eq!(entry.retires_at(), retires_at);
            let elsewhere = "198.51.100.1".parse().ok();
            let allowed = entry.ip_rules().is_none_or(|rules| rules.allow(elsewhere));
            assert_eq!(allowed, rules.is_empty());
            assert_eq!(entry.tenant().application.0, Uuid::from_u128(10));
            assert_eq!(entry.tenant().account.0, Uuid::from_u128(110));
        });
    }
}

#[test]
fn an_entry_has_the_index_of_its_pepper() {
    let [new, old, removed] = [1, 2, 3].map(PepperName);
    let index = KeyIndex::with_capacity(3, vec![new, old]);
    for (number, pepper, expected) in [(1, new, 0), (2, old, 1), (3, removed, 0)] {
        index.update(&IndexRow {
            pepper,
            ..row(number, 10)
        });
        let found = index.with(id(number), |entry| entry.map(|entry| entry.pepper));
        assert_eq!(found, Some(expected));
    }
}

#[test]
fn every_entry_is_visited_once() {
    let mut visited = Vec::new();
    three_keys().for_each(|id, entry| visited.push((id, entry.tenant().application)));
    visited.sort_unstable();
    let application = |number| ApplicationId(Uuid::from_u128(number));
    assert_eq!(
        visited,
        [
            (id(1), application(10)),
            (id(2), application(10)),
            (id(3), application(20))
        ]
    );
}
