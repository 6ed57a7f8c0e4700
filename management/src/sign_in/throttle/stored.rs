//! Attempts in the database, where they outlive a restart and are common to all processes.

use super::{Attempt, Limited};
use crate::{ManagementError, SignIn};
use domain::time::HOUR;
use store::AttemptLimit;

impl SignIn<'_> {
    /// Charges an attempt that was charged in memory in the database too. On a full disk the limits in memory hold alone: people
    /// must be able to sign in to revoke a key.
    ///
    /// # Errors
    /// `Throttled`, if there have been too many, here or in the other processes; if the database fails.
    pub(crate) async fn begin_attempt(
        self,
        charged: Result<Attempt, i64>,
    ) -> Result<Attempt, ManagementError> {
        let attempt =
            charged.map_err(|retry_after_ms| ManagementError::Throttled { retry_after_ms })?;
        let limits = self.stored_limits(attempt.limits());
        if limits.is_empty() {
            return Ok(attempt);
        }
        // By a clock that goes on when it was set back.
        match self
            .keyring
            .store()
            .charge_attempt(&limits, self.keyring.clock().time_of_day())
            .await
        {
            Ok(None) => Ok(attempt),
            Ok(Some(exhausted)) => {
                // What is exhausted stays charged in memory, so that few of the attempts that follow come this far.
                self.keyring
                    .sign_in_state()
                    .limits()
                    .refund(attempt.limits().filter(|limit| {
                        self.stored_limit(limit)
                            .is_none_or(|limit| limit.bucket != exhausted.bucket)
                    }));
                Err(ManagementError::Throttled {
                    retry_after_ms: exhausted.wait_ms.clamp(1, HOUR),
                })
            }
            Err(error) if error.is_out_of_space() => Ok(attempt),
            Err(error) => {
                self.keyring
                    .sign_in_state()
                    .limits()
                    .refund(attempt.limits());
                Err(error.into())
            }
        }
    }

    /// Refunds an attempt that was successful or was not answered. The result does not depend on it: an error is logged.
    pub(crate) async fn refund(self, attempt: &Attempt) {
        self.keyring
            .sign_in_state()
            .limits()
            .refund(attempt.limits());
        let stored = self.stored_limits(attempt.limits());
        if !stored.is_empty()
            && let Err(error) = self.keyring.store().refund_attempt(&stored).await
        {
            tracing::warn!(%error, "a sign-in that was successful or was not answered stays counted as a failed attempt");
        }
    }

    fn stored_limits<'a>(self, limits: impl Iterator<Item = &'a Limited>) -> Vec<AttemptLimit> {
        limits
            .filter_map(|limit| self.stored_limit(limit))
            .collect()
    }

    fn stored_limit(self, limit: &Limited) -> Option<AttemptLimit> {
        let (name, limit) = limit.stored.as_ref()?;
        Some(AttemptLimit {
            bucket: self.keyring.hasher().attempt_digest(name),
            limit: *limit,
        })
    }
}
