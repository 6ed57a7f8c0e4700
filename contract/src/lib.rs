//! What the gate and those who ask it say alike, said once: how a pair is presented in a request, and what a refusal
//! says. No I/O.

mod code;
pub mod credentials;
mod problem;
mod rate;

pub use code::Code;
pub use problem::{Body, PROBLEM_JSON};
pub use rate::{RATE_LIMIT, RATE_LIMIT_POLICY, Rate, whole_seconds};
