//! The texts of the interface. To add a language, add a folder beside `en` and a line here.
//!
//! Messages about invalid input are part of the domain ([`domain::Invalid`]).
#![expect(
    missing_docs,
    reason = "a text describes itself; only what it does not say is documented"
)]

mod en;

pub use en::*;
