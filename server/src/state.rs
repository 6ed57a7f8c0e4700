//! What every handler may reach.

use crate::{config::PublicUrl, gate::client_address::TrustedProxies};
use keyring::Keyring;
use leptos::config::LeptosOptions;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

/// Shared by all handlers; a clone is cheap.
#[derive(Clone)]
pub struct AppState {
    /// Everything that is done with keys and people.
    pub keyring: Keyring,
    /// Where browsers reach this server.
    pub public_url: Arc<PublicUrl>,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: Arc<TrustedProxies>,
    /// Where the pages look for their own files.
    pub options: LeptosOptions,
    draining: Arc<AtomicBool>,
}

impl AppState {
    /// The state of a server that has just started.
    pub fn new(keyring: Keyring, public_url: PublicUrl, proxies: TrustedProxies) -> Self {
        let options = LeptosOptions::builder()
            .output_name("latchkey")
            .site_root("target/site")
            .site_pkg_dir("pkg")
            .build();
        Self {
            keyring,
            public_url: Arc::new(public_url),
            proxies: Arc::new(proxies),
            options,
            draining: Arc::default(),
        }
    }

    /// From now on the server is not ready: it finishes what it has begun.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Whether the server is on its way out.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }
}
