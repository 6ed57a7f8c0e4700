//! Accounts, people, sessions and keys: every operation, with its permission and its audit record. No HTTP, no UI.
//!
//! [`Keyring`] is the entry point. A browser's cookie becomes a [`Session`], a session becomes a [`Viewer`], an
//! [`Editor`] or an [`Owner`] of one application or an [`AccountOwner`], and a method exists only on the handle that may call it.

// They panic if the log device is gone.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod access;
mod applications;
mod apply;
mod audit;
mod background;
mod bulk;
mod condition;
mod discard;
mod edit;
mod error;
mod invitations;
mod issue;
mod journal;
mod key_changes;
mod key_locks;
mod key_view;
mod list;
mod long_reads;
mod mail;
mod members;
mod node;
mod overview;
mod password;
mod people;
mod pepper;
mod planted;
mod requests;
mod reset;
mod revoke;
mod roles;
mod rotate;
mod second_factor;
mod security;
mod session;
mod sign_in;
mod sign_in_count;
mod sign_in_throttle;
mod single_sign_on;
mod stats;
mod support;
mod time;
mod undelivered;
mod usage_view;
mod zone;

pub use access::{AccountOwner, Editor, FreshAccountOwner, FreshEditor, FreshOwner, Owner, Viewer};
pub use audit::AuditQuery;
pub use bulk::{AllKeys, Bulk};
pub use edit::Edited;
pub use error::ManagementError;
pub use invitations::Invited;
pub use issue::Issue;
pub use journal::{BadJournal, Replayed};
pub use key_view::KeyView;
pub use list::Listing;
pub use mail::{Delivery, MailSender, MailStats, Mailer, SendError, SmtpServer};
pub use members::FreshViewer;
pub use node::{Confirmation, Join, JoinError, Joining, NodeStats, NodesBehind};
pub use people::{PersonDraft, SetUp, SetupDraft};
pub use pepper::{PepperUse, pepper_uses};
pub use reset::{Administered, OpenReset, PeopleAdmin, ResetLink};
pub use second_factor::{
    AddedPasskey, Admission, AuthenticatorSecret, AuthenticatorSetup, PasskeyAnswer,
    PasskeyChallenge, PasskeySignIn, PendingFactors, PendingSignIn, ProvenSession, RecoveryCodes,
};
pub use session::{Browser, DEVICE_LIFETIME, FreshSession, Session, SessionSummary, SignedIn};
pub use sign_in_count::SignInResult;
pub use single_sign_on::{
    BegunSignIn, ProviderMembers, ProviderOutcome, ProviderRefusal, ProviderResponse, SignInGoal,
    SingleSignOn,
};
pub use stats::Stats;
pub use store::{
    AccountMembership, AuditLine, Fault, PepperName, PepperUsage, PersonEntry, Place, Placement,
    SealingReport, SignInWays, Store, StoreError,
};
pub use support::Support;
pub use usage_view::{ChartQuery, UsageView};
pub use zone::{Zone, ZoneFormat};

use domain::time::Timestamp;
use key_changes::KeyChanges;
use long_reads::LongReads;
use node::{AppliedPosition, ThisNode};
use planted::{PlantedFault, is_planted};
use sign_in::SignInState;
use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};
use telemetry::{Supervisor, Telemetry};
use time::TimeMark;
use tokio_util::task::TaskTracker;
use uuid::Uuid;
use verification::{
    Call, Clock, Decision, Entropy, KeyIndex, Monotonic, Peppers, SecretHasher, SystemEntropy,
    Verifier, new_id,
};

/// Keys, people and sessions over one store. Clones share everything.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

/// The parts of a [`Keyring`].
pub struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    hasher: Arc<SecretHasher>,
    verifier: Verifier,
    telemetry: Arc<Telemetry>,
    sign_in_state: SignInState,
    long_reads: LongReads,
    /// This process among those that use the database.
    node: ThisNode,
    time_mark: TimeMark,
    /// How mails are sent; none if no mail server is configured.
    mailer: OnceLock<Arc<Mailer>>,
    key_changes: KeyChanges,
    /// The last known fault of the database.
    condition: condition::Condition,
    /// Changes that run to their end even if the request is dropped.
    tasks: TaskTracker,
    supervisor: Arc<Supervisor>,
}

impl Deref for Keyring {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl Keyring {
    /// Loads every key of the store into the key index.
    ///
    /// # Errors
    /// If the store fails, or needs a pepper that is not among `peppers`.
    pub async fn open(
        store: Store,
        peppers: impl Into<Peppers>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ManagementError> {
        Self::open_with(store, peppers, clock, Arc::new(SystemEntropy)).await
    }

    /// [`Keyring::open`] with a random number generator for tests.
    ///
    /// # Errors
    /// As [`Keyring::open`].
    pub async fn open_with(
        store: Store,
        peppers: impl Into<Peppers>,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, ManagementError> {
        let mark = store.time_mark().await?;
        if let Some(mark) = mark {
            clock.guard().resume(mark, clock.monotonic());
        }
        let hasher = Arc::new(SecretHasher::new(&peppers.into()));
        store.set_seal_keys(hasher.seal_keys());
        let applied = AppliedPosition::default();
        let index = Arc::new(load_index(&store, &hasher, clock.now(), &applied).await?);
        let telemetry = Telemetry::new(
            store.clone(),
            Arc::clone(&clock),
            Arc::clone(&entropy),
            Arc::clone(&index),
            store.last_decision().await?,
        );
        let node = ThisNode::new(clock.monotonic(), applied);
        Ok(Self(Arc::new(Inner {
            sign_in_state: SignInState::new(&*entropy)?,
            long_reads: LongReads::new(store.reading_connections()),
            verifier: Verifier::new(Arc::clone(&clock), Arc::clone(&hasher), index),
            store,
            clock,
            entropy,
            hasher,
            telemetry,
            node,
            time_mark: TimeMark::new(mark),
            mailer: OnceLock::new(),
            key_changes: KeyChanges::default(),
            condition: condition::Condition::default(),
            tasks: TaskTracker::new(),
            supervisor: Arc::default(),
        })))
    }

    /// Decides about a call and records it. Runs no SQL.
    pub fn verify(&self, call: &Call<'_>) -> Decision {
        #[cfg(feature = "planted-faults")]
        if is_planted(PlantedFault::CachedDecision) {
            return planted::cached(call.key, || self.verifier.verify(call, &*self.telemetry));
        }
        self.verifier.verify(call, &*self.telemetry)
    }

    /// Records a call whose credentials were in the query string; they are not verified.
    pub fn report_credentials_in_query(&self, call: &Call<'_>) {
        self.verifier
            .report_credentials_in_query(call, &*self.telemetry);
    }

    /// Usage, decisions and security events.
    pub fn telemetry(&self) -> &Arc<Telemetry> {
        &self.telemetry
    }

    /// The supervisor of the background workers.
    pub fn supervisor(&self) -> &Supervisor {
        &self.supervisor
    }

    fn index(&self) -> &KeyIndex {
        self.verifier.index()
    }

    /// The time: never earlier than before, in this process and in those before it.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The monotonic clock's reading.
    pub(crate) fn monotonic(&self) -> Monotonic {
        self.clock.monotonic()
    }

    /// Waits for running changes and writes what has been recorded.
    pub async fn close(&self) {
        self.make_requested_links().await;
        self.tasks.close();
        self.node.stop_waiting();
        self.tasks.wait().await;
        if let Err(error) = self.mark_time().await {
            tracing::error!(%error, "the time mark is not written");
        }
        self.telemetry.close().await;
        self.node.leave().await;
        self.store.close().await;
    }

    /// Runs a change to its end even if the caller is dropped.
    async fn run_to_completion<T, F>(&self, change: F) -> Result<T, ManagementError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ManagementError>> + Send + 'static,
    {
        if is_planted(PlantedFault::DroppedHandler) {
            return Box::pin(change).await;
        }
        self.tasks.spawn(change).await.unwrap_or_else(|error| {
            Err(ManagementError::Unexpected(format!(
                "a change was interrupted: {error}"
            )))
        })
    }

    /// Generates a UUID of version 7 (RFC 9562).
    fn new_id(&self) -> Uuid {
        new_id(&*self.entropy, self.now())
    }

    /// Generates the idempotency key of a form.
    pub fn new_idempotency_key(&self) -> domain::id::IdempotencyKey {
        domain::id::IdempotencyKey(self.new_id())
    }
}

/// Reads every key into a new index.
async fn load_index(
    store: &Store,
    hasher: &SecretHasher,
    now: Timestamp,
    applied: &AppliedPosition,
) -> Result<KeyIndex, ManagementError> {
    let peppers = hasher.pepper_names();
    let keys = pepper::check(store, &peppers, now).await?;
    let index = KeyIndex::with_capacity(usize::try_from(keys).unwrap_or_default(), peppers);
    let position = store
        .for_each_index_row(hasher.newest_pepper(), |row| index.update(&row))
        .await?;
    store.fence().record_position(position);
    applied.advance_to(position);
    Ok(index)
}
