//! Background tasks that panic.

use crate::test_keyring::{NOW, draft, on_each_database};
use domain::time::Timestamp;
use management::{Keyring, Store};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use testing::TestDatabase;
use tokio::{task::yield_now, time::timeout};
use verification::{Clock, Guard, ManualClock, Monotonic, Pepper, SeededEntropy};

/// A clock that panics so many times when the background task compares it.
struct BrokenClock {
    clock: ManualClock,
    panics: AtomicU64,
}

impl Clock for BrokenClock {
    fn time_of_day(&self) -> Timestamp {
        let left = self
            .panics
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            });
        assert!(left.is_err(), "the injected panic");
        self.clock.time_of_day()
    }

    fn monotonic(&self) -> Monotonic {
        self.clock.monotonic()
    }

    fn guard(&self) -> &Guard {
        self.clock.guard()
    }
}

/// A keyring whose clock is about to panic, over a database of its own each.
async fn about_to_panic(panics: u64) -> Vec<(Keyring, TestDatabase)> {
    let mut keyrings = Vec::new();
    for test in on_each_database().await {
        let editor = test.editor("Acme").await;
        test.issue(&editor, draft()).await;
        test.keyring.close().await;
        let clock = Arc::new(BrokenClock {
            clock: ManualClock::new(NOW),
            panics: AtomicU64::new(0),
        });
        let store = Store::open(&test.database.url).await.expect("opens");
        let pepper = Pepper::from_bytes(*b"a pepper of thirty-two bytes ...");
        let entropy = Arc::new(SeededEntropy::new(8));
        let keyring = Keyring::open_with(store, pepper, clock.clone(), entropy)
            .await
            .expect("opens");
        clock.clock.advance(120_000);
        clock.panics.store(panics, Ordering::Relaxed);
        keyring.background().spawn();
        keyrings.push((keyring, test.database));
    }
    keyrings
}

fn failures(keyring: &Keyring, task: &str) -> Option<u64> {
    let all = keyring.supervisor().failures();
    all.into_iter()
        .find(|(name, _)| *name == task)
        .map(|(_, times)| times)
}

#[tokio::test]
async fn a_background_task_that_panics_is_restarted_and_counted() {
    for (keyring, database) in about_to_panic(2).await {
        // Its work is done all the same: the time is written.
        let working = async {
            while database.store.time_mark().await.expect("read") < Some(NOW.plus(120_000)) {
                yield_now().await;
            }
        };
        let worked = timeout(Duration::from_secs(20), working).await;
        assert!(worked.is_ok(), "the task works again");
        assert_eq!(failures(&keyring, "maintenance"), Some(2));
        assert_eq!(failures(&keyring, "decisions"), Some(0));
        keyring.close().await;
    }
}

#[tokio::test]
async fn a_background_task_that_keeps_panicking_stops_the_process() {
    for (keyring, _database) in about_to_panic(u64::MAX).await {
        let given_up = timeout(Duration::from_secs(20), keyring.supervisor().given_up());
        assert!(given_up.await.is_ok(), "given up");
        assert_eq!(failures(&keyring, "maintenance"), Some(5));
    }
}
