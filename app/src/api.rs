//! Server functions: public endpoints, each who, what, do, answer.
#![expect(
    missing_docs,
    reason = "the macro makes a struct of every argument list, and the function says what they mean"
)]

pub mod application;
pub mod audit;
pub mod home;
pub mod invitation;
pub mod keys;
pub mod members;
pub mod overview;
pub mod requests;
pub mod reset;
pub mod security;
pub mod session;
pub mod setup;
pub mod support;
pub mod usage;
