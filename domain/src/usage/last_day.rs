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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        time::Timestamp,
        usage::{Outcome, breakdown::BreakdownRow},
    };

    #[test]
    fn the_main_refusal_is_the_most_frequent_code() {
        let row = |dimension, value: &str, calls| BreakdownRow {
            dimension,
            value: value.into(),
            outcome: Outcome::Refused,
            calls,
        };
        let rows = [
            row(Dimension::Refusal, "key_expired", 2),
            row(Dimension::Refusal, "key_revoked", 3),
            row(Dimension::Route, "GET /invoices", 9),
        ];
        let calls = Bucket {
            accepted: 10,
            refused: 5,
            rate_limited: 0,
        };
        let expected = LastDay {
            calls,
            before: 7,
            main_refusal: Some("key_revoked".into()),
        };
        let breakdown = Breakdown::new(Timestamp(0), rows, 5);
        assert_eq!(LastDay::new(calls, &breakdown, 7), expected);
        let unrefused = Breakdown::new(Timestamp(0), [], 5);
        assert_eq!(LastDay::new(calls, &unrefused, 7).main_refusal, None);
    }
}
