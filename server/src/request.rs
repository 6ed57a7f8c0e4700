//! What every request and response gets, regardless of its handler: an id, the client's address, and a response even after a panic.

mod context;
mod panic;
mod rejection;
mod service;
mod target;
mod untrusted_proxy;

pub use context::{Peer, origin, request_id, wants_html};
pub use panic::after_panic;
pub use rejection::Rejection;
pub use service::RequestService;
