//! Every key in memory: what the gate decides from, without SQL and without a lock.

use crate::{by_id::Hashed, limiter::Gcra, mint::PepperIndex};
use domain::{
    id::{AccountId, ApplicationId},
    key::{ip_rule::IpRules, rate_limit::RateLimit, scope::ScopeSet, token::KeyId},
    time::Timestamp,
};
use papaya::{HashMap, Operation, ResizeMode};
use std::{
    collections,
    sync::{Arc, Mutex, PoisonError},
};
use store::{IndexRow, PepperName};

/// What the gate knows of a key. There are as many as keys, so what few of them have is kept elsewhere.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) digest: [u8; 32],
    home: Arc<Home>,
    pub(crate) scopes: ScopeSet,
    /// [`NEVER`] where it does not end.
    expires_at: Timestamp,
    terms: Option<Arc<Terms>>,
    /// The change of the database as of which all this holds.
    position: i64,
    pub(crate) inactive: bool,
    pub(crate) revoked: bool,
    /// A change of it was not answered by the database: nobody knows what holds.
    pub(crate) uncertain: bool,
    /// The pepper of the digest.
    pub(crate) pepper: PepperIndex,
}

/// An expiry that no instant reaches.
const NEVER: Timestamp = Timestamp(i64::MAX);

/// Where a key belongs: one for all keys of an application.
#[derive(Clone, Copy)]
pub(crate) struct Home {
    pub(crate) application: ApplicationId,
    pub(crate) account: AccountId,
}

/// What most keys do not have.
#[derive(Default)]
pub(crate) struct Terms {
    pub(crate) ip_rules: IpRules,
    pub(crate) rate: Option<Rate>,
    pub(crate) deprecated_at: Option<Timestamp>,
    pub(crate) retires_at: Option<Timestamp>,
}

/// A limit, and how much of it is used.
pub(crate) type Rate = Arc<(RateLimit, Gcra)>;

impl Entry {
    pub(crate) fn home(&self) -> Home {
        *self.home
    }

    pub(crate) fn expires_at(&self) -> Option<Timestamp> {
        (self.expires_at != NEVER).then_some(self.expires_at)
    }

    pub(crate) fn deprecated_at(&self) -> Option<Timestamp> {
        self.terms.as_ref()?.deprecated_at
    }

    pub(crate) fn retires_at(&self) -> Option<Timestamp> {
        self.terms.as_ref()?.retires_at
    }

    pub(crate) fn ip_rules(&self) -> Option<&IpRules> {
        Some(&self.terms.as_ref()?.ip_rules)
    }

    pub(crate) fn rate(&self) -> Option<&Rate> {
        self.terms.as_ref()?.rate.as_ref()
    }
}

/// The index of all keys. Reading it takes no lock.
pub(crate) struct Snapshot {
    keys: HashMap<KeyId, Entry, Hashed>,
    homes: Mutex<collections::HashMap<ApplicationId, Arc<Home>>>,
    /// The peppers of the process, the newest first.
    peppers: Vec<PepperName>,
}

impl Snapshot {
    /// An empty index with room for so many keys, under peppers of which the newest comes first.
    pub(crate) fn with_capacity(keys: usize, peppers: Vec<PepperName>) -> Self {
        Self {
            keys: HashMap::builder()
                .capacity(keys)
                .hasher(Hashed::default())
                .resize_mode(ResizeMode::Blocking)
                .build(),
            homes: Mutex::default(),
            peppers,
        }
    }

    /// Lets `look` at the entry, where there is one.
    pub(crate) fn with<T>(&self, id: KeyId, look: impl FnOnce(Option<&Entry>) -> T) -> T {
        #[cfg(test)]
        crate::work::note("look up");
        look(self.keys.pin().get(&id))
    }

    /// Whether there is such a key.
    pub(crate) fn contains(&self, id: KeyId) -> bool {
        self.keys.pin().contains_key(&id)
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    /// Puts a row in, unless what stands there is newer; where its rate limit is the same as before, so is its count.
    pub(crate) fn put(&self, row: &IndexRow) {
        self.keys.pin().compute(row.id, |before| {
            let before = before.map(|(_, entry)| entry);
            if before.is_some_and(|before| before.position > row.position) {
                return Operation::Abort(());
            }
            let used = before.and_then(Entry::rate);
            let rate = row.rate_limit.map(|limit| match used {
                Some(used) if used.0 == limit => Arc::clone(used),
                _ => Arc::new((limit, Gcra::default())),
            });
            Operation::Insert(self.entry(row, rate))
        });
    }

    fn entry(&self, row: &IndexRow, rate: Option<Rate>) -> Entry {
        let usual = row.ip_rules.is_empty()
            && rate.is_none()
            && row.deprecated_at.is_none()
            && row.retires_at.is_none();
        Entry {
            digest: row.digest,
            home: self.home(row.application, row.account),
            scopes: row.scopes,
            expires_at: row.expires_at.unwrap_or(NEVER),
            position: row.position,
            inactive: row.inactive,
            revoked: row.revoked,
            uncertain: false,
            // Under a pepper that is gone: compared under the newest, where it matches nothing.
            pepper: place_of(&self.peppers, row.pepper).unwrap_or_default(),
            terms: (!usual).then(|| {
                Arc::new(Terms {
                    ip_rules: row.ip_rules.clone(),
                    rate,
                    deprecated_at: row.deprecated_at,
                    retires_at: row.retires_at,
                })
            }),
        }
    }

    fn home(&self, application: ApplicationId, account: AccountId) -> Arc<Home> {
        let mut homes = self.homes.lock().unwrap_or_else(PoisonError::into_inner);
        let home = homes.entry(application).or_insert_with(|| {
            Arc::new(Home {
                application,
                account,
            })
        });
        Arc::clone(home)
    }

    /// Shows every entry.
    pub(crate) fn each(&self, mut look: impl FnMut(KeyId, &Entry)) {
        for (id, entry) in &self.keys.pin() {
            look(*id, entry);
        }
    }

    /// Takes a key out that does not exist.
    pub(crate) fn forget(&self, id: KeyId) {
        self.keys.pin().remove(&id);
    }

    /// Refuses a key until a row of it is put in.
    pub(crate) fn doubt(&self, id: KeyId) {
        self.keys.pin().update(id, |entry| Entry {
            uncertain: true,
            ..entry.clone()
        });
    }

    /// As [`Snapshot::doubt`], for every key of an application.
    pub(crate) fn doubt_all(&self, app: ApplicationId) {
        let keys = self.keys.pin();
        for (id, entry) in &keys {
            if entry.home.application == app {
                self.doubt(*id);
            }
        }
    }
}

fn place_of(peppers: &[PepperName], name: PepperName) -> Option<PepperIndex> {
    let place = peppers.iter().position(|pepper| *pepper == name)?;
    PepperIndex::try_from(place).ok()
}

#[cfg(test)]
mod fill_race;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Monotonic;
    use domain::key::Environment;
    use uuid::Uuid;

    const NOW: Monotonic = Monotonic(1_000);

    fn id(number: u128) -> KeyId {
        KeyId::from_number(Environment::Live, number)
    }

    fn row(number: u128, application: u128) -> IndexRow {
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
    fn three_keys() -> Snapshot {
        let snapshot = Snapshot::with_capacity(3, vec![PepperName::default()]);
        for (key, application) in [(1, 10), (2, 10), (3, 20)] {
            snapshot.put(&row(key, application));
        }
        snapshot
    }

    fn known(snapshot: &Snapshot) -> Vec<u128> {
        let knows = |number: &u128| snapshot.with(id(*number), |entry| entry.is_some());
        (1..=5).filter(knows).collect()
    }

    /// Calls that pass at once, of ten.
    fn passing(snapshot: &Snapshot, number: u128) -> usize {
        let take = |entry: Option<&Entry>| {
            let rate = entry.and_then(Entry::rate).expect("a limit");
            rate.1.take(rate.0, NOW).is_ok()
        };
        (0..10).filter(|_| snapshot.with(id(number), take)).count()
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
    fn a_key_is_held_in_less_than_a_hundred_bytes() {
        assert!(size_of::<(KeyId, Entry)>() <= 96);
    }

    fn refused(snapshot: &Snapshot) -> Vec<u128> {
        let uncertain = |entry: Option<&Entry>| entry.is_some_and(|entry| entry.uncertain);
        (1..=5)
            .filter(|number| snapshot.with(id(*number), uncertain))
            .collect()
    }

    #[test]
    fn the_keys_of_an_application_are_in_doubt_and_no_others() {
        let snapshot = three_keys();
        assert_eq!((known(&snapshot), snapshot.len()), (vec![1, 2, 3], 3));
        snapshot.doubt_all(ApplicationId(Uuid::from_u128(10)));
        assert_eq!(refused(&snapshot), [1, 2]);
        snapshot.put(&row(2, 10));
        assert_eq!(refused(&snapshot), [1]);
        snapshot.doubt(id(3));
        assert_eq!(refused(&snapshot), [1, 3]);
    }

    #[test]
    fn an_older_row_replaces_nothing() {
        let snapshot = three_keys();
        let at = |position, revoked| IndexRow {
            position,
            revoked,
            ..row(1, 10)
        };
        let is_revoked = || snapshot.with(id(1), |entry| entry.is_some_and(|entry| entry.revoked));
        snapshot.put(&at(5, true));
        snapshot.put(&at(4, false));
        assert!(is_revoked());
        snapshot.put(&at(5, false));
        assert!(!is_revoked());
    }

    #[test]
    fn one_key_is_forgotten() {
        let snapshot = three_keys();
        snapshot.forget(id(2));
        assert_eq!(known(&snapshot), [1, 3]);
        assert!(!snapshot.contains(id(2)) && snapshot.contains(id(3)));
    }

    #[test]
    fn a_rate_limit_keeps_its_count_until_it_is_changed() {
        let snapshot = Snapshot::with_capacity(1, vec![PepperName::default()]);
        snapshot.put(&limited(3));
        assert_eq!(passing(&snapshot, 1), 3);
        snapshot.put(&limited(3));
        assert_eq!(passing(&snapshot, 1), 0, "nothing about the limit changed");
        snapshot.put(&limited(5));
        assert_eq!(passing(&snapshot, 1), 5, "a limit of its own");
        snapshot.put(&row(1, 10));
        assert!(snapshot.with(id(1), |entry| {
            entry.is_some_and(|entry| entry.rate().is_none())
        }));
        snapshot.put(&limited(3));
        assert_eq!(passing(&snapshot, 1), 3);
    }

    #[test]
    fn an_entry_is_what_its_row_says() {
        let at = Timestamp;
        let snapshot = Snapshot::with_capacity(1, vec![PepperName::default()]);
        for (expires_at, deprecated_at, retires_at, rules) in [
            (None, None, None, ""),
            (Some(at(5)), None, None, ""),
            (None, Some(at(6)), None, ""),
            (None, None, Some(at(7)), ""),
            (None, None, None, "192.0.2.0/24"),
            (Some(at(5)), Some(at(6)), Some(at(7)), "192.0.2.0/24"),
        ] {
            snapshot.put(&IndexRow {
                expires_at,
                deprecated_at,
                retires_at,
                ip_rules: IpRules::parse(rules).expect("valid"),
                ..row(1, 10)
            });
            snapshot.with(id(1), |entry| {
                let entry = entry.expect("there");
                assert_eq!(entry.expires_at(), expires_at);
                assert_eq!(entry.deprecated_at(), deprecated_at);
                assert_eq!(entry.retires_at(), retires_at);
                let elsewhere = "198.51.100.1".parse().ok();
                let allowed = entry.ip_rules().is_none_or(|rules| rules.allow(elsewhere));
                assert_eq!(allowed, rules.is_empty());
                assert_eq!(entry.home().application.0, Uuid::from_u128(10));
                assert_eq!(entry.home().account.0, Uuid::from_u128(110));
            });
        }
    }
}
