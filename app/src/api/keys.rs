//! API keys: reading and changing them.

pub mod change;
pub mod create;
pub mod read;
