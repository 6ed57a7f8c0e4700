//! Background tasks, and what becomes of one that fails.

use crate::Keyring;
use domain::time::MINUTE;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio_util::sync::CancellationToken;

/// Failures of one task within a minute at which the process gives up.
const MAX_FAILURES: usize = 5;

/// How often each task has failed.
#[derive(Default)]
pub(crate) struct Background {
    failures: Mutex<BTreeMap<&'static str, u64>>,
    given_up: CancellationToken,
}

impl Background {
    fn failures(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Keyring {
    /// Runs a task until the keyring is closed or the database lost. Where it panics, or returns before, that is logged and
    /// counted, and it is started anew; where it keeps failing, [`Keyring::task_given_up`] says so.
    pub(crate) fn spawn_task<F>(
        &self,
        name: &'static str,
        task: impl Fn(Self) -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        self.background.failures().insert(name, 0);
        let keyring = self.clone();
        tokio::spawn(async move {
            let mut recent = VecDeque::new();
            loop {
                let error = match tokio::spawn(task(keyring.clone())).await {
                    Ok(()) if keyring.tasks.is_closed() || !keyring.is_owner() => return,
                    Ok(()) => "it returned".to_owned(),
                    // The runtime ends.
                    Err(error) if error.is_cancelled() => return,
                    Err(error) => error.to_string(),
                };
                tracing::error!(task = name, %error, "a background task failed");
                *keyring.background.failures().entry(name).or_default() += 1;
                let now = keyring.monotonic();
                recent.push_back(now);
                recent.retain(|then| now.since(*then) < MINUTE);
                if recent.len() >= MAX_FAILURES {
                    tracing::error!(task = name, "a background task keeps failing: given up");
                    keyring.background.given_up.cancel();
                    return;
                }
            }
        });
    }

    /// How often each background task has failed, by its name.
    pub fn task_failures(&self) -> Vec<(&'static str, u64)> {
        let failures = self.background.failures();
        failures
            .iter()
            .map(|(name, times)| (*name, *times))
            .collect()
    }

    /// Returns when a background task has failed five times within a minute: the process should stop.
    pub async fn task_given_up(&self) {
        self.background.given_up.cancelled().await;
    }
}
