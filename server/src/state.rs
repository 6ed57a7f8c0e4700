//! The state that all handlers share.

use crate::{
    config::{Hsts, PublicUrl},
    connections::{ConnectionLimiter, ConnectionLimits},
    live_streams::LiveStreams,
    metrics::Metrics,
    openapi::{Document, Endpoint},
};
use contract::client_address::TrustedProxies;
use management::Keyring;
use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use verification::{Call, Decision};

/// The state that all handlers share. A clone increments one reference count; changing a field copies the state, for this
/// handle and its later clones.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// The fields of [`AppState`].
#[derive(Clone)]
pub struct Shared {
    /// The operations on keys and people.
    pub keyring: Keyring,
    /// The origin at which browsers reach this server.
    pub public_url: Arc<PublicUrl>,
    /// The proxies whose `X-Forwarded-For` is trusted.
    pub proxies: Arc<TrustedProxies>,
    /// Milliseconds for which keys are verified from memory while the database does not respond.
    pub patience_ms: i64,
    /// The description of the gate.
    pub openapi: Arc<Document>,
    /// The counters since the start.
    pub metrics: Arc<Metrics>,
    /// The token that reads the metrics; without one `/metrics` does not exist.
    pub metrics_token: Option<Arc<str>>,
    /// The open streams of live calls.
    pub streams: LiveStreams,
    /// The limits of connections.
    pub limits: ConnectionLimits,
    /// The open connections.
    pub connections: Arc<ConnectionLimiter>,
    /// The hosts that `Strict-Transport-Security` covers.
    pub hsts: Hsts,
    draining: CancellationToken,
}

impl Deref for AppState {
    type Target = Shared;
    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl DerefMut for AppState {
    fn deref_mut(&mut self) -> &mut Shared {
        Arc::make_mut(&mut self.0)
    }
}

impl AppState {
    /// The state of a server with these endpoints, which are counted in the metrics and described by `/openapi.json`.
    pub fn new(
        keyring: Keyring,
        public_url: PublicUrl,
        proxies: TrustedProxies,
        patience_ms: i64,
        endpoints: &[Endpoint<Self>],
    ) -> Self {
        keyring.passkeys().offer_at(public_url.origin());
        Self(Arc::new(Shared {
            keyring,
            openapi: Arc::new(Document::new(endpoints, public_url.origin())),
            public_url: Arc::new(public_url),
            proxies: Arc::new(proxies),
            patience_ms,
            metrics: Arc::new(Metrics::new(endpoints)),
            metrics_token: None,
            streams: LiveStreams::default(),
            limits: ConnectionLimits::default(),
            connections: Arc::default(),
            hsts: Hsts::default(),
            draining: CancellationToken::new(),
        }))
    }

    /// Whether keys may be verified from memory: the lease of this process, or its patience with the database, has not ended.
    pub fn can_verify(&self) -> bool {
        self.keyring.node().has_database()
            && self.keyring.node().database_downtime_ms() <= self.patience_ms
    }

    /// Verifies a call, and records how long that took.
    pub fn verify(&self, call: &Call<'_>) -> Decision {
        let start = Instant::now();
        let decision = self.keyring.verify(call);
        self.metrics.record_decision_time(start.elapsed());
        decision
    }

    /// Makes the server not ready: from now on it only finishes requests in progress.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    /// Waits until [`AppState::drain`] is called.
    pub async fn drained(&self) {
        self.draining.cancelled().await;
    }

    /// Whether [`AppState::drain`] was called.
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }
}
