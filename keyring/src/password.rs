//! People's passwords: Argon2id, on threads of their own, with a short queue.

use crate::{Entropy, KeyringError, mint::random_text};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{sync::Arc, thread::available_parallelism};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

/// How many may wait for their turn.
const QUEUE: usize = 32;

/// Hashes and checks passwords. The default parameters are OWASP's minimum: 19 MiB, two passes, one lane.
pub(crate) struct Passwords {
    /// One place fewer than there are processors, so that the gate always has one.
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    /// What an unknown address is checked against, so that it takes as long as a known one.
    nobody: String,
}

/// What a check said.
pub(crate) enum Checked {
    /// The password is right; where its parameters are no longer ours, here is its new hash.
    Right {
        rehash: Option<String>,
    },
    Wrong,
    /// Too many are waiting.
    Busy,
}

impl Passwords {
    pub(crate) fn new(entropy: &dyn Entropy) -> Result<Self, KeyringError> {
        let places =
            available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        Ok(Self {
            running: Arc::new(Semaphore::new(places)),
            waiting: Arc::new(Semaphore::new(QUEUE)),
            nobody: hash(&random_text(entropy))?,
        })
    }

    pub(crate) async fn hash(&self, password: &str) -> Result<String, KeyringError> {
        let password = Zeroizing::new(password.to_owned());
        match self.in_turn(move || hash(&password)).await? {
            Some(hash) => hash,
            None => Err(KeyringError::Unavailable(
                "too many passwords are waiting".into(),
            )),
        }
    }

    /// Checks a password against a stored hash, or, where there is none, takes as long as if it did.
    pub(crate) async fn check(
        &self,
        password: &str,
        stored: Option<String>,
    ) -> Result<Checked, KeyringError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let password = Zeroizing::new(password.to_owned());
        let checked = self.in_turn(move || check(&password, &stored)).await?;
        match checked {
            None => Ok(Checked::Busy),
            Some(Ok(right @ Checked::Right { .. })) if known => Ok(right),
            Some(Ok(_)) => Ok(Checked::Wrong),
            Some(Err(error)) => Err(error),
        }
    }

    /// `None` where the queue is full.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, KeyringError> {
        let Ok(_waiting) = self.waiting.clone().try_acquire_owned() else {
            return Ok(None);
        };
        let broken = |error: &dyn std::fmt::Display| {
            KeyringError::Unexpected(format!("password thread: {error}"))
        };
        let running = self
            .running
            .clone()
            .acquire_owned()
            .await
            .map_err(|error| broken(&error))?;
        let done = tokio::task::spawn_blocking(move || {
            let value = work();
            drop(running);
            value
        });
        done.await.map(Some).map_err(|error| broken(&error))
    }
}

fn hash(password: &str) -> Result<String, KeyringError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| KeyringError::Unexpected(format!("argon2: {error}")))
}

fn check(password: &str, stored: &str) -> Result<Checked, KeyringError> {
    let parsed = PasswordHash::new(stored)
        .map_err(|error| KeyringError::Unexpected(format!("stored hash: {error}")))?;
    if Argon2::default()
        .verify_password(password.as_bytes(), &parsed)
        .is_err()
    {
        return Ok(Checked::Wrong);
    }
    let ours = argon2::Params::try_from(&parsed).is_ok_and(|params| {
        let wanted = argon2::Params::default();
        (params.m_cost(), params.t_cost(), params.p_cost())
            == (wanted.m_cost(), wanted.t_cost(), wanted.p_cost())
    });
    let rehash = if ours { None } else { Some(hash(password)?) };
    Ok(Checked::Right { rehash })
}
