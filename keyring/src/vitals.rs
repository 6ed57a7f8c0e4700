//! What a keyring says of its own condition, to whoever watches the process.

use crate::{Keyring, Monotonic};
use std::sync::atomic::Ordering;
use store::Fault;

/// A keyring's condition. It names nothing and nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vitals {
    /// Keys that the gate knows.
    pub keys: usize,
    /// Batches of counted usage that could not be written yet.
    pub waiting_batches: usize,
    /// Milliseconds since counted usage was written last, or there was none to be written.
    pub usage_lag_ms: i64,
    /// Milliseconds since the database was heard of last.
    pub silence_ms: i64,
    /// Milliseconds by which the machine's clock is behind the time that is told, where that is more than a minute.
    pub clock_behind_ms: i64,
    /// What is wrong with the database, where something is.
    pub fault: Option<Fault>,
    /// Whether the reserve for a full disk is there; `None` where there is none to be kept.
    pub reserve: Option<bool>,
}

impl Keyring {
    /// The condition at this moment.
    pub fn vitals(&self) -> Vitals {
        let flushed = Monotonic(self.flushed.load(Ordering::Relaxed));
        Vitals {
            keys: self.snapshot.len(),
            waiting_batches: self.meter.pending(),
            usage_lag_ms: self.monotonic().since(flushed),
            silence_ms: self.silence(),
            clock_behind_ms: self.clock.guard().behind(),
            fault: self.fault(),
            reserve: self.store.disk().and_then(store::Disk::has_reserve),
        }
    }
}
