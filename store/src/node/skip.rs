//! Positions after a restore.

use crate::{Store, StoreError, find_row, sql, transaction};

/// How many positions are skipped above the highest known one after a restore. Only changes that end keys are in the revocation
/// journal, so the changes after the last of them had positions that are not known.
const SKIPPED_POSITIONS: i64 = 1_000_000;

impl Store {
    /// Continues positions above `seen`, which an earlier state of the database has reached, if the database is behind it, and
    /// begins a new history: other processes compare what they have seen. Returns whether it was behind.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn skip_positions(&self, seen: i64) -> Result<bool, StoreError> {
        let next = seen.saturating_add(SKIPPED_POSITIONS);
        let skipped: Option<(i64,)> = transaction!(self, |tx| {
            find_row!(tx, sql::CHANGE_HEAD_SKIP, seen, next)?
        })?;
        if let Some((history,)) = skipped {
            self.fence().set_history(history);
            self.fence().record_position(next);
        }
        Ok(skipped.is_some())
    }
}
