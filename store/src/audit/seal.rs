//! Seals of the audit log: without the pepper nobody can make one, and so nobody can compute a chain anew.

use crate::PepperName;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::{Arc, OnceLock},
};

/// A key that seals rows, made of one pepper.
#[derive(Clone)]
pub struct SealKey {
    pepper: PepperName,
    mac: Hmac<Sha256>,
}

impl SealKey {
    /// Makes the key of a pepper from 32 bytes that depend on it.
    ///
    /// # Panics
    /// Never: HMAC takes keys of any length.
    pub fn new(pepper: PepperName, bytes: &[u8; 32]) -> Self {
        let mac = Hmac::<Sha256>::new_from_slice(bytes).expect("HMAC takes keys of any length");
        Self { pepper, mac }
    }

    fn over(&self, hash: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(hash);
        mac
    }
}

/// The keys that seal and prove an audit log: the newest seals, all of them prove. Without any, rows are written unsealed.
#[derive(Clone, Default)]
pub struct SealKeys(Vec<SealKey>);

/// Redacted.
impl fmt::Debug for SealKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKeys([redacted]; {})", self.0.len())
    }
}

/// The keys of a store, once it has them. A clone has the same ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seals(Arc<OnceLock<SealKeys>>);

static NO_KEYS: SealKeys = SealKeys(Vec::new());

impl Seals {
    /// The keys; none before they were given.
    pub(crate) fn keys(&self) -> &SealKeys {
        self.0.get().unwrap_or(&NO_KEYS)
    }

    /// Takes the keys. A store that has some keeps those: it belongs to one process with one list of peppers.
    pub(crate) fn give(&self, keys: SealKeys) {
        self.0.get_or_init(|| keys);
    }
}

/// A transaction in which what is appended to an audit log is sealed.
pub(crate) struct Sealed<T> {
    transaction: T,
    seals: Seals,
}

impl<T> Sealed<T> {
    pub(crate) fn new(transaction: T, seals: &Seals) -> Self {
        let seals = seals.clone();
        Self { transaction, seals }
    }

    /// The keys that seal.
    pub(crate) fn seals(&self) -> &SealKeys {
        self.seals.keys()
    }

    /// The transaction itself, to be committed.
    pub(crate) fn into_inner(self) -> T {
        self.transaction
    }
}

impl<T: Deref> Deref for Sealed<T> {
    type Target = T::Target;

    fn deref(&self) -> &T::Target {
        &self.transaction
    }
}

impl<T: DerefMut> DerefMut for Sealed<T> {
    fn deref_mut(&mut self) -> &mut T::Target {
        &mut self.transaction
    }
}

/// What a seal says of its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    /// It was made with the pepper.
    Genuine,
    /// It was not.
    Forged,
    /// Its pepper is not at hand.
    Unknown,
}

impl SealKeys {
    /// Keys, the newest first.
    pub fn new(keys: impl IntoIterator<Item = SealKey>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// The name of the pepper that seals, where there is one.
    pub(crate) fn newest(&self) -> Option<PepperName> {
        self.0.first().map(|key| key.pepper)
    }

    /// The seal of a row with this hash under the newest pepper, where there is one.
    pub(super) fn seal(&self, hash: &[u8]) -> Option<Vec<u8>> {
        let key = self.0.first()?;
        Some(key.over(hash).finalize().into_bytes().to_vec())
    }

    /// Compares a seal with its row's hash, in constant time.
    pub(super) fn prove(&self, hash: &[u8], seal: Option<&[u8]>, pepper: &str) -> Proof {
        let Some(seal) = seal else {
            return Proof::Forged;
        };
        let key = self.0.iter().find(|key| key.pepper.to_string() == pepper);
        match key.map(|key| key.over(hash).verify_slice(seal)) {
            None => Proof::Unknown,
            Some(Ok(())) => Proof::Genuine,
            Some(Err(_)) => Proof::Forged,
        }
    }
}
