//! The calls of the last 24 hours.

use super::Bucket;
use serde::{Deserialize, Serialize};

/// The calls of the last 24 hours, and what they are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDay {
    /// The calls by outcome, in bars of 15 minutes.
    pub calls: Bucket,
    /// The calls of the 24 hours before, in full hours.
    pub before: i64,
    /// The most frequent code of the refused calls; `None` if all were accepted.
    pub main_refusal: Option<String>,
}
