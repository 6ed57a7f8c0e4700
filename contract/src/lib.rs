//! What the gate and those who ask it say alike, said once: how a pair is presented in a request, from where it comes, what
//! a service asks about it, and what a refusal says. No I/O.

pub mod client_address;
mod code;
pub mod credentials;
pub mod object;
mod problem;
pub mod question;
mod rate;

pub use code::Code;
pub use problem::{Body, PROBLEM_JSON};
pub use rate::{RATE_LIMIT, RATE_LIMIT_POLICY, Rate, whole_seconds};
