//! The revocation journal: the ends of keys, in a file outside the database. If the database is older than the journal (a
//! restored backup, a damaged write-ahead log), the keys that it has forgotten are ended again before calls are verified.
//!
//! A change goes to the database, then to the key index, then to the journal, and then it is answered. What is missing here
//! was not answered, or was made elsewhere; in both cases the database has it.

mod file;
mod line;
mod replay;

pub use file::BadJournal;
pub use replay::Replayed;

use crate::Keyring;
use domain::{key::token::KeyId, time::Timestamp};
use file::JournalWriter;
use line::{JournalLine, KeyEnd};
use std::{
    collections::{HashMap, HashSet},
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::{IndexRow, StoreError};

/// The open journal.
pub(crate) struct Journal {
    known: Mutex<JournaledEnds>,
    /// Lines that are not on the disk yet, in their order.
    pending: Mutex<String>,
    tail: Arc<tokio::sync::Mutex<JournalWriter>>,
}

/// The newest entry for each key.
#[derive(Debug, Default)]
struct JournaledEnds {
    revoked: HashSet<KeyId>,
    others: HashMap<KeyId, ReversibleEnds>,
    /// The highest position of a line; 0 without any.
    position: i64,
}

/// Ends that can be undone.
#[derive(Clone, Copy, Debug, Default)]
struct ReversibleEnds {
    deactivated_at: Option<Timestamp>,
    retirement: Option<Retirement>,
}

/// The retirement of a replaced key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Retirement {
    /// When it was replaced.
    since: Timestamp,
    /// When it stops working.
    end: Timestamp,
}

impl JournaledEnds {
    fn learn(&mut self, line: &JournalLine) {
        self.position = self.position.max(line.position.unwrap_or_default());
        if line.end == KeyEnd::Revoked {
            self.revoked.insert(line.key);
            self.others.remove(&line.key);
            return;
        }
        let last = self.others.entry(line.key).or_default();
        match line.end {
            KeyEnd::Revoked => {}
            KeyEnd::Deactivated { at } => last.deactivated_at = Some(at),
            KeyEnd::Retires { since, end } => last.retirement = Some(Retirement { since, end }),
        }
    }

    /// Returns the entries that the database has and the journal lacks.
    fn missing(&self, row: &IndexRow) -> Vec<KeyEnd> {
        if self.revoked.contains(&row.id) {
            return Vec::new();
        }
        if row.revoked {
            return vec![KeyEnd::Revoked];
        }
        let last = self.others.get(&row.id).copied().unwrap_or_default();
        let mut missing = Vec::new();
        if let Some(at) = row.deactivated_at
            && last.deactivated_at != Some(at)
        {
            missing.push(KeyEnd::Deactivated { at });
        }
        if let (Some(since), Some(end)) = (row.deprecated_at, row.retires_at)
            && last.retirement != Some(Retirement { since, end })
        {
            missing.push(KeyEnd::Retires { since, end });
        }
        missing
    }
}

impl Journal {
    /// Opens or creates the file and reads its lines.
    ///
    /// # Errors
    /// If the file cannot be used, another process uses it, or a line is damaged.
    async fn open(path: &Path) -> Result<Self, BadJournal> {
        let path = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            let mut known = JournaledEnds::default();
            let tail = file::open(&path, |line| known.learn(line))?;
            Ok::<_, BadJournal>((tail, known))
        });
        let (tail, known) = opened.await.map_err(io::Error::other)??;
        Ok(Self {
            known: Mutex::new(known),
            pending: Mutex::default(),
            tail: Arc::new(tokio::sync::Mutex::new(tail)),
        })
    }

    fn known(&self) -> MutexGuard<'_, JournaledEnds> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> MutexGuard<'_, String> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds entries for a key, changed at `position`; [`Journal::flush`] writes them.
    fn note(&self, key: KeyId, missing: &[KeyEnd], position: i64, at: Timestamp) {
        let mut known = self.known();
        for end in missing {
            let line = JournalLine {
                at,
                key,
                end: *end,
                position: Some(position),
            };
            known.learn(&line);
            line.write(&mut self.pending());
        }
    }

    /// Writes pending lines and syncs them to the disk. Concurrent callers share one write.
    ///
    /// # Errors
    /// If the disk fails: the lines stay pending.
    async fn flush(&self) -> io::Result<()> {
        if self.pending().is_empty() && self.tail.try_lock().is_ok() {
            return Ok(());
        }
        let mut tail = Arc::clone(&self.tail).lock_owned().await;
        let lines = std::mem::take(&mut *self.pending());
        if lines.is_empty() {
            return Ok(());
        }
        let (_tail, lines, written) = tokio::task::spawn_blocking(move || {
            let written = tail.append(lines.as_bytes());
            (tail, lines, written)
        })
        .await
        .map_err(io::Error::other)?;
        if written.is_err() {
            self.pending().insert_str(0, &lines);
        }
        written
    }
}

impl Keyring {
    /// Records the ends of keys in the journal, before the change is answered.
    ///
    /// # Errors
    /// `Unrecorded` if the journal cannot be written; the change is made nevertheless.
    pub(crate) async fn record_ends(&self, rows: &[IndexRow]) -> Result<(), StoreError> {
        let Some(journal) = self.journal.get() else {
            return Ok(());
        };
        for row in rows {
            let missing = journal.known().missing(row);
            journal.note(row.id, &missing, row.position, self.now());
        }
        self.flush_journal().await
    }

    /// Writes lines that could not be written before.
    ///
    /// # Errors
    /// `Unrecorded` if the journal cannot be written.
    pub(crate) async fn flush_journal(&self) -> Result<(), StoreError> {
        let Some(journal) = self.journal.get() else {
            return Ok(());
        };
        let mut written = journal.flush().await;
        if let Err(error) = &written
            && is_for_want_of_room(error)
            && self.store.disk().is_some_and(store::Disk::release)
        {
            written = journal.flush().await;
        }
        written.map_err(StoreError::JournalNotWritten)
    }
}

fn is_for_want_of_room(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
