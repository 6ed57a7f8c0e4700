//! Signing in: passwords, second factors, the identity provider, sessions, and limits on attempts.

mod count;
pub(crate) mod password;
mod second_factor;
pub(crate) mod session;
mod single_sign_on;
mod throttle;

pub use count::SignInResult;
pub use second_factor::{
    AddedPasskey, Admission, AuthenticatorSecret, AuthenticatorSetup, PasskeyAnswer,
    PasskeyChallenge, PasskeySignIn, Passkeys, PendingFactors, PendingSignIn, ProvenSession,
    RecoveryCodes, SecondFactors,
};
pub use session::{
    Browser, DEVICE_LIFETIME, FreshSession, Session, SessionSummary, Sessions, SignedIn,
};
pub(crate) use single_sign_on::identity_detail;
pub use single_sign_on::{
    BegunSignIn, IdentityProvider, ProviderMembers, ProviderOutcome, ProviderRefusal,
    ProviderResponse, SignInGoal, SingleSignOn,
};

use crate::{Keyring, ManagementError};
use count::SignInCounters;
use domain::Invalid;
use password::Passwords;
use second_factor::RelyingParty;
use std::{sync::OnceLock, time::Duration};
use throttle::SignInLimits;
use tokio::time::timeout;
use verification::Entropy;

/// Signing in: with a password or a passkey, and the second step.
#[derive(Clone, Copy)]
pub struct SignIn<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// What signing in needs beside the database: the threads for passwords, limits on attempts, counters, passkeys and the identity
/// provider.
pub(crate) struct SignInState {
    passwords: Passwords,
    limits: SignInLimits,
    counters: SignInCounters,
    /// The site that passkeys belong to; none where they are not offered.
    relying_party: OnceLock<RelyingParty>,
    /// The identity provider, if there is one.
    single_sign_on: OnceLock<SingleSignOn>,
}

impl SignInState {
    /// Starts the threads for passwords.
    ///
    /// # Errors
    /// If the system starts none.
    pub(crate) fn new(entropy: &dyn Entropy) -> Result<Self, ManagementError> {
        Ok(Self {
            passwords: Passwords::new(entropy)?,
            limits: SignInLimits::default(),
            counters: SignInCounters::default(),
            relying_party: OnceLock::new(),
            single_sign_on: OnceLock::new(),
        })
    }

    /// The threads for passwords, and their queues.
    pub(crate) const fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// The limits on attempts, in memory.
    pub(crate) const fn limits(&self) -> &SignInLimits {
        &self.limits
    }

    /// Counts of results.
    pub(crate) const fn counters(&self) -> &SignInCounters {
        &self.counters
    }

    /// Offers passkeys to browsers at this origin, once, if browsers allow them there.
    pub(crate) fn offer_passkeys(&self, origin: &str) {
        if let Some(party) = RelyingParty::at(origin) {
            // Offered once.
            _ = self.relying_party.set(party);
        }
    }

    /// Whether passkeys can be used on pages at this origin.
    pub(crate) fn offers_passkeys_at(&self, origin: &str) -> bool {
        self.relying_party
            .get()
            .is_some_and(|party| party.origin() == origin)
    }

    /// Returns the site that passkeys belong to.
    ///
    /// # Errors
    /// `Invalid` if passkeys are not offered.
    pub(crate) fn relying_party(&self) -> Result<&RelyingParty, ManagementError> {
        self.relying_party
            .get()
            .ok_or_else(|| Invalid::new("Passkeys aren't available at this address.").into())
    }

    /// Sets the identity provider. The first call counts.
    pub(crate) fn set_single_sign_on(&self, single_sign_on: SingleSignOn) {
        // A second one would be a mistake of the caller.
        let _ = self.single_sign_on.set(single_sign_on);
    }

    /// The identity provider, if there is one.
    pub(crate) fn single_sign_on(&self) -> Option<&SingleSignOn> {
        self.single_sign_on.get()
    }
}

/// Does work for which a person waits, for at most `limit`; `what` is for the log.
///
/// # Errors
/// `Busy` if it takes longer; its own.
async fn in_time<T>(
    limit: Duration,
    what: &str,
    work: impl Future<Output = Result<T, ManagementError>>,
) -> Result<T, ManagementError> {
    timeout(limit, work).await.unwrap_or_else(|_| {
        tracing::error!(seconds = limit.as_secs(), "{what} took too long");
        Err(ManagementError::Busy)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    #[tokio::test(start_paused = true)]
    async fn work_without_an_end_is_busy() {
        let limit = Duration::from_secs(1);
        let endless = in_time(limit, "a test", pending::<Result<(), _>>()).await;
        assert!(matches!(endless, Err(ManagementError::Busy)));
        let done = in_time(limit, "a test", ready(Ok(7))).await;
        assert!(matches!(done, Ok(7)));
    }
}
