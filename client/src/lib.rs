//! Verifies the API key of a request with Latchkey's gate.
//!
//! A [`Latchkey`] contains the gate's address and the service's own key, which needs the scope `key:verify`.
//! [`Latchkey::require`] returns a [tower] layer for a router or a route. An accepted request has a [`Caller`] in its
//! extensions and no longer contains the secret. A refused request is answered as by the gate: `application/problem+json`
//! with status, `code` and headers. A service with axum:
//!
//! ```ignore
#![doc = include_str!("../examples/service.rs")]
//! ```
//!
//! # Refusals
//! Credentials are parsed by the gate's rules: two headers or HTTP Basic, never both, never from a query string. A refusal
//! by the gate keeps its code. If the gate cannot be reached, does not answer in time, refuses the service's own key, or
//! sends an invalid response, the answer is `verification_unavailable`, 503: the layer fails closed. The cause is logged
//! with the `X-Request-Id` of the answer.
//!
//! # Addresses
//! A key with IP rules is accepted only if the gate receives the client's address. With axum it is the socket's, if the
//! service is created by `into_make_service_with_connect_info::<SocketAddr>()`. Behind a proxy, [`Builder::address`] takes a
//! function that determines it. Do not trust an `X-Forwarded-For` that the client can write.
//!
//! # Caching
//! Without [`Builder::cache`], each request is one call of the gate, and a revoked key is refused from the next request on.
//! With a cache lifetime of *t* seconds, at most ten, **a key that was revoked, deactivated or narrowed may still be accepted
//! for that long**, and cached calls are not counted in the key's usage. Only accepted answers are cached, never beyond the
//! key's expiry, and never those of keys with a rate limit, which only the gate can count. When the gate refuses a call
//! with a key, all cached answers about that key are removed.
//!
//! [tower]: https://docs.rs/tower

mod address;
mod answer;
mod builder;
mod cache;
mod caller;
mod check;
mod clock;
mod gate;
mod layer;
mod question;
mod random;
mod refusal;
mod transport;

#[cfg(feature = "axum")]
pub use address::connect_info;
pub use builder::{BuildError, Builder, Latchkey, MAX_CACHE_LIFETIME};
pub use caller::Caller;
pub use clock::{Clock, SystemClock};
pub use domain::{
    Invalid,
    id::{AccountId, ApplicationId},
    key::{Environment, scope::ScopeSet, token::KeyId},
    time::Timestamp,
};
pub use layer::{CheckKey, RequireKey};
pub use rustls;
