//! The process that owns the database: its claim, what the claim protects, and the time that outlives a restart.

pub(crate) mod fence;
pub(crate) mod ownership;
mod time_mark;
