//! Every key in memory: what the gate decides from, without SQL and without a lock.

use crate::{KeyringError, limiter::Gcra};
use domain::{
    id::{AccountId, ApplicationId},
    key::{ip_rule::IpRules, rate_limit::RateLimit, scope::ScopeSet, token::KeyId},
    time::Timestamp,
};
use papaya::HashMap;
use std::{collections::HashSet, sync::Arc};
use store::IndexRow;

/// What the gate knows of a key.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) digest: [u8; 32],
    pub(crate) application: ApplicationId,
    pub(crate) account: AccountId,
    pub(crate) scopes: ScopeSet,
    /// Only where there are rules.
    pub(crate) ip_rules: Option<Arc<IpRules>>,
    /// Only where there is a limit.
    pub(crate) rate: Option<Arc<(RateLimit, Gcra)>>,
    pub(crate) expires_at: Option<Timestamp>,
    pub(crate) deprecated_at: Option<Timestamp>,
    pub(crate) retires_at: Option<Timestamp>,
    pub(crate) inactive: bool,
    pub(crate) revoked: bool,
}

impl Entry {
    fn new(row: IndexRow) -> Self {
        Self {
            digest: row.digest,
            application: row.application,
            account: row.account,
            scopes: row.scopes,
            ip_rules: (!row.ip_rules.is_empty()).then(|| Arc::new(row.ip_rules)),
            rate: row
                .rate_limit
                .map(|limit| Arc::new((limit, Gcra::default()))),
            expires_at: row.expires_at,
            deprecated_at: row.deprecated_at,
            retires_at: row.retires_at,
            inactive: row.inactive,
            revoked: row.revoked,
        }
    }
}

/// The index of all keys. Reading it takes no lock.
pub(crate) struct Snapshot(HashMap<KeyId, Entry>);

impl Snapshot {
    /// # Errors
    /// Where a row was made under another pepper: its key could never be accepted, and nobody would know why.
    pub(crate) fn load(rows: Vec<IndexRow>, pepper: &str) -> Result<Self, KeyringError> {
        let strangers = rows.iter().filter(|row| row.pepper != pepper).count();
        if strangers > 0 {
            return Err(KeyringError::Unexpected(format!(
                "{strangers} keys in the database were made under another pepper; restore the pepper that belongs to it"
            )));
        }
        let index = HashMap::with_capacity(rows.len());
        let pinned = index.pin();
        for row in rows {
            pinned.insert(row.id, Entry::new(row));
        }
        drop(pinned);
        Ok(Self(index))
    }

    /// Lets `look` at the entry, where there is one.
    pub(crate) fn with<T>(&self, id: KeyId, look: impl FnOnce(Option<&Entry>) -> T) -> T {
        look(self.0.pin().get(&id))
    }

    /// How many keys there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Puts a row in; where its rate limit is the same as before, so is its count.
    pub(crate) fn put(&self, row: IndexRow) {
        let id = row.id;
        let mut entry = Entry::new(row);
        let pinned = self.0.pin();
        if let (Some(new), Some(old)) = (
            &entry.rate,
            pinned.get(&id).and_then(|old| old.rate.as_ref()),
        ) && new.0 == old.0
        {
            entry.rate = Some(Arc::clone(old));
        }
        pinned.insert(id, entry);
    }

    /// Puts all rows in, and takes out what is not among them.
    pub(crate) fn replace(&self, rows: Vec<IndexRow>) {
        let known: HashSet<KeyId> = rows.iter().map(|row| row.id).collect();
        self.0.pin().retain(|id, _| known.contains(id));
        for row in rows {
            self.put(row);
        }
    }

    /// Takes a key out: its calls are refused from now on.
    pub(crate) fn forget(&self, id: KeyId) {
        self.0.pin().remove(&id);
    }

    /// As [`Snapshot::forget`], for every key of an application.
    pub(crate) fn forget_all(&self, app: ApplicationId) {
        self.0.pin().retain(|_, entry| entry.application != app);
    }
}
