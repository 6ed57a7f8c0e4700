//! What people read, in one place: a second language is a second folder beside `en`, and a line here.
//!
//! Sentences about what somebody typed are the domain's own ([`domain::Invalid`]).

mod en;

pub use en::*;
