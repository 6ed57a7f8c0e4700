//! The entry point, and the parts that it leads to.

use crate::{
    Background, Health, IdentityProvider, Invitations, Keys, Mailer, ManagementError, Node,
    Notices, Outbox, Passkeys, PasswordResets, People, PepperRotation, SecondFactors, Sessions,
    SignIn, Stats,
    account::AccountState,
    key::KeyChanges,
    node::{
        AppliedPosition, ThisNode, pepper,
        planted::{PlantedFault, is_planted},
    },
    read::LongReads,
    sign_in::SignInState,
};
use domain::time::Timestamp;
use std::sync::{Arc, OnceLock};
use store::Store;
use telemetry::{Supervisor, Telemetry};
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
struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    hasher: Arc<SecretHasher>,
    verifier: Verifier,
    telemetry: Arc<Telemetry>,
    sign_in_state: SignInState,
    account_state: AccountState,
    long_reads: LongReads,
    /// This process among those that use the database.
    node: ThisNode,
    /// How mails are sent; none if no mail server is configured.
    mailer: OnceLock<Arc<Mailer>>,
    key_changes: KeyChanges,
    /// Changes that run to their end even if the request is dropped.
    tasks: TaskTracker,
    supervisor: Arc<Supervisor>,
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
        let node = ThisNode::new(clock.monotonic(), applied, mark);
        Ok(Self(Arc::new(Inner {
            sign_in_state: SignInState::new(&*entropy)?,
            account_state: AccountState::new(&*entropy),
            long_reads: LongReads::new(store.reading_connections()),
            verifier: Verifier::new(Arc::clone(&clock), Arc::clone(&hasher), index),
            store,
            clock,
            entropy,
            hasher,
            telemetry,
            node,
            mailer: OnceLock::new(),
            key_changes: KeyChanges::default(),
            tasks: TaskTracker::new(),
            supervisor: Arc::default(),
        })))
    }

    /// Decides about a call and records it. Runs no SQL.
    pub fn verify(&self, call: &Call<'_>) -> Decision {
        #[cfg(feature = "planted-faults")]
        if is_planted(PlantedFault::CachedDecision) {
            return crate::node::planted::cached(call.key, || {
                self.0.verifier.verify(call, &*self.0.telemetry)
            });
        }
        self.0.verifier.verify(call, &*self.0.telemetry)
    }

    /// Records a call whose credentials were in the query string; they are not verified.
    pub fn report_credentials_in_query(&self, call: &Call<'_>) {
        self.0
            .verifier
            .report_credentials_in_query(call, &*self.0.telemetry);
    }

    /// Changes of keys that no person makes.
    pub fn keys(&self) -> Keys<'_> {
        Keys { keyring: self }
    }

    /// Signing in.
    pub fn sign_in(&self) -> SignIn<'_> {
        SignIn { keyring: self }
    }

    /// Sessions.
    pub fn sessions(&self) -> Sessions<'_> {
        Sessions { keyring: self }
    }

    /// Second factors.
    pub fn second_factors(&self) -> SecondFactors<'_> {
        SecondFactors { keyring: self }
    }

    /// Passkeys.
    pub fn passkeys(&self) -> Passkeys<'_> {
        Passkeys { keyring: self }
    }

    /// The identity provider.
    pub fn identity_provider(&self) -> IdentityProvider<'_> {
        IdentityProvider { keyring: self }
    }

    /// People.
    pub fn people(&self) -> People<'_> {
        People { keyring: self }
    }

    /// Invitations.
    pub fn invitations(&self) -> Invitations<'_> {
        Invitations { keyring: self }
    }

    /// Password resets.
    pub fn password_resets(&self) -> PasswordResets<'_> {
        PasswordResets { keyring: self }
    }

    /// Mails to be sent.
    pub fn outbox(&self) -> Outbox<'_> {
        Outbox { keyring: self }
    }

    /// Mails that no change inserts.
    pub fn notices(&self) -> Notices<'_> {
        Notices { keyring: self }
    }

    /// This process among those that use the database.
    pub fn node(&self) -> Node<'_> {
        Node { keyring: self }
    }

    /// Whether the database can be written.
    pub fn health(&self) -> Health<'_> {
        Health { keyring: self }
    }

    /// The background workers.
    pub fn background(&self) -> Background<'_> {
        Background { keyring: self }
    }

    /// The rotation of the pepper.
    pub fn pepper_rotation(&self) -> PepperRotation<'_> {
        PepperRotation { keyring: self }
    }

    /// Returns the current figures.
    pub fn stats(&self) -> Stats {
        Stats::of(self)
    }

    /// Usage, decisions and security events.
    pub fn telemetry(&self) -> &Arc<Telemetry> {
        &self.0.telemetry
    }

    /// The supervisor of the background workers.
    pub fn supervisor(&self) -> &Arc<Supervisor> {
        &self.0.supervisor
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.0.clock
    }

    pub(crate) fn entropy(&self) -> &dyn Entropy {
        &*self.0.entropy
    }

    pub(crate) fn hasher(&self) -> &SecretHasher {
        &self.0.hasher
    }

    pub(crate) fn verifier(&self) -> &Verifier {
        &self.0.verifier
    }

    pub(crate) fn sign_in_state(&self) -> &SignInState {
        &self.0.sign_in_state
    }

    pub(crate) fn account_state(&self) -> &AccountState {
        &self.0.account_state
    }

    pub(crate) fn key_changes(&self) -> &KeyChanges {
        &self.0.key_changes
    }

    pub(crate) fn this_node(&self) -> &ThisNode {
        &self.0.node
    }

    pub(crate) fn long_reads(&self) -> &LongReads {
        &self.0.long_reads
    }

    pub(crate) fn mailer(&self) -> &OnceLock<Arc<Mailer>> {
        &self.0.mailer
    }

    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    pub(crate) fn index(&self) -> &KeyIndex {
        self.0.verifier.index()
    }

    /// The time: never earlier than before, in this process and in those before it.
    pub fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// The monotonic clock's reading.
    pub(crate) fn monotonic(&self) -> Monotonic {
        self.0.clock.monotonic()
    }

    /// Waits for running changes and writes what has been recorded.
    pub async fn close(&self) {
        self.password_resets().make_requested_links().await;
        self.0.tasks.close();
        self.0.node.stop_waiting();
        self.0.tasks.wait().await;
        if let Err(error) = self.node().mark_time().await {
            tracing::error!(%error, "the time mark is not written");
        }
        self.0.telemetry.close().await;
        self.0.node.leave().await;
        self.0.store.close().await;
    }

    /// Runs a change to its end even if the caller is dropped.
    pub(crate) async fn run_to_completion<T, F>(&self, change: F) -> Result<T, ManagementError>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, ManagementError>> + Send + 'static,
    {
        if is_planted(PlantedFault::DroppedHandler) {
            return Box::pin(change).await;
        }
        self.0.tasks.spawn(change).await.unwrap_or_else(|error| {
            Err(ManagementError::Unexpected(format!(
                "a change was interrupted: {error}"
            )))
        })
    }

    /// Generates a UUID of version 7 (RFC 9562).
    pub(crate) fn new_id(&self) -> Uuid {
        new_id(&*self.0.entropy, self.now())
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
    pepper::check(store, &peppers, now).await?;
    let keys = store.secret_count().await?;
    let index = KeyIndex::with_capacity(usize::try_from(keys).unwrap_or_default(), peppers);
    let position = store
        .for_each_index_row(hasher.newest_pepper(), |row| index.update(&row))
        .await?;
    store.fence().record_position(position);
    applied.advance_to(position);
    Ok(index)
}
