//! An index of all keys in memory, from which calls are verified without SQL and without a lock.

use crate::{Gcra, KeyIdHasher, PepperIndex};
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

/// An indexed key. There is one per key, so what few keys have is stored behind a pointer.
#[derive(Clone)]
pub struct Entry {
    pub(crate) digest: [u8; 32],
    tenant: Arc<Tenant>,
    pub(crate) scopes: ScopeSet,
    /// [`NEVER`] if it does not expire.
    expires_at: Timestamp,
    restrictions: Option<Arc<Restrictions>>,
    /// The position in the database's order of changes as of which the entry is current.
    position: i64,
    /// Deactivated.
    pub inactive: bool,
    /// Revoked.
    pub revoked: bool,
    /// The outcome of a change is unknown: the key is refused.
    pub uncertain: bool,
    /// The pepper under which the digest was made.
    pub(crate) pepper: PepperIndex,
}

/// An instant that is never reached.
const NEVER: Timestamp = Timestamp(i64::MAX);

/// The application and account of a key; shared by all keys of an application.
#[derive(Clone, Copy)]
pub struct Tenant {
    /// The application.
    pub application: ApplicationId,
    /// The application's account.
    pub account: AccountId,
}

/// Restrictions that most keys do not have.
#[derive(Default)]
struct Restrictions {
    ip_rules: IpRules,
    rate: Option<Rate>,
    deprecated_at: Option<Timestamp>,
    retires_at: Option<Timestamp>,
}

/// A rate limit, and its use.
type Rate = Arc<(RateLimit, Gcra)>;

impl Entry {
    /// The key's application and account.
    pub fn tenant(&self) -> Tenant {
        *self.tenant
    }

    /// When the key expires.
    pub fn expires_at(&self) -> Option<Timestamp> {
        (self.expires_at != NEVER).then_some(self.expires_at)
    }

    /// When its secret was regenerated, if it is being retired.
    pub fn deprecated_at(&self) -> Option<Timestamp> {
        self.restrictions.as_ref()?.deprecated_at
    }

    /// When the retiring secret stops working.
    pub fn retires_at(&self) -> Option<Timestamp> {
        self.restrictions.as_ref()?.retires_at
    }

    pub(crate) fn ip_rules(&self) -> Option<&IpRules> {
        Some(&self.restrictions.as_ref()?.ip_rules)
    }

    pub(crate) fn rate(&self) -> Option<&Rate> {
        self.restrictions.as_ref()?.rate.as_ref()
    }
}

/// The index of all keys. Reads take no lock.
pub struct KeyIndex {
    keys: HashMap<KeyId, Entry, KeyIdHasher>,
    tenants: Mutex<collections::HashMap<ApplicationId, Arc<Tenant>>>,
    /// The process's peppers, newest first.
    peppers: Vec<PepperName>,
}

impl KeyIndex {
    /// Creates an empty index with room for `keys` keys. `peppers` are ordered newest first.
    pub fn with_capacity(keys: usize, peppers: Vec<PepperName>) -> Self {
        Self {
            keys: HashMap::builder()
                .capacity(keys)
                .hasher(KeyIdHasher::default())
                .resize_mode(ResizeMode::Blocking)
                .build(),
            tenants: Mutex::default(),
            peppers,
        }
    }

    /// Calls `read` with the key's entry, if there is one.
    pub fn with<T>(&self, id: KeyId, read: impl FnOnce(Option<&Entry>) -> T) -> T {
        #[cfg(test)]
        crate::steps::record("look up");
        read(self.keys.pin().get(&id))
    }

    /// Whether the key exists.
    pub fn contains(&self, id: KeyId) -> bool {
        self.keys.pin().contains_key(&id)
    }

    /// The number of keys.
    pub fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// Inserts or replaces an entry, unless the present one is newer. An unchanged rate limit keeps its count.
    pub fn update(&self, row: &IndexRow) {
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
        let unrestricted = row.ip_rules.is_empty()
            && rate.is_none()
            && row.deprecated_at.is_none()
            && row.retires_at.is_none();
        Entry {
            digest: row.digest,
            tenant: self.tenant(row.application, row.account),
            scopes: row.scopes,
            expires_at: row.expires_at.unwrap_or(NEVER),
            position: row.position,
            inactive: row.inactive,
            revoked: row.revoked,
            uncertain: false,
            // A digest under a removed pepper is compared under the newest one and matches nothing.
            pepper: position_of(&self.peppers, row.pepper).unwrap_or_default(),
            restrictions: (!unrestricted).then(|| {
                Arc::new(Restrictions {
                    ip_rules: row.ip_rules.clone(),
                    rate,
                    deprecated_at: row.deprecated_at,
                    retires_at: row.retires_at,
                })
            }),
        }
    }

    fn tenant(&self, application: ApplicationId, account: AccountId) -> Arc<Tenant> {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let tenant = tenants.entry(application).or_insert_with(|| {
            Arc::new(Tenant {
                application,
                account,
            })
        });
        Arc::clone(tenant)
    }

    /// Calls `visit` with every entry.
    pub fn for_each(&self, mut visit: impl FnMut(KeyId, &Entry)) {
        for (id, entry) in &self.keys.pin() {
            visit(*id, entry);
        }
    }

    /// Removes a key.
    pub fn remove(&self, id: KeyId) {
        self.keys.pin().remove(&id);
    }

    /// Refuses a key until [`KeyIndex::update`] is called with its row.
    pub fn mark_uncertain(&self, id: KeyId) {
        self.keys.pin().update(id, |entry| Entry {
            uncertain: true,
            ..entry.clone()
        });
    }

    /// Refuses a key as revoked, without a row of the database that says so.
    #[cfg(feature = "planted-faults")]
    pub fn mark_revoked(&self, id: KeyId) {
        self.keys.pin().update(id, |entry| Entry {
            revoked: true,
            ..entry.clone()
        });
    }

    /// Calls [`KeyIndex::mark_uncertain`] for every key of an application.
    pub fn mark_application_uncertain(&self, app: ApplicationId) {
        let keys = self.keys.pin();
        for (id, entry) in &keys {
            if entry.tenant.application == app {
                self.mark_uncertain(*id);
            }
        }
    }
}

fn position_of(peppers: &[PepperName], name: PepperName) -> Option<PepperIndex> {
    let index = peppers.iter().position(|pepper| *pepper == name)?;
    PepperIndex::try_from(index).ok()
}

#[cfg(test)]
mod fill_race;

#[cfg(test)]
pub(crate) mod tests;
