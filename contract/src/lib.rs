//! The wire format that the gate and its clients share: credentials of a request, the client's address, verification
//! requests, and errors. No I/O.

pub mod client_address;
mod code;
pub mod credentials;
pub mod object;
mod problem;
pub mod question;
mod rate;

pub use code::Code;
pub use problem::{Body, PROBLEM_JSON};
pub use rate::{RATE_LIMIT, RATE_LIMIT_POLICY, RateLimitStatus, whole_seconds};
