//! Records of calls: counted usage, single decisions, and anomalies.
//!
//! [`Telemetry`] is the [`CallSink`] of verification. Recording a call takes only a lock of the current thread's stripe; workers
//! collect the stripes, write them to the database, and prune what is past its retention. Charts and lists read through
//! [`Telemetry`] too, after one flush. Permissions are not checked here: callers pass ids that they may read.

mod anomalies;
mod backfill;
mod decisions;
mod readers;
mod report;
mod retention;
mod striped;
mod supervisor;
mod usage;

pub use backfill::{PastCalls, Source};
pub use decisions::Tail;
pub use readers::{UsageBar, UsageBars};
pub use report::{Receipt, ReportedCall, TooManyReports};
pub use retention::Retention;
pub use supervisor::Supervisor;

use anomalies::Anomalies;
use decisions::Decisions;
use domain::time::Timestamp;
use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicU64, Ordering},
};
use store::{Store, StoreError};
use usage::UsageCounters;
use uuid::Uuid;
use verification::{CallEvent, CallSink, Clock, Entropy, KeyIndex, Monotonic, new_id};

/// Records calls, and reads what was recorded.
pub struct Telemetry {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    index: Arc<KeyIndex>,
    retention: OnceLock<Retention>,
    usage: UsageCounters,
    /// Held while usage is written: a reader waits until it is complete.
    flushing: tokio::sync::Mutex<()>,
    /// When usage was last written completely, by the monotonic clock.
    flushed_at: AtomicU64,
    decisions: Decisions,
    anomalies: Anomalies,
}

impl Telemetry {
    /// Creates the telemetry of a store whose newest decision is `last_decision`.
    pub fn new(
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        index: Arc<KeyIndex>,
        last_decision: i64,
    ) -> Arc<Self> {
        let flushed_at = AtomicU64::new(clock.monotonic().0);
        Arc::new(Self {
            store,
            clock,
            entropy,
            index,
            retention: OnceLock::new(),
            usage: UsageCounters::default(),
            flushing: tokio::sync::Mutex::default(),
            flushed_at,
            decisions: Decisions::new(last_decision),
            anomalies: Anomalies::default(),
        })
    }

    /// Writes everything recorded until now; failures are logged.
    pub async fn close(&self) {
        if let Err(error) = self.flush_usage().await {
            tracing::error!(%error, "the last second of usage is lost");
        }
        if let Err(error) = self.write_decisions().await {
            tracing::error!(%error, "the last second of decisions is lost");
        }
        if let Err(error) = self.write_events().await {
            tracing::error!(%error, "the last second of security events is lost");
        }
    }

    /// Batches of usage that could not be written yet.
    pub fn pending_batches(&self) -> usize {
        self.usage.pending()
    }

    /// Milliseconds since usage was last written completely.
    pub fn usage_lag_ms(&self) -> i64 {
        let flushed_at = Monotonic(self.flushed_at.load(Ordering::Relaxed));
        self.clock.monotonic().since(flushed_at)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The newest certain time, for what cannot be undone: nothing is pruned by a clock that has just leapt ahead.
    fn certain_now(&self) -> Timestamp {
        self.now().min(self.clock.guard().mark())
    }

    fn new_id(&self) -> Uuid {
        new_id(&*self.entropy, self.now())
    }
}

impl CallSink for Telemetry {
    fn record(&self, event: &CallEvent<'_>) {
        self.usage.record(event);
        self.decisions.record(event);
    }
}

/// Runs a write to its end even if the caller is dropped, as that of a reader who is gone: what the write has taken would be lost, or
/// be written again. Returns why it failed.
async fn run_to_end(
    write: impl Future<Output = Result<(), StoreError>> + Send + 'static,
) -> Result<(), String> {
    match tokio::spawn(write).await {
        Ok(written) => written.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    }
}
