//! Hashing of people's passwords by Argon2id, on threads of its own, behind short queues.

mod common;
mod threads;

use super::in_time;
use crate::ManagementError;
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use domain::{
    Invalid,
    account::{Email, check_new_password},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::available_parallelism,
    time::Duration,
};
use threads::HashingThreads;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use unicode_normalization::UnicodeNormalization;
use verification::{Entropy, random_token};
use zeroize::Zeroizing;

/// Checks a new password against the rules that pages know and the list of common passwords.
///
/// # Errors
/// The broken rule; never the password.
pub(crate) fn check_new(password: &str, email: &Email) -> Result<(), Invalid> {
    check_new_password(password, email)?;
    if common::is_common(password) {
        return Err(domain::account::easily_guessed());
    }
    Ok(())
}

/// Checks that run or wait, for each lane.
const QUEUE: usize = 32;
/// How long a password may wait for its turn and be hashed. On a slow processor a full queue takes a few seconds.
const HASH_DEADLINE: Duration = Duration::from_secs(15);

/// The kind of client for which a password is hashed. Each lane has its own queue, so that a flood of unknown clients delays a known
/// one by two checks at most: the one that runs and the one that is next. A check takes about 16 ms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lane {
    /// A browser that has signed in before, or a request that is authenticated otherwise.
    Known,
    /// Any other client.
    Open,
}

/// Hashes and verifies passwords. The default parameters are the minimum of OWASP's Password Storage Cheat Sheet: 19 MiB,
/// two passes, one lane.
pub(crate) struct Passwords {
    /// Checks that run: one less than the processors, so that verification of keys always has one; one on a single processor.
    running: Arc<Semaphore>,
    /// Checks of the open lane that run or are next.
    next_open: Arc<Semaphore>,
    open: Arc<Semaphore>,
    known: Arc<Semaphore>,
    threads: HashingThreads,
    /// The hash for unknown addresses, so that they take as long as known ones.
    unknown_hash: String,
    /// Passwords that were hashed, to check or to store them.
    hashed: Arc<AtomicU64>,
}

/// The result of a password check.
pub(crate) enum Checked {
    /// The password is correct. If its parameters are outdated, there is a new hash.
    Right {
        rehash: Option<String>,
    },
    Wrong,
}

/// A place in the queue of a lane, until it is dropped.
pub(crate) struct QueuePlace {
    lane: Lane,
    _queued: OwnedSemaphorePermit,
}

impl Passwords {
    pub(crate) fn new(entropy: &dyn Entropy) -> Result<Self, ManagementError> {
        let places =
            available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1));
        let threads = HashingThreads::start(places).map_err(|error| broken(&error))?;
        // There, because its memory stays with the thread.
        let token = random_token(entropy);
        let unknown_hash = threads.run_now(move || hash(&token));
        Ok(Self {
            threads,
            running: Arc::new(Semaphore::new(places)),
            next_open: Arc::new(Semaphore::new(places)),
            open: Arc::new(Semaphore::new(QUEUE)),
            known: Arc::new(Semaphore::new(QUEUE)),
            unknown_hash: unknown_hash.map_err(|error| broken(&error))??,
            hashed: Arc::default(),
        })
    }

    /// Returns how many passwords were hashed since the start, to check or to store them.
    pub(crate) fn hashed(&self) -> u64 {
        self.hashed.load(Ordering::Relaxed)
    }

    pub(crate) async fn hash(&self, password: &str, lane: Lane) -> Result<String, ManagementError> {
        self.try_hash(password, lane)
            .await?
            .ok_or(ManagementError::Busy)
    }

    /// `None` if the queue is full.
    pub(crate) async fn try_hash(
        &self,
        password: &str,
        lane: Lane,
    ) -> Result<Option<String>, ManagementError> {
        let Some(place) = self.place(lane) else {
            return Ok(None);
        };
        let password = Zeroizing::new(password.to_owned());
        let hashed = self.in_turn(place, move || hash(&password)).await?;
        hashed.map(Some)
    }

    /// Returns a place in the queue; `None` if it is full.
    pub(crate) fn place(&self, lane: Lane) -> Option<QueuePlace> {
        let queue = match lane {
            Lane::Known => &self.known,
            Lane::Open => &self.open,
        };
        let queued = queue.clone().try_acquire_owned().ok()?;
        Some(QueuePlace {
            lane,
            _queued: queued,
        })
    }

    /// Verifies a password against a stored hash or, if there is none, takes the same time.
    pub(crate) async fn check(
        &self,
        password: &str,
        stored: Option<String>,
        place: QueuePlace,
    ) -> Result<Checked, ManagementError> {
        let known = stored.is_some();
        let stored = stored.unwrap_or_else(|| self.unknown_hash.clone());
        let password = Zeroizing::new(password.to_owned());
        let checked = self.in_turn(place, move || check(&password, &stored));
        match checked.await?? {
            right @ Checked::Right { .. } if known => Ok(right),
            _ => Ok(Checked::Wrong),
        }
    }

    /// Does work on a thread, in the order of the queues. What has begun goes on if it takes longer than [`HASH_DEADLINE`], and keeps its
    /// thread; its place in the queue is free again.
    ///
    /// # Errors
    /// `Busy` if it takes longer than [`HASH_DEADLINE`]; `Unexpected` if it panics.
    async fn in_turn<T: Send + 'static>(
        &self,
        place: QueuePlace,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ManagementError> {
        in_time(
            HASH_DEADLINE,
            "hashing a password",
            self.run(place.lane, work),
        )
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ManagementError> {
        let turn = async |semaphore: &Arc<Semaphore>| {
            let permit = semaphore.clone().acquire_owned().await;
            permit.map_err(|error| broken(&error))
        };
        // Only as many of the open lane compete with the known one as run at once.
        let next = match lane {
            Lane::Known => None,
            Lane::Open => Some(turn(&self.next_open).await?),
        };
        let running = turn(&self.running).await?;
        let hashed = self.hashed.clone();
        let done = self.threads.run(move || {
            let value = work();
            hashed.fetch_add(1, Ordering::Relaxed);
            drop((running, next));
            value
        });
        done.await.map_err(|error| broken(&error))
    }
}

fn broken(error: &dyn std::fmt::Display) -> ManagementError {
    ManagementError::Unexpected(format!("password thread: {error}"))
}

/// The password as it is hashed: composed, because keyboards differ in how they enter an accent (NIST SP 800-63B-4, 3.1.1.2).
fn normalized(password: &str) -> Zeroizing<String> {
    Zeroizing::new(password.nfc().collect())
}

fn hash(password: &str) -> Result<String, ManagementError> {
    Argon2::default()
        .hash_password(normalized(password).as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| ManagementError::Unexpected(format!("argon2: {error}")))
}

fn check(password: &str, stored: &str) -> Result<Checked, ManagementError> {
    let parsed = PasswordHash::new(stored)
        .map_err(|error| ManagementError::Unexpected(format!("stored hash: {error}")))?;
    if Argon2::default()
        .verify_password(normalized(password).as_bytes(), &parsed)
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Barrier, Mutex};
    use verification::SystemEntropy;

    #[tokio::test]
    async fn a_known_browser_overtakes_the_queue_of_unknown_ones() {
        let passwords = Arc::new(Passwords::new(&SystemEntropy).expect("made"));
        let places = passwords.running.available_permits();
        let begin = |lane, work: Box<dyn FnOnce() + Send>| {
            let passwords = passwords.clone();
            let place = passwords.place(lane).expect("the queue has room");
            tokio::spawn(async move { passwords.in_turn(place, work).await })
        };
        let mut checks = Vec::new();
        // All threads are busy until the end of the barrier.
        let busy = Arc::new(Barrier::new(places + 1));
        for _ in 0..places {
            let busy = busy.clone();
            checks.push(begin(Lane::Open, Box::new(move || _ = busy.wait())));
        }
        let order = Arc::new(Mutex::new(Vec::new()));
        for lane in [Lane::Open; 10].into_iter().chain([Lane::Known]) {
            let order = order.clone();
            let work = move || order.lock().expect("sound").push(lane);
            checks.push(begin(lane, Box::new(work)));
        }
        // Each task runs until it waits for its turn.
        tokio::task::yield_now().await;
        busy.wait();
        for check in checks {
            check.await.expect("ends").expect("works");
        }
        let order = order.lock().expect("sound");
        let overtaken = order.iter().position(|lane| *lane == Lane::Known);
        assert!(overtaken.is_some_and(|before| before < places), "{order:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_password_that_is_not_hashed_in_time_leaves_the_queue() {
        let passwords = Passwords::new(&SystemEntropy).expect("made");
        let places = passwords.running.available_permits();
        // All threads are busy until the end of the barrier.
        let busy = Arc::new(Barrier::new(places + 1));
        for _ in 0..places {
            let place = passwords.place(Lane::Open).expect("the queue has room");
            let busy = busy.clone();
            let late = passwords.in_turn(place, move || _ = busy.wait()).await;
            assert!(matches!(late, Err(ManagementError::Busy)));
        }
        for lane in [Lane::Open, Lane::Known] {
            let late = passwords.hash("violet compass", lane).await;
            assert!(matches!(late, Err(ManagementError::Busy)));
        }
        let queued = [&passwords.open, &passwords.known].map(|queue| queue.available_permits());
        assert_eq!(queued, [QUEUE; 2]);
        assert_eq!(passwords.running.available_permits(), 0);

        busy.wait();
        tokio::time::resume();
        let hashed = passwords.hash("violet compass", Lane::Open).await;
        assert!(hashed.is_ok_and(|hash| is_right("violet compass", &hash)));
    }

    fn is_right(password: &str, stored: &str) -> bool {
        matches!(check(password, stored), Ok(Checked::Right { rehash: None }))
    }

    #[test]
    fn a_password_counts_to_its_last_character_in_any_script() {
        let long = "p".repeat(255);
        for (password, other) in [
            (format!("{long}a"), format!("{long}b")),
            (
                "пароль из шести слов".into(),
                "пароль из шести слова".into(),
            ),
            (" with spaces around ".into(), "with spaces around".into()),
            ("\u{1F511} and \0 too".into(), "\u{1F511} and ".into()),
        ] {
            let stored = hash(&password).expect("hashed");
            assert!(
                stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
                "{stored}"
            );
            assert!(is_right(&password, &stored) && !is_right(&other, &stored));
        }
    }

    #[test]
    fn an_accent_may_be_entered_composed_or_not() {
        let (composed, decomposed) = ("caf\u{e9} under snow", "cafe\u{301} under snow");
        for (entered, again) in [(composed, decomposed), (decomposed, composed)] {
            let stored = hash(entered).expect("hashed");
            assert!(is_right(again, &stored) && !is_right("cafe under snow", &stored));
        }
    }

    #[test]
    fn a_hash_with_other_parameters_is_replaced_once_the_password_is_right() {
        let weak = argon2::Params::new(8, 1, 1, None).expect("valid");
        let weak = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, weak);
        let stored = weak
            .hash_password(b"violet compass")
            .expect("hashed")
            .to_string();
        assert!(matches!(check("violet", &stored), Ok(Checked::Wrong)));
        let Ok(Checked::Right {
            rehash: Some(newer),
        }) = check("violet compass", &stored)
        else {
            panic!("not replaced");
        };
        assert!(is_right("violet compass", &newer));
    }
}
