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

use domain::{key::token::KeyId, time::Timestamp};
use file::JournalWriter;
use line::{JournalLine, KeyEnd};
use std::{
    collections::{HashMap, HashSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::{Disk, EndedKey, IndexRow, StoreError};

/// The open journal.
pub(crate) struct Journal {
    path: PathBuf,
    known: Mutex<JournaledEnds>,
    /// Lines that are not on the disk yet, in their order.
    pending: Mutex<String>,
    tail: Arc<tokio::sync::Mutex<JournalWriter>>,
    /// Why the last write failed; `None` after a successful one.
    failure: Mutex<Option<String>>,
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

    /// Returns the ends of a key that the database has and the journal lacks.
    fn missing(&self, key: KeyId, is_revoked: bool, ends: ReversibleEnds) -> Vec<KeyEnd> {
        if self.revoked.contains(&key) {
            return Vec::new();
        }
        if is_revoked {
            return vec![KeyEnd::Revoked];
        }
        let last = self.others.get(&key).copied().unwrap_or_default();
        let deactivated = ends
            .deactivated_at
            .filter(|at| last.deactivated_at != Some(*at));
        let retirement = ends
            .retirement
            .filter(|retirement| last.retirement != Some(*retirement));
        let deactivated = deactivated.map(|at| KeyEnd::Deactivated { at });
        let retired = retirement.map(|Retirement { since, end }| KeyEnd::Retires { since, end });
        deactivated.into_iter().chain(retired).collect()
    }
}

impl ReversibleEnds {
    fn new(
        deactivated_at: Option<Timestamp>,
        deprecated_at: Option<Timestamp>,
        retires_at: Option<Timestamp>,
    ) -> Self {
        Self {
            deactivated_at,
            retirement: deprecated_at
                .zip(retires_at)
                .map(|(since, end)| Retirement { since, end }),
        }
    }
}

impl From<&IndexRow> for ReversibleEnds {
    fn from(row: &IndexRow) -> Self {
        Self::new(row.deactivated_at, row.deprecated_at, row.retires_at)
    }
}

impl From<&EndedKey> for ReversibleEnds {
    fn from(key: &EndedKey) -> Self {
        Self::new(key.deactivated_at, key.deprecated_at, key.retires_at)
    }
}

impl Journal {
    /// Opens or creates the file and reads its lines.
    ///
    /// # Errors
    /// If the file cannot be used, another process uses it, or a line is damaged.
    pub(crate) async fn open(path: &Path) -> Result<Self, BadJournal> {
        let opened = {
            let path = path.to_owned();
            tokio::task::spawn_blocking(move || {
                let mut known = JournaledEnds::default();
                let tail = file::open(&path, |line| known.learn(line))?;
                Ok::<_, BadJournal>((tail, known))
            })
        };
        let (tail, known) = opened.await.map_err(io::Error::other)??;
        Ok(Self {
            path: path.to_owned(),
            known: Mutex::new(known),
            pending: Mutex::default(),
            tail: Arc::new(tokio::sync::Mutex::new(tail)),
            failure: Mutex::default(),
        })
    }

    fn known(&self) -> MutexGuard<'_, JournaledEnds> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending(&self) -> MutexGuard<'_, String> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why the last write failed; `None` after a successful one.
    pub(crate) fn failure(&self) -> MutexGuard<'_, Option<String>> {
        self.failure.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records whether a write has failed, and logs each change once.
    fn observe(&self, written: &io::Result<()>) {
        let failure = written.as_ref().err().map(ToString::to_string);
        let before = std::mem::replace(&mut *self.failure(), failure);
        match (written, before) {
            (Err(error), None) => tracing::error!(
                %error,
                journal = %self.path.display(),
                "the revocation journal cannot be written: changes that end a key are answered with an error"
            ),
            (Ok(()), Some(_)) => tracing::info!("the revocation journal can be written again"),
            _ => {}
        }
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

    /// Notes the ends of keys; [`Journal::write`] writes them. Returns whether there are any.
    pub(crate) fn note_ends(&self, rows: &[IndexRow], at: Timestamp) -> bool {
        let has_end = |row: &IndexRow| {
            row.revoked || row.deactivated_at.is_some() || row.retires_at.is_some()
        };
        if !rows.iter().any(has_end) {
            return false;
        }
        for row in rows {
            let missing = self.known().missing(row.id, row.revoked, row.into());
            self.note(row.id, &missing, row.position, at);
        }
        true
    }

    /// Writes pending lines. On a full disk it uses the space of the reserve file beside the database.
    ///
    /// # Errors
    /// `JournalNotWritten`: the lines stay pending.
    pub(crate) async fn write(&self, disk: Option<&Disk>) -> Result<(), StoreError> {
        let mut written = self.flush().await;
        if let Err(error) = &written
            && is_out_of_space(error)
            && let Some(disk) = disk
            && disk.release_for(&self.path)
        {
            written = self.flush().await;
        }
        self.observe(&written);
        written.map_err(StoreError::JournalNotWritten)
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

fn is_out_of_space(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_disk_or_quota_is_out_of_space() {
        for (kind, expected) in [
            (io::ErrorKind::StorageFull, true),
            (io::ErrorKind::QuotaExceeded, true),
            (io::ErrorKind::NotFound, false),
            (io::ErrorKind::PermissionDenied, false),
        ] {
            let error = io::Error::from(kind);
            assert_eq!(is_out_of_space(&error), expected, "{kind}");
        }
    }
}
