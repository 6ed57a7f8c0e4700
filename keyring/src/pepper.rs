//! Several peppers at once: digests under older ones are replaced by ones under the newest as their secrets come by.

use crate::{Keyring, KeyringError, Peppers};
use domain::{
    audit::{Action, Actor, Event, Facts},
    key::token::KeyId,
    time::Timestamp,
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use store::{DigestUpgrade, PepperName, PepperRows, Sealing, Store};

/// Upgrades that wait to be written at most; beyond that the key's next call counts.
const MAX_PENDING: usize = 10_000;
/// Upgrades of one transaction.
const AT_ONCE: usize = 500;

/// Digests that wait to be replaced.
#[derive(Default)]
pub(crate) struct Upgrades(Mutex<HashMap<KeyId, DigestUpgrade>>);

impl Upgrades {
    /// Notes an upgrade, where that takes no waiting.
    pub(crate) fn push(&self, key: KeyId, old: [u8; 32], new: impl FnOnce() -> [u8; 32]) {
        let Ok(mut pending) = self.0.try_lock() else {
            return;
        };
        if pending.len() < MAX_PENDING && !pending.contains_key(&key) {
            let new = new();
            pending.insert(key, DigestUpgrade { key, old, new });
        }
    }

    fn take(&self) -> Vec<DigestUpgrade> {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys: Vec<KeyId> = pending.keys().take(AT_ONCE).copied().collect();
        keys.iter().filter_map(|key| pending.remove(key)).collect()
    }
}

/// The rows under one pepper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PepperUse {
    /// The pepper's name.
    pub name: PepperName,
    /// Whether the process has it.
    pub known: bool,
    /// What was made under it.
    pub rows: PepperRows,
}

impl Keyring {
    /// Writes some of the digests that wait to be replaced; returns how many. What cannot be written is forgotten: it comes
    /// again with the key's next call.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn upgrade_digests(&self) -> Result<usize, KeyringError> {
        let pending = self.upgrades.take();
        if pending.is_empty() {
            return Ok(0);
        }
        let newest = self.mint.newest();
        for row in self.store.upgrade_digests(&pending, newest).await? {
            self.snapshot.put(&row);
        }
        Ok(pending.len())
    }

    /// Seals every audit log that ends under another pepper than the newest, or was written before there were seals.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn seal_logs(&self) -> Result<Sealing, KeyringError> {
        let newest = self.mint.newest();
        let sealing = self.store.seal_logs(|account_id| Event {
            account_id,
            at: self.now(),
            actor: Actor::System,
            action: Action::LogSealed,
            target: String::new(),
            detail: format!("under the pepper {newest}"),
            address: String::new(),
            request_id: String::new(),
            before: Facts::default(),
            after: Facts::default(),
        });
        Ok(sealing.await?)
    }
}

/// How many rows there are under each pepper, the newest of `peppers` first and the ones that are not there last.
///
/// # Errors
/// Where the database fails.
pub async fn pepper_uses(
    store: &Store,
    peppers: &Peppers,
    now: Timestamp,
) -> Result<Vec<PepperUse>, KeyringError> {
    let mut rows: HashMap<_, _> = store.rows_by_pepper(now).await?.into_iter().collect();
    let mut uses: Vec<PepperUse> = peppers
        .names()
        .into_iter()
        .map(|name| PepperUse {
            name,
            known: true,
            rows: rows.remove(&name).unwrap_or_default(),
        })
        .collect();
    let mut unknown: Vec<_> = rows.into_iter().collect();
    unknown.sort_unstable_by_key(|(name, _)| *name);
    uses.extend(unknown.into_iter().map(|(name, rows)| PepperUse {
        name,
        known: false,
        rows,
    }));
    Ok(uses)
}

/// Refuses a database that needs a pepper which is not there: its keys would stop working, and nobody would know why.
/// Returns how many secrets there are.
pub(crate) async fn check(
    store: &Store,
    known: &[PepperName],
    now: Timestamp,
) -> Result<i64, KeyringError> {
    let secrets = store.secrets_by_pepper().await?;
    if secrets.iter().any(|(name, _)| !known.contains(name)) {
        for (name, rows) in store.rows_by_pepper(now).await? {
            if rows.is_needed() && !known.contains(&name) {
                return Err(KeyringError::Unexpected(format!(
                    "the pepper {name} is not there, and {} keys that work, {} open invitations and the last rows of {} audit \
                     logs were made under it; put it back, behind the newest one",
                    rows.live_keys, rows.invitations, rows.log_heads
                )));
            }
        }
    }
    Ok(secrets.iter().map(|(_, count)| count).sum())
}
