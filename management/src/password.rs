//! People's passwords: Argon2id, on threads of their own, with a short queue.

mod common;

use crate::ManagementError;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use domain::{
    Invalid,
    account::{Email, check_new_password},
};
use std::{sync::Arc, thread::available_parallelism};
use tokio::sync::Semaphore;
use verification::{Entropy, random_token};
use zeroize::Zeroizing;

/// A new password's rules: those that a page knows too, and the list of common passwords.
///
/// # Errors
/// Says which rule the password breaks, never the password.
pub(crate) fn check_new(password: &str, email: &Email) -> Result<(), Invalid> {
    check_new_password(password, email)?;
    if common::is_common(password) {
        return Err(domain::account::easily_guessed());
    }
    Ok(())
}

/// How many may wait for their turn, in each lane.
const QUEUE: usize = 32;
/// Checks that run at once for known browsers. They last some 16 ms each, and are few: see the limits of `throttle/sign_in.rs`.
const KNOWN: usize = 1;

/// For whom a password is hashed. Each lane has its own threads and its own queue, so that a flood in one does not hold the
/// other up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// A browser that has signed in before, or whose request has proved itself otherwise.
    Known,
    /// Any other.
    Open,
}

/// Hashes and checks passwords. The default parameters are OWASP's minimum: 19 MiB, two passes, one lane.
pub(crate) struct Passwords {
    /// One thread fewer than there are processors, so that the gate always has one.
    open: Queue,
    known: Queue,
    /// What an unknown address is checked against, so that it takes as long as a known one.
    nobody: String,
}

struct Queue {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Queue {
    fn new(running: usize) -> Self {
        Self {
            running: Arc::new(Semaphore::new(running)),
            waiting: Arc::new(Semaphore::new(QUEUE)),
        }
    }
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
    pub(crate) fn new(entropy: &dyn Entropy) -> Result<Self, ManagementError> {
        let places =
            available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        Ok(Self {
            open: Queue::new(places),
            known: Queue::new(KNOWN),
            nobody: hash(&random_token(entropy))?,
        })
    }

    pub(crate) async fn hash(&self, password: &str, lane: Lane) -> Result<String, ManagementError> {
        self.try_hash(password, lane)
            .await?
            .ok_or_else(|| ManagementError::Unavailable("too many passwords are waiting".into()))
    }

    /// `None` where too many are waiting.
    pub(crate) async fn try_hash(
        &self,
        password: &str,
        lane: Lane,
    ) -> Result<Option<String>, ManagementError> {
        let password = Zeroizing::new(password.to_owned());
        self.in_turn(lane, move || hash(&password))
            .await?
            .transpose()
    }

    /// Checks a password against a stored hash, or, where there is none, takes as long as if it did.
    pub(crate) async fn check(
        &self,
        password: &str,
        stored: Option<String>,
        lane: Lane,
    ) -> Result<Checked, ManagementError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.nobody.clone());
        let password = Zeroizing::new(password.to_owned());
        let checked = self
            .in_turn(lane, move || check(&password, &stored))
            .await?;
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
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Option<T>, ManagementError> {
        let queue = match lane {
            Lane::Known => &self.known,
            Lane::Open => &self.open,
        };
        let Ok(_waiting) = queue.waiting.clone().try_acquire_owned() else {
            return Ok(None);
        };
        let broken = |error: &dyn std::fmt::Display| {
            ManagementError::Unexpected(format!("password thread: {error}"))
        };
        let running = queue
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

fn hash(password: &str) -> Result<String, ManagementError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| ManagementError::Unexpected(format!("argon2: {error}")))
}

fn check(password: &str, stored: &str) -> Result<Checked, ManagementError> {
    let parsed = PasswordHash::new(stored)
        .map_err(|error| ManagementError::Unexpected(format!("stored hash: {error}")))?;
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
