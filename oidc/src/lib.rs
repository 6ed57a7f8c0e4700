//! OpenID Connect for sign-in (authorization code, PKCE): an identity provider's configuration and keys, the exchange of codes,
//! and the verification of ID tokens. No SQL, no UI.
//!
//! [`Provider`] is the entry point. It trusts nothing that a browser carries: a response counts only together with the secrets of
//! the request that it answers ([`Challenge`]), and an ID token only if the provider signed it for this client and this request.

mod cache;
mod challenge;
mod claims;
mod error;
mod http_client;
mod json;
mod keys;
mod metadata;
mod provider;
mod token;

pub use challenge::{Challenge, SEED_BYTES};
pub use claims::Claims;
pub use error::{ProviderError, TokenError};
pub use http_client::read_authorities;
pub use keys::Algorithm;
pub use metadata::issuer_url;
pub use provider::{CodeResponse, Prompt, Provider, ProviderReport, ProviderSettings, error_code};

/// Reads the clock.
pub type Now = std::sync::Arc<dyn Fn() -> domain::time::Timestamp + Send + Sync>;

/// A certificate of an authority.
pub type Certificate = rustls::pki_types::CertificateDer<'static>;
