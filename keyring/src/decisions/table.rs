//! Decisions in the database: written once a second, read by those who ask, forgotten after some days.

use super::tail::A_MILLISECOND;
use crate::{Keyring, KeyringError};

/// Rows that one step takes away at most, in a transaction of its own.
const STEP: i64 = 500;
/// Steps at a time: more than are written meanwhile.
const STEPS: usize = 4;

/// How many rows there are, once somebody has counted them.
#[derive(Default)]
pub(super) struct Rows(Option<i64>);

impl Keyring {
    /// Writes the decisions that are to be kept. What cannot be written is tried again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn write_decisions(&self) -> Result<(), KeyringError> {
        let mut rows = self.decisions.rows.lock().await;
        self.hand_on();
        let calls = self.decisions.kept().take();
        if calls.is_empty() {
            return Ok(());
        }
        match self.store.add_decisions(&calls).await {
            Ok(new) => {
                if let Some(count) = &mut rows.0 {
                    *count = count.saturating_add_unsigned(new);
                }
                Ok(())
            }
            Err(error) => {
                self.decisions.kept().give_back(calls);
                Err(error.into())
            }
        }
    }

    /// As [`Keyring::write_decisions`], for somebody who is about to read them.
    pub(crate) async fn write_decisions_now(&self) {
        if let Err(error) = self.write_decisions().await {
            tracing::warn!(%error, "the newest decisions are not among those that are read now");
        }
    }

    /// Forgets a little of what is too old or too much; whether there may be more.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_decisions(&self) -> Result<bool, KeyringError> {
        let retention = self.retention();
        let before = self.certain_now().plus(-retention.decisions).0;
        let before = before.saturating_mul(A_MILLISECOND);
        for _ in 0..STEPS {
            let mut rows = self.decisions.rows.lock().await;
            let count = match rows.0 {
                Some(count) => count,
                None => self.store.count_decisions().await?,
            };
            let old = self.store.forget_decisions(before, STEP).await?;
            let left = count.saturating_sub_unsigned(old);
            let too_many = left.saturating_sub(retention.most_decisions).min(STEP);
            let over = if too_many > 0 {
                self.store.forget_decisions(i64::MAX, too_many).await?
            } else {
                0
            };
            rows.0 = Some(left.saturating_sub_unsigned(over));
            if old + over < STEP.unsigned_abs() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
