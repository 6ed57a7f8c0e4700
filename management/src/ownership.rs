//! The process's claim to the database.

use crate::{Keyring, ManagementError};
use std::sync::{OnceLock, atomic::Ordering};
use store::{Ownership, StoreError};
use tokio_util::sync::CancellationToken;
use verification::Monotonic;

/// The reason why the database was lost. From then on no key is verified and nothing is written.
#[derive(Default)]
pub(crate) struct Loss {
    why: OnceLock<String>,
    token: CancellationToken,
}

impl Keyring {
    /// Renews the claim to the database, if there is one.
    ///
    /// # Errors
    /// If the database does not answer, or is lost for good.
    pub async fn check_ownership(&self) -> Result<(), ManagementError> {
        let Some(ownership) = self.ownership.get() else {
            return self.check_database().await;
        };
        // The answer is as old as the query.
        let asked = self.monotonic();
        match ownership.renew().await {
            Ok(()) => {}
            Err(error @ (StoreError::Fenced | StoreError::Behind { .. })) => {
                self.lose(&error);
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        }
        self.renewed_at.store(asked.0, Ordering::Relaxed);
        self.resolve_uncertain_keys().await;
        Ok(())
    }

    /// Stores the claim to the database; [`Keyring::close`] gives it up.
    pub fn set_ownership(&self, ownership: Ownership) {
        // A process claims its database once.
        let _ = self.ownership.set(ownership);
    }

    /// Gives up the claim, so that another process need not wait for the lease to expire.
    pub(crate) async fn give_up_ownership(&self) {
        if let Some(ownership) = self.ownership.get().filter(|_| self.is_owner())
            && let Err(error) = ownership.leave().await
        {
            tracing::warn!(%error, "the next process has to wait until the lease of this one ends");
        }
    }

    fn lose(&self, why: &StoreError) {
        tracing::error!(%why, "this process no longer owns the database: no key is verified and nothing is changed");
        let _ = self.loss.why.set(why.to_string());
        self.loss.token.cancel();
    }

    /// Whether the database is not lost. It may be unavailable: see [`Keyring::database_downtime_ms`].
    pub fn is_owner(&self) -> bool {
        // The token's state is behind a mutex, which all calls would share.
        self.loss.why.get().is_none()
    }

    /// Waits until the database is lost, and returns the reason.
    pub async fn lost(&self) -> &str {
        self.loss.token.cancelled().await;
        self.loss.why.get().map_or("", String::as_str)
    }

    /// Returns the milliseconds since the claim was last renewed, during which the index may have become stale; `i64::MAX`
    /// once the database is lost.
    pub fn database_downtime_ms(&self) -> i64 {
        if !self.is_owner() {
            return i64::MAX;
        }
        let renewed_at = Monotonic(self.renewed_at.load(Ordering::Relaxed));
        self.monotonic().since(renewed_at)
    }
}
