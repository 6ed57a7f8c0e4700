//! State that many threads write to, divided into stripes so that they do not wait for each other.

use std::{
    cell::Cell,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// Stripes beyond which more processors gain nothing.
const MAX_STRIPES: usize = 16;

/// One value per stripe. A thread always uses the same stripe; with as many stripes as threads, no two share one.
pub(crate) struct Striped<T>(Box<[Stripe<T>]>);

/// On cache lines of its own, so that threads do not invalidate each other's.
#[repr(align(128))]
pub(crate) struct Stripe<T>(Mutex<T>);

impl<T> Stripe<T> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Default> Default for Striped<T> {
    /// Creates as many stripes as the machine has processors, at most 16.
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self::with_stripes(processors.min(MAX_STRIPES))
    }
}

impl<T: Default> Striped<T> {
    fn with_stripes(stripes: usize) -> Self {
        Self((0..stripes).map(|_| Stripe(Mutex::default())).collect())
    }
}

impl<T> Striped<T> {
    /// Locks the current thread's stripe.
    pub(crate) fn lock(&self) -> MutexGuard<'_, T> {
        self.0[thread_number() % self.0.len()].lock()
    }

    /// Locks each stripe in turn; only one is locked at a time.
    pub(crate) fn lock_each(&self) -> impl Iterator<Item = MutexGuard<'_, T>> {
        self.0.iter().map(Stripe::lock)
    }

    /// All stripes.
    pub(crate) fn stripes(&self) -> &[Stripe<T>] {
        &self.0
    }
}

/// Numbers threads in the order of their first use.
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: Cell<Option<usize>> = const { Cell::new(None) };
    }
    NUMBER.get().unwrap_or_else(|| {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        NUMBER.set(Some(number));
        number
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_thread_adds_to_one_stripe_and_nothing_is_lost() {
        let striped: Striped<usize> = Striped::with_stripes(4);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1_000).for_each(|_| *striped.lock() += 1));
            }
        });
        let counts: Vec<usize> = striped.lock_each().map(|count| *count).collect();
        assert_eq!(counts.iter().sum::<usize>(), 8_000);
        assert!(counts.iter().all(|count| count % 1_000 == 0), "{counts:?}");
    }
}
