//! Counts of sign-ins, for metrics, without the names of people.

use crate::{ManagementError, SignIn};
use std::{
    array,
    sync::atomic::{AtomicU64, Ordering},
};

/// How a sign-in, or a step of it, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInResult {
    /// A session was started.
    Succeeded,
    /// The password or the identity provider's answer was right, and the second factor is asked for.
    SecondFactorRequired,
    /// The address is unknown, or the password is wrong.
    WrongPassword,
    /// A code of the second factor was wrong, or was used before.
    WrongCode,
    /// A passkey's answer was not accepted.
    WrongPasskey,
    /// The identity provider, or what it answered, did not allow it.
    ProviderRefused,
    /// There were too many attempts.
    Throttled,
    /// Too many passwords were being checked, or it took too long.
    Busy,
}

impl SignInResult {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Succeeded,
        Self::SecondFactorRequired,
        Self::WrongPassword,
        Self::WrongCode,
        Self::WrongPasskey,
        Self::ProviderRefused,
        Self::Throttled,
        Self::Busy,
    ];

    /// The label of the metric.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::SecondFactorRequired => "second_factor_required",
            Self::WrongPassword => "wrong_password",
            Self::WrongCode => "wrong_code",
            Self::WrongPasskey => "wrong_passkey",
            Self::ProviderRefused => "provider_refused",
            Self::Throttled => "throttled",
            Self::Busy => "busy",
        }
    }
}

/// Counts since the start of the process, in the order of [`SignInResult::ALL`].
#[derive(Default)]
pub(crate) struct SignInCounters([AtomicU64; SignInResult::ALL.len()]);

impl SignInCounters {
    fn counts(&self) -> [(SignInResult, u64); SignInResult::ALL.len()] {
        array::from_fn(|n| (SignInResult::ALL[n], self.0[n].load(Ordering::Relaxed)))
    }

    /// Counts a result.
    pub(crate) fn count(&self, result: SignInResult) {
        let mut counted = SignInResult::ALL.iter().zip(&self.0);
        if let Some((_, count)) = counted.find(|(other, _)| **other == result) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts an attempt that has started no session: `wrong` if it was refused, and what kept it from being checked. What succeeds is
    /// counted where the session starts.
    pub(crate) fn count_failed<T>(
        &self,
        wrong: SignInResult,
        attempt: Result<Option<T>, ManagementError>,
    ) -> Result<Option<T>, ManagementError> {
        match &attempt {
            Ok(None) => self.count(wrong),
            Err(ManagementError::Throttled { .. }) => self.count(SignInResult::Throttled),
            Err(ManagementError::Busy) => self.count(SignInResult::Busy),
            _ => {}
        }
        attempt
    }
}

impl SignIn<'_> {
    /// Returns how often each result was counted since the start.
    pub fn counts(self) -> [(SignInResult, u64); SignInResult::ALL.len()] {
        self.keyring.sign_in_state().counters().counts()
    }

    /// Returns how many passwords were hashed since the start, to check or to store them.
    pub fn password_hashes(self) -> u64 {
        self.keyring.sign_in_state().passwords().hashed()
    }
}
