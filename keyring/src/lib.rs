//! The rules in motion: who may do what, and what then happens. No HTTP, no UI.
//!
//! [`Keyring`] is the whole of it. A browser's cookie becomes a [`Session`], a session becomes a [`Viewer`], an
//! [`Editor`] or an [`Owner`] of one application, and a method exists only on the handle that may call it.

// They panic where the log device is gone.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod access;
mod apply;
mod audit;
mod background;
mod bulk;
mod by_id;
mod chart;
mod clock;
mod condition;
mod decisions;
mod discard;
mod edit;
mod entropy;
mod error;
mod history;
mod issue;
mod journal;
mod keeper;
mod limiter;
mod list;
mod long_reads;
mod members;
mod meter;
mod mint;
mod overview;
mod ownership;
mod password;
mod people;
mod pepper;
mod report;
mod requests;
mod reset;
mod retention;
mod revoke;
mod rotate;
mod security;
mod session;
mod snapshot;
mod support;
mod throttle;
mod time;
mod turns;
mod usage;
mod verify;
mod vitals;
mod watch;
#[cfg(test)]
mod work;
mod zone;

pub use access::{Editor, FreshEditor, FreshOwner, Owner, Viewer};
pub use bulk::{AllKeys, Bulk};
pub use chart::{Asked, Bar};
pub use clock::{Clock, Guard, ManualClock, Monotonic, SystemClock};
pub use decisions::{News, Tail};
pub use edit::Edited;
pub use entropy::{Entropy, SeededEntropy, SystemEntropy};
pub use error::KeyringError;
pub use history::{Past, Source};
pub use issue::Issue;
pub use journal::{BadJournal, Replayed};
pub use limiter::RateState;
pub use list::Listing;
pub use members::{Accepted, Invited};
pub use mint::{BadPepper, BadPeppers, MAX_PEPPERS, Pepper, Peppers};
pub use people::{PersonDraft, SetUp, SetupDraft};
pub use pepper::{PepperUse, pepper_uses};
pub use report::{Receipt, ReportedCall};
pub use reset::{Administered, OpenReset, PeopleAdmin, Reset, ResetLink};
pub use retention::Retention;
pub use session::{Proof, Session, SignIn, SignedIn};
pub use store::{AuditLine, Fault, Ownership, PepperName, PepperRows, Sealing, Store, StoreError};
pub use support::{Look, Support};
pub use verify::{Call, Caller, Decision, Route};
pub use vitals::Vitals;
pub use zone::Zone;

use apply::Doubts;
use background::Background;
use decisions::Decisions;
use domain::time::Timestamp;
use long_reads::LongReads;
use meter::Meter;
use mint::Mint;
use ownership::Loss;
use password::Passwords;
use pepper::Upgrades;
use snapshot::Snapshot;
use std::{
    net::IpAddr,
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicI64, AtomicU64},
    },
};
use throttle::{SignIns, WrongSecrets};
use tokio_util::task::TaskTracker;
use turns::Turns;
use uuid::Uuid;
use watch::Watch;

/// Where a request comes from: what the audit log says of it.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The client's address, where it is known.
    pub address: Option<IpAddr>,
    /// What the client calls itself.
    pub user_agent: String,
    /// The id in the answer's `X-Request-Id`.
    pub request_id: String,
}

impl Origin {
    fn address_text(&self) -> String {
        self.address
            .map(|address| address.to_canonical().to_string())
            .unwrap_or_default()
    }

    /// At most 200 characters, without control characters.
    fn user_agent_text(&self) -> String {
        self.user_agent
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect()
    }
}

/// Keys, people and sessions over one store. A clone is the same keyring.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

/// What a [`Keyring`] is made of.
pub struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Box<dyn Entropy>,
    mint: Mint,
    upgrades: Upgrades,
    snapshot: Snapshot,
    meter: Meter,
    retention: OnceLock<Retention>,
    decisions: Decisions,
    watch: Watch,
    passwords: Passwords,
    sign_ins: SignIns,
    long_reads: LongReads,
    wrong_secrets: WrongSecrets,
    setup_token: String,
    /// The claim to the database; none in a command beside the server.
    ownership: OnceLock<Ownership>,
    /// Why the database was lost, where it was.
    loss: Loss,
    /// When the database last gave a sign of life, and was still ours alone, by the monotonic clock.
    heard: AtomicU64,
    /// When counted usage was written last, or there was none, by the monotonic clock.
    flushed: AtomicU64,
    /// The newest certain time that the database has: Unix milliseconds.
    marked: AtomicI64,
    /// Taken by whatever changes a key, until the index knows.
    turns: Turns,
    /// Keys that are refused until they have been read again.
    doubts: Doubts,
    /// Taken by the first run.
    setting_up: tokio::sync::Mutex<()>,
    /// What was last found to be wrong with the database.
    condition: condition::Condition,
    /// Where ends of keys are written down outside the database.
    journal: OnceLock<journal::Journal>,
    /// Taken while counted usage is on its way into the database: whoever reads it waits for that.
    flushing: tokio::sync::Mutex<()>,
    /// Changes that run to their end, whatever becomes of the request that asked for them.
    tasks: TaskTracker,
    background: Background,
}

impl Deref for Keyring {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Keyring {
    /// Loads every key of the store into the gate's index.
    ///
    /// # Errors
    /// Where the store fails, or holds what needs a pepper that is not among `peppers`.
    pub async fn open(
        store: Store,
        peppers: impl Into<Peppers>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, KeyringError> {
        Self::open_with(store, peppers, clock, Box::new(SystemEntropy)).await
    }

    /// [`Keyring::open`] with a generator of one's own, for tests.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub async fn open_with(
        store: Store,
        peppers: impl Into<Peppers>,
        clock: Arc<dyn Clock>,
        entropy: Box<dyn Entropy>,
    ) -> Result<Self, KeyringError> {
        let mark = store.time_mark().await?;
        if let Some(mark) = mark {
            clock.guard().resume(mark, clock.monotonic());
        }
        let mint = Mint::new(&peppers.into());
        store.seal_with(mint.seal_keys());
        let snapshot = load(&store, &mint, clock.now()).await?;
        let setup_token = mint::random_text(&*entropy);
        let heard = AtomicU64::new(clock.monotonic().0);
        let decisions = Decisions::new(store.last_decision().await?);
        let flushed = AtomicU64::new(clock.monotonic().0);
        Ok(Self(Arc::new(Inner {
            passwords: Passwords::new(&*entropy)?,
            long_reads: LongReads::new(store.reading_connections()),
            store,
            clock,
            entropy,
            mint,
            upgrades: Upgrades::default(),
            snapshot,
            meter: Meter::default(),
            retention: OnceLock::new(),
            decisions,
            watch: Watch::default(),
            sign_ins: SignIns::default(),
            wrong_secrets: WrongSecrets::default(),
            setup_token,
            ownership: OnceLock::new(),
            loss: Loss::default(),
            heard,
            flushed,
            marked: AtomicI64::new(mark.map_or(i64::MIN, |mark| mark.0)),
            turns: Turns::default(),
            doubts: Doubts::default(),
            setting_up: tokio::sync::Mutex::default(),
            condition: condition::Condition::default(),
            journal: OnceLock::new(),
            flushing: tokio::sync::Mutex::default(),
            tasks: TaskTracker::new(),
            background: Background::default(),
        })))
    }

    /// The time: never earlier than before, in this process and in those before it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The monotonic clock's reading.
    pub(crate) fn monotonic(&self) -> Monotonic {
        self.clock.monotonic()
    }

    /// Waits for the changes that are under way, and writes what has been counted.
    pub async fn close(&self) {
        self.tasks.close();
        self.tasks.wait().await;
        if let Err(error) = self.mark_time().await {
            tracing::error!(%error, "the time is not noted");
        }
        if let Err(error) = self.flush_usage().await {
            tracing::error!(%error, "usage of the last second is lost");
        }
        if let Err(error) = self.write_decisions().await {
            tracing::error!(%error, "decisions of the last second are lost");
        }
        if let Err(error) = self.write_events().await {
            tracing::error!(%error, "security events of the last second are lost");
        }
        self.give_up_ownership().await;
        self.store.close().await;
    }

    /// Runs a change to its end even where the caller goes away meanwhile.
    async fn to_the_end<T, F>(&self, change: F) -> Result<T, KeyringError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, KeyringError>> + Send + 'static,
    {
        self.tasks.spawn(change).await.unwrap_or_else(|error| {
            Err(KeyringError::Unexpected(format!(
                "a change broke off: {error}"
            )))
        })
    }

    /// A UUID of version 7 (RFC 9562) from the keyring's own clock and generator.
    fn new_id(&self) -> Uuid {
        new_id(&*self.entropy, self.now())
    }

    /// What a form carries so that it is carried out once.
    pub fn new_idempotency_key(&self) -> domain::id::IdempotencyKey {
        domain::id::IdempotencyKey(self.new_id())
    }
}

/// A UUID of version 7 (RFC 9562).
pub fn new_id(entropy: &dyn Entropy, now: Timestamp) -> Uuid {
    let mut random = [0; 10];
    entropy.fill(&mut random);
    let now = u64::try_from(now.0).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(now, &random).into_uuid()
}

/// Reads every key into a new index.
async fn load(store: &Store, mint: &Mint, now: Timestamp) -> Result<Snapshot, KeyringError> {
    let names = mint.names();
    let keys = pepper::check(store, &names, now).await?;
    let snapshot = Snapshot::with_capacity(usize::try_from(keys).unwrap_or_default(), names);
    store
        .each_index_row(mint.newest(), |row| snapshot.put(&row))
        .await?;
    Ok(snapshot)
}
