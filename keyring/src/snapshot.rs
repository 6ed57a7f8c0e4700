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
mod tests {
    use super::*;

    #[test]
    fn a_key_is_held_in_less_than_a_hundred_bytes() {
        assert!(size_of::<(KeyId, Entry)>() <= 96);
    }
}
