//! The revocation journal: what ended, in a file that is no part of the database. Where the database is older than the
//! journal (a restored backup, a damaged write-ahead log), what it has forgotten is ended again before the gate answers.
//!
//! A change is in the database first, then in the gate's index, then here, then it is answered. So what is missing here
//! was never answered, or was made elsewhere; either way the database has it.

mod file;
mod line;
mod replay;

pub use file::BadJournal;
pub use replay::Replayed;

use crate::Keyring;
use domain::{key::token::KeyId, time::Timestamp};
use file::Tail;
use line::{Line, What};
use std::{
    collections::{HashMap, HashSet},
    io,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use store::{IndexRow, StoreError};

/// The file, and what stands in it.
pub(crate) struct Journal {
    known: Mutex<Known>,
    /// Lines that are not on the disk yet, in their order.
    waiting: Mutex<String>,
    tail: Arc<tokio::sync::Mutex<Tail>>,
}

/// The last that the journal says of each key.
#[derive(Debug, Default)]
struct Known {
    revoked: HashSet<KeyId>,
    others: HashMap<KeyId, Last>,
}

/// What can be taken back.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    deactivated_at: Option<Timestamp>,
    retirement: Option<Retirement>,
}

/// The end of a key that was replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Retirement {
    /// When it was replaced.
    since: Timestamp,
    /// When it ends.
    end: Timestamp,
}

impl Known {
    fn learn(&mut self, line: &Line) {
        if line.what == What::Revoked {
            self.revoked.insert(line.key);
            self.others.remove(&line.key);
            return;
        }
        let last = self.others.entry(line.key).or_default();
        match line.what {
            What::Revoked => {}
            What::Deactivated { at } => last.deactivated_at = Some(at),
            What::Retires { since, end } => last.retirement = Some(Retirement { since, end }),
        }
    }

    /// What the database says of a key that the journal does not.
    fn news(&self, row: &IndexRow) -> Vec<What> {
        if self.revoked.contains(&row.id) {
            return Vec::new();
        }
        if row.revoked {
            return vec![What::Revoked];
        }
        let last = self.others.get(&row.id).copied().unwrap_or_default();
        let mut news = Vec::new();
        if let Some(at) = row.deactivated_at
            && last.deactivated_at != Some(at)
        {
            news.push(What::Deactivated { at });
        }
        if let (Some(since), Some(end)) = (row.deprecated_at, row.retires_at)
            && last.retirement != Some(Retirement { since, end })
        {
            news.push(What::Retires { since, end });
        }
        news
    }
}

impl Journal {
    /// Opens the file, or makes it; reads what stands in it.
    ///
    /// # Errors
    /// Where it cannot be used, another process has it, or a line in it is damaged.
    async fn open(path: &Path) -> Result<Self, BadJournal> {
        let path = path.to_owned();
        let opened = tokio::task::spawn_blocking(move || {
            let mut known = Known::default();
            let tail = file::open(&path, |line| known.learn(line))?;
            Ok::<_, BadJournal>((tail, known))
        });
        let (tail, known) = opened.await.map_err(io::Error::other)??;
        Ok(Self {
            known: Mutex::new(known),
            waiting: Mutex::default(),
            tail: Arc::new(tokio::sync::Mutex::new(tail)),
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn waiting(&self) -> MutexGuard<'_, String> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what became of a key; [`Journal::flush`] writes it.
    fn note(&self, key: KeyId, news: &[What], at: Timestamp) {
        let mut known = self.known();
        for what in news {
            let line = Line {
                at,
                key,
                what: *what,
            };
            known.learn(&line);
            line.write(&mut self.waiting());
        }
    }

    /// Writes what is waiting; returns once it is on the disk. Several callers share one write.
    ///
    /// # Errors
    /// Where the disk fails: the lines go on waiting.
    async fn flush(&self) -> io::Result<()> {
        if self.waiting().is_empty() && self.tail.try_lock().is_ok() {
            return Ok(());
        }
        let mut tail = Arc::clone(&self.tail).lock_owned().await;
        let lines = std::mem::take(&mut *self.waiting());
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
            self.waiting().insert_str(0, &lines);
        }
        written
    }
}

impl Keyring {
    /// Writes down which keys the rows say have ended. Nothing is answered before.
    ///
    /// # Errors
    /// `Unrecorded` where the journal cannot be written; the change is made all the same.
    pub(crate) async fn record_ends(&self, rows: &[IndexRow]) -> Result<(), StoreError> {
        let Some(journal) = self.journal.get() else {
            return Ok(());
        };
        for row in rows {
            let news = journal.known().news(row);
            journal.note(row.id, &news, self.now());
        }
        self.flush_journal().await
    }

    /// Writes the lines that could not be written before.
    ///
    /// # Errors
    /// `Unrecorded` where the journal cannot be written.
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
        written.map_err(StoreError::Unrecorded)
    }
}

fn is_for_want_of_room(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}
