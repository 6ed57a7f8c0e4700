//! The persisted time mark.

use crate::{Keyring, ManagementError};
use domain::time::{MINUTE, Timestamp};
use std::sync::atomic::Ordering;

impl Keyring {
    /// Compares the machine's clocks, and writes the newest certain time once a minute. To be called every second.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn keep_time(&self) -> Result<(), ManagementError> {
        let (time, at) = (self.clock.time_of_day(), self.clock.monotonic());
        self.clock.guard().check(time, at);
        let marked = Timestamp(self.marked.load(Ordering::Relaxed));
        if self.clock.guard().mark().since(marked) >= MINUTE {
            self.mark_time().await?;
        }
        Ok(())
    }

    /// Writes the newest certain time.
    pub(crate) async fn mark_time(&self) -> Result<(), ManagementError> {
        let mark = self.clock.guard().mark();
        if mark.0 > self.marked.load(Ordering::Relaxed) {
            self.store.set_time_mark(mark).await?;
            self.marked.store(mark.0, Ordering::Relaxed);
        }
        Ok(())
    }

    /// The newest certain time, for what cannot be undone.
    pub(crate) fn certain_now(&self) -> Timestamp {
        self.now().min(self.clock.guard().mark())
    }
}
