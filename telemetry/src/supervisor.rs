//! Supervision of background workers.

use domain::time::MINUTE;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_util::sync::CancellationToken;
use verification::Clock;

/// Failures of one worker within a minute after which the process should stop.
const MAX_FAILURES: usize = 5;

/// Restarts failed workers and counts their failures.
#[derive(Default)]
pub struct Supervisor {
    failures: Mutex<BTreeMap<&'static str, u64>>,
    given_up: CancellationToken,
}

impl Supervisor {
    /// Runs a worker until `stopped` returns `true`. If it panics or returns before, the failure is logged and counted, and the worker is
    /// restarted. If it keeps failing, [`Supervisor::given_up`] returns.
    pub fn spawn<F>(
        self: &Arc<Self>,
        name: &'static str,
        clock: Arc<dyn Clock>,
        stopped: impl Fn() -> bool + Send + 'static,
        worker: impl Fn() -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send + 'static,
    {
        self.lock().insert(name, 0);
        let supervisor = Arc::clone(self);
        tokio::spawn(async move {
            let mut recent = VecDeque::new();
            loop {
                let error = match tokio::spawn(worker()).await {
                    Ok(()) if stopped() => return,
                    Ok(()) => "it returned".to_owned(),
                    // The runtime is shutting down.
                    Err(error) if error.is_cancelled() => return,
                    Err(error) => error.to_string(),
                };
                tracing::error!(task = name, %error, "a background task failed");
                *supervisor.lock().entry(name).or_default() += 1;
                let now = clock.monotonic();
                recent.push_back(now);
                recent.retain(|then| now.since(*then) < MINUTE);
                if recent.len() >= MAX_FAILURES {
                    tracing::error!(task = name, "a background task keeps failing: giving up");
                    supervisor.given_up.cancel();
                    return;
                }
            }
        });
    }

    /// Returns the number of failures of each worker by name.
    pub fn failures(&self) -> Vec<(&'static str, u64)> {
        self.lock()
            .iter()
            .map(|(name, failures)| (*name, *failures))
            .collect()
    }

    /// Returns once a worker has failed five times within a minute: the process should stop.
    pub async fn given_up(&self) {
        self.given_up.cancelled().await;
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
