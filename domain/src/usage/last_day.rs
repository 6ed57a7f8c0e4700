//! The calls of the last 24 hours.

use super::{
    Bucket,
    breakdown::{Breakdown, Dimension},
};
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

impl LastDay {
    /// Creates it of the day's calls and their breakdown, and the number of calls of the day before.
    pub fn new(calls: Bucket, breakdown: &Breakdown, before: i64) -> Self {
        let codes = breakdown.of(Dimension::Refusal);
        let main = codes.and_then(|codes| codes.top.first());
        Self {
            calls,
            before,
            main_refusal: main.map(|code| code.value.clone()),
        }
    }
}
