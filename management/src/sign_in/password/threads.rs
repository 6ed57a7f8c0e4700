//! The threads that hash passwords.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvError, Sender},
    },
    thread,
};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// Threads that run nothing else. Verifications of keys do not wait for them, because their priority is lower; and memory for one
/// hash each is enough, because a thread reuses what its last hash has freed.
pub(super) struct HashingThreads {
    jobs: Sender<Job>,
}

impl HashingThreads {
    /// Starts threads. They end when this is dropped.
    ///
    /// # Errors
    /// If the system does not start all of them.
    pub(super) fn start(number: usize) -> io::Result<Self> {
        let (jobs, waiting) = mpsc::channel();
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..number {
            let waiting = waiting.clone();
            let thread = thread::Builder::new().name("password".into());
            thread.spawn(move || run_all(&waiting))?;
        }
        Ok(Self { jobs })
    }

    /// Does work on one of the threads, once one is free.
    ///
    /// # Errors
    /// If it panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, oneshot::error::RecvError> {
        let (done, result) = oneshot::channel();
        // Without a thread, no result arrives. The result is dropped if its future was dropped.
        let _ = self.jobs.send(Box::new(move || _ = done.send(work())));
        result.await
    }

    /// Does work on one of the threads, and blocks this one until it is done.
    ///
    /// # Errors
    /// If it panics.
    pub(super) fn run_now<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, RecvError> {
        let (done, result) = mpsc::sync_channel(1);
        // Without a thread, no result arrives.
        let _ = self.jobs.send(Box::new(move || _ = done.send(work())));
        result.recv()
    }
}

fn run_all(waiting: &Mutex<Receiver<Job>>) {
    lower_priority();
    loop {
        let job = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .recv();
        let Ok(job) = job else {
            return;
        };
        // The panic was reported, and drops the sender of the result.
        let _ = catch_unwind(AssertUnwindSafe(job));
    }
}

/// By how much the priority is lower (`nice`).
#[cfg(target_os = "linux")]
const NICE: i32 = 10;

/// Lowers the priority of this thread. Elsewhere than on Linux it would be that of the process (nice(2), "C library/kernel
/// differences").
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "passwords are hashed at normal priority");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_that_panics_does_not_end_its_thread() {
        let threads = HashingThreads::start(1).expect("started");
        assert!(threads.run(|| panic!("as planned")).await.is_err());
        assert!(threads.run_now(|| panic!("as planned")).is_err());
        assert_eq!(threads.run(|| 7).await, Ok(7));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn only_the_threads_have_a_lower_priority() {
        let threads = HashingThreads::start(1).expect("started");
        let priority = || rustix::process::getpriority_process(None).expect("known");
        let usual = priority();
        let lower = threads.run(priority).await.expect("returned");
        assert_eq!(lower, (usual + NICE).min(19));
        assert_eq!(priority(), usual);
    }
}
