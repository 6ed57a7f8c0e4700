//! Limits on failed attempts that outlive a restart, and that all processes of a database share.

use crate::{Store, StoreError, deferrable_transaction, execute, sql};
use domain::{
    key::rate_limit::RateLimit,
    time::{MINUTE, Timestamp},
};

/// The largest difference between the clocks of two processes. An attempt that was charged later than that was charged by a
/// clock that was wrong.
const CLOCK_DIFFERENCE: i64 = MINUTE;

/// A limit on attempts that have something in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptLimit {
    /// A digest of what they have in common.
    pub bucket: [u8; 32],
    /// How many are allowed, in a burst too. The window is a multiple of the number.
    pub limit: RateLimit,
}

impl AttemptLimit {
    /// Returns the time between two attempts of an even flow, in milliseconds.
    fn step(&self) -> i64 {
        i64::from(self.limit.window_ms) / i64::from(self.limit.requests.max(1))
    }
}

/// A limit that an attempt exceeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted {
    /// The limit's bucket.
    pub bucket: [u8; 32],
    /// The time after which another attempt is allowed, in milliseconds.
    pub wait_ms: i64,
}

impl Store {
    /// Charges an attempt to all `limits`; to none if one of them is exhausted, which is returned then.
    ///
    /// It is a write that can wait: on a full disk it fails, and leaves the reserve to others.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn charge_attempt(
        &self,
        limits: &[AttemptLimit],
        now: Timestamp,
    ) -> Result<Option<Exhausted>, StoreError> {
        let limits = in_order(limits);
        let mut exhausted = None;
        let charged = deferrable_transaction!(self, |tx| {
            for limit in &limits {
                let (bucket, end) = (
                    limit.bucket.as_slice(),
                    now.plus(limit.limit.window_ms.into()),
                );
                let charged = execute!(
                    tx,
                    sql::THROTTLE_CHARGE,
                    bucket,
                    now.0,
                    limit.step(),
                    end.0,
                    end.plus(CLOCK_DIFFERENCE).0
                )?;
                if charged == 0 {
                    let full_at: i64 = sqlx::query_scalar(sql::THROTTLE_FULL_AT)
                        .bind(bucket)
                        .fetch_one(&mut *tx)
                        .await?;
                    exhausted = Some(Exhausted {
                        bucket: limit.bucket,
                        wait_ms: full_at + limit.step() - end.0,
                    });
                    // Rolls back what the others were charged.
                    return Err(StoreError::Conflict);
                }
            }
        });
        match (charged, exhausted) {
            (Err(StoreError::Conflict), Some(exhausted)) => Ok(Some(exhausted)),
            (charged, _) => charged.map(|()| None),
        }
    }

    /// Returns an attempt that was charged to `limits`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn refund_attempt(&self, limits: &[AttemptLimit]) -> Result<(), StoreError> {
        let limits = in_order(limits);
        deferrable_transaction!(self, |tx| {
            for limit in &limits {
                execute!(
                    tx,
                    sql::THROTTLE_REFUND,
                    limit.bucket.as_slice(),
                    limit.step()
                )?;
            }
        })
    }
}

/// Every transaction locks the rows in the same order.
fn in_order(limits: &[AttemptLimit]) -> Vec<AttemptLimit> {
    let mut limits = limits.to_vec();
    limits.sort_by_key(|limit| limit.bucket);
    limits
}
