//! Seals of the audit log. Making one takes the pepper, so a chain cannot be recomputed without it.

use crate::PepperName;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, OnceLock},
};

/// A key that seals rows, derived from one pepper.
#[derive(Clone)]
pub struct SealKey {
    pepper: PepperName,
    mac: Hmac<Sha256>,
}

impl SealKey {
    /// Makes the key of a pepper from 32 bytes derived from it.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn new(pepper: PepperName, bytes: &[u8; 32]) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(bytes).expect("HMAC takes keys of any length");
        Self { pepper, mac }
    }

    fn mac_of(&self, hash: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(hash);
        mac
    }
}

/// The keys that seal and verify an audit log: the newest one seals, all of them verify. Without keys, rows are written
/// unsealed.
#[derive(Clone, Default)]
pub struct SealKeys(Vec<SealKey>);

/// Redacted.
impl fmt::Debug for SealKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKeys([redacted]; {})", self.0.len())
    }
}

/// The keys of a store, set once. A clone shares them.
#[derive(Clone, Debug, Default)]
pub(crate) struct SharedSealKeys(Arc<OnceLock<SealKeys>>);

static NO_KEYS: SealKeys = SealKeys(Vec::new());

impl SharedSealKeys {
    /// Returns the keys; empty before they are set.
    pub(crate) fn keys(&self) -> &SealKeys {
        self.0.get().unwrap_or(&NO_KEYS)
    }

    /// Sets the keys, unless they are set: a store belongs to one process with one list of peppers.
    pub(crate) fn set(&self, keys: SealKeys) {
        self.0.get_or_init(|| keys);
    }
}

/// A transaction with the keys that seal the audit events appended in it.
pub(crate) struct SealingTransaction<T> {
    transaction: T,
    seals: SharedSealKeys,
}

impl<T> SealingTransaction<T> {
    pub(crate) fn new(transaction: T, seals: &SharedSealKeys) -> Self {
        let seals = seals.clone();
        Self { transaction, seals }
    }

    pub(crate) fn seals(&self) -> &SealKeys {
        self.seals.keys()
    }

    /// Returns the transaction, to commit it.
    pub(crate) fn into_inner(self) -> T {
        self.transaction
    }
}

impl<T: Deref> Deref for SealingTransaction<T> {
    type Target = T::Target;

    fn deref(&self) -> &T::Target {
        &self.transaction
    }
}

impl<T: DerefMut> DerefMut for SealingTransaction<T> {
    fn deref_mut(&mut self) -> &mut T::Target {
        &mut self.transaction
    }
}

/// The result of checking a row's seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SealCheck {
    /// It was made with the pepper.
    Genuine,
    /// It was not, or there is none.
    Forged,
    /// The key of its pepper is missing.
    Unknown,
}

impl SealKeys {
    /// Makes a list of keys, the newest first.
    pub fn new(keys: impl IntoIterator<Item = SealKey>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// Returns the name of the pepper that seals.
    pub(crate) fn newest(&self) -> Option<PepperName> {
        self.0.first().map(|key| key.pepper)
    }

    /// Makes the seal of a row with this hash under the newest pepper; `None` without keys.
    pub(crate) fn seal(&self, hash: &[u8]) -> Option<Vec<u8>> {
        let key = self.0.first()?;
        Some(key.mac_of(hash).finalize().into_bytes().to_vec())
    }

    /// Checks a seal against its row's hash, in constant time.
    pub(crate) fn check(&self, hash: &[u8], seal: Option<&[u8]>, pepper: &str) -> SealCheck {
        let Some(seal) = seal else {
            return SealCheck::Forged;
        };
        let key = self.0.iter().find(|key| key.pepper.to_string() == pepper);
        match key.map(|key| key.mac_of(hash).verify_slice(seal)) {
            None => SealCheck::Unknown,
            Some(Ok(())) => SealCheck::Genuine,
            Some(Err(_)) => SealCheck::Forged,
        }
    }
}
