//! Reads usage and decisions for charts, breakdowns and lists.

mod bars;
mod breakdown;
mod requests;

pub use bars::{UsageBar, UsageBars};
