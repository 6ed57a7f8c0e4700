//! State that changes of keys share: locks, keys in doubt, undelivered secrets, and the revocation journal.

use crate::key::{
    journal::{BadJournal, Journal},
    locks::KeyLocks,
    uncertain::UncertainKeys,
    undelivered::UndeliveredKeys,
};
use domain::{
    id::PersonId,
    key::{issued::IssuedKey, token::KeyId},
    time::Timestamp,
};
use std::{path::Path, sync::OnceLock};
use store::{Disk, IndexRow, StoreError};
use tokio::sync::OwnedMutexGuard;
use verification::Monotonic;

/// The locks, the keys in doubt, and the revocation journal.
#[derive(Default)]
pub(crate) struct KeyChanges {
    /// Held by each change of a key until the index is updated.
    locks: KeyLocks,
    /// Keys that are refused until they have been read again.
    uncertain: UncertainKeys,
    /// New keys whose commit was not answered.
    undelivered: UndeliveredKeys,
    /// The revocation journal, outside the database; none where it is not opened.
    journal: OnceLock<Journal>,
}

impl KeyChanges {
    /// Waits for the lock of a key.
    pub(crate) async fn lock(&self, id: KeyId) -> OwnedMutexGuard<()> {
        self.locks.lock(id).await
    }

    /// Keys that are refused until they have been read again.
    pub(crate) const fn uncertain(&self) -> &UncertainKeys {
        &self.uncertain
    }

    /// Keeps a new key for the retry of its request.
    pub(crate) fn keep_undelivered(&self, key: IssuedKey, person: PersonId, now: Monotonic) {
        self.undelivered.keep(key, person, now);
    }

    /// Returns a new key to the person who requested it, once.
    pub(crate) fn take_undelivered(
        &self,
        id: KeyId,
        person: PersonId,
        now: Monotonic,
    ) -> Option<IssuedKey> {
        self.undelivered.take(id, person, now)
    }

    /// Opens the revocation journal. A second call changes nothing.
    ///
    /// # Errors
    /// If the file cannot be used.
    pub(crate) async fn open_journal(&self, path: &Path) -> Result<&Journal, BadJournal> {
        let journal = Journal::open(path).await?;
        Ok(self.journal.get_or_init(|| journal))
    }

    /// Records the ends of keys in the journal, before a change is answered.
    ///
    /// # Errors
    /// `JournalNotWritten` if the journal cannot be written; the change is made nevertheless.
    pub(crate) async fn record_ends(
        &self,
        rows: &[IndexRow],
        at: Timestamp,
        disk: Option<&Disk>,
    ) -> Result<(), StoreError> {
        if self.note_ends(rows, at) {
            self.write_journal(disk).await
        } else {
            Ok(())
        }
    }

    /// Notes the ends of keys for the journal; [`KeyChanges::write_journal`] writes them. Returns whether there are any.
    pub(crate) fn note_ends(&self, rows: &[IndexRow], at: Timestamp) -> bool {
        let journal = self.journal.get();
        journal.is_some_and(|journal| journal.note_ends(rows, at))
    }

    /// Writes the lines of the journal that are not on the disk yet.
    ///
    /// # Errors
    /// `JournalNotWritten` if the journal cannot be written.
    pub(crate) async fn write_journal(&self, disk: Option<&Disk>) -> Result<(), StoreError> {
        match self.journal.get() {
            Some(journal) => journal.write(disk).await,
            None => Ok(()),
        }
    }

    /// Why the journal cannot be written; `None` if it can, or if there is none.
    pub(crate) fn journal_failure(&self) -> Option<String> {
        self.journal.get()?.failure().clone()
    }
}
