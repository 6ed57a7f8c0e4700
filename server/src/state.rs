//! What every handler may reach.

use crate::{
    config::{Hsts, PublicUrl},
    dashboard::live::Streams,
    gate::client_address::TrustedProxies,
    metrics::Metrics,
    serve::{Admission, Limits},
};
use axum::body::Bytes;
use management::Keyring;
use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, OnceLock},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use verification::{Call, Decision};

/// What all handlers share; a clone is one count. Whoever changes a field changes it for this handle and its later clones.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// What is in it.
#[derive(Clone)]
pub struct Shared {
    /// Everything that is done with keys and people.
    pub keyring: Keyring,
    /// Where browsers reach this server.
    pub public_url: Arc<PublicUrl>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Arc<TrustedProxies>,
    /// Milliseconds for which keys are verified from memory while the database is silent.
    pub patience_ms: i64,
    /// `/openapi.json`, once somebody has asked for it.
    pub openapi: Arc<OnceLock<Bytes>>,
    /// What has been counted since the start.
    pub metrics: Arc<Metrics>,
    /// Who brings it reads the metrics; without one nobody does.
    pub metrics_token: Option<Arc<str>>,
    /// Who follows calls as they happen.
    pub streams: Streams,
    /// How many connections there may be, and for how long.
    pub limits: Limits,
    /// The connections that are open.
    pub connections: Arc<Admission>,
    /// For which hosts browsers are told to use https alone.
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
    /// The state of a server that has just started.
    pub fn new(
        keyring: Keyring,
        public_url: PublicUrl,
        proxies: TrustedProxies,
        patience_ms: i64,
    ) -> Self {
        Self(Arc::new(Shared {
            keyring,
            public_url: Arc::new(public_url),
            proxies: Arc::new(proxies),
            patience_ms,
            openapi: Arc::default(),
            metrics: Arc::default(),
            metrics_token: None,
            streams: Streams::default(),
            limits: Limits::default(),
            connections: Arc::default(),
            hsts: Hsts::default(),
            draining: CancellationToken::new(),
        }))
    }

    /// Whether the gate may answer from memory: the database was heard of a short enough time ago.
    pub fn can_verify(&self) -> bool {
        self.keyring.is_owner() && self.keyring.database_downtime_ms() <= self.patience_ms
    }

    /// Asks the keyring about a pair, and notes how long it took.
    pub fn verify(&self, call: &Call<'_>) -> Decision {
        let begun = Instant::now();
        let decision = self.keyring.verify(call);
        self.metrics.took(begun.elapsed());
        decision
    }

    /// From now on the server is not ready: it finishes what it has begun.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    /// Waits until the server is on its way out.
    pub async fn drained(&self) {
        self.draining.cancelled().await;
    }

    /// Whether the server is on its way out.
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }
}
