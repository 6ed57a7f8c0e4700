//! The persisted time mark.

use crate::{ManagementError, Node};
use domain::time::{MINUTE, Timestamp};
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Store, StoreError};

/// The newest certain time that the database has: Unix milliseconds.
pub(super) struct TimeMark(AtomicI64);

impl TimeMark {
    /// The time that was read from the database; none in a new one.
    pub(super) fn new(read: Option<Timestamp>) -> Self {
        Self(AtomicI64::new(read.map_or(i64::MIN, |read| read.0)))
    }

    fn written(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }

    /// Writes a newer time.
    async fn write(&self, mark: Timestamp, store: &Store) -> Result<(), StoreError> {
        if mark > self.written() {
            store.set_time_mark(mark).await?;
            self.0.store(mark.0, Ordering::Relaxed);
        }
        Ok(())
    }
}

impl Node<'_> {
    /// Compares the machine's clocks, and writes the newest certain time once a minute. To be called every second.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_time(self) -> Result<(), ManagementError> {
        let (time, at) = (
            self.keyring.clock().time_of_day(),
            self.keyring.clock().monotonic(),
        );
        self.keyring.clock().guard().check(time, at);
        let mark = self.keyring.clock().guard().mark();
        if mark.since(self.keyring.this_node().time_mark.written()) >= MINUTE {
            self.mark_time().await?;
        }
        Ok(())
    }

    /// Writes the newest certain time.
    pub(crate) async fn mark_time(self) -> Result<(), ManagementError> {
        let mark = self.keyring.clock().guard().mark();
        Ok(self
            .keyring
            .this_node()
            .time_mark
            .write(mark, self.keyring.store())
            .await?)
    }

    /// The newest certain time, for what cannot be undone.
    pub(crate) fn certain_now(self) -> Timestamp {
        self.keyring.now().min(self.keyring.clock().guard().mark())
    }
}
