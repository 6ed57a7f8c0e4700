//! Lets a Rust service ask Latchkey's gate whether the key of a request may pass.
//!
//! A [`Latchkey`] knows the gate and the service's own key, which needs the scope `key:verify`. [`Latchkey::require`] makes
//! a [tower] layer of it, for a whole router or for one route. A request that passes has a [`Caller`] among its
//! extensions, and no longer the secret; one that does not is answered as the gate itself would answer it:
//! `application/problem+json` with status, `code` and headers. A service with axum:
//!
//! ```ignore
#![doc = include_str!("../examples/service.rs")]
//! ```
//!
//! # What is refused
//! The pair is read by the gate's own rules: two headers or HTTP Basic, never both, never from a query. What the gate refuses
//! is refused with its code. Where it cannot be reached, does not answer in time, refuses the service's own key, or says
//! what cannot be understood, the answer is `verification_unavailable`, 503: nobody passes because nobody could be asked.
//! The log then says why, with the `X-Request-Id` of the answer.
//!
//! # Addresses
//! A key with a list of addresses passes only if the gate hears one. With axum it is the socket's, where the service is made
//! by `into_make_service_with_connect_info::<SocketAddr>()`. Behind a proxy, [`Builder::address`] takes a function that finds
//! it: never believe an `X-Forwarded-For` that a stranger can have written.
//!
//! # What a cache means
//! There is none unless [`Builder::cache`] asks for it: each request is one call of the gate, and a key that is revoked is
//! refused from the next request on. With a cache of *t* seconds, at most ten, accepted answers are remembered for that long:
//! **a key that was revoked, deactivated or narrowed may still pass until then**, and calls that were answered from memory
//! are not counted in the key's usage. Only accepted answers are kept, never beyond the key's end, and never those of keys
//! with a rate limit, since only the gate can count. As soon as the gate refuses one call with a key, all that was
//! remembered of that key is forgotten.
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
pub use builder::{Builder, LONGEST_CACHE, Latchkey, Wrong};
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
