//! Usage of a key by dimension: address, route, scope, user agent and refusal code.

use super::{Bucket, ChartRange, Level, Outcome, Window};
use crate::time::{HOUR, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A dimension of the usage breakdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The client's address.
    Address,
    /// Method and path.
    Route,
    /// The scope that the call required; a call that required two scopes counts for both.
    Scope,
    /// The `User-Agent`.
    UserAgent,
    /// The code of the refusal. This is the only dimension that includes calls with a wrong secret, because callers cannot
    /// add values to the fixed set of codes.
    Refusal,
}

impl Dimension {
    /// All dimensions, in the order of the page.
    pub const ALL: [Self; 5] = [
        Self::Address,
        Self::Route,
        Self::Scope,
        Self::UserAgent,
        Self::Refusal,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Route => "route",
            Self::Scope => "scope",
            Self::UserAgent => "user_agent",
            Self::Refusal => "refusal",
        }
    }

    /// Parses the output of [`Dimension::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|dimension| dimension.as_str() == text)
    }
}

/// The value that counts all values above the limit per dimension. A header cannot contain it.
pub const OTHERS: &str = "…";

/// A stored sum of calls with one value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct BreakdownRow {
    pub dimension: Dimension,
    /// Empty if unknown, or if no scope was required.
    pub value: String,
    pub outcome: Outcome,
    pub calls: i64,
}

/// The calls with one value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ValueCalls {
    /// Empty if unknown, or if no scope was required.
    pub value: String,
    pub calls: Bucket,
}

/// The most frequent values of one dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct DimensionValues {
    pub dimension: Dimension,
    /// Sorted by calls, descending.
    pub top: Vec<ValueCalls>,
    /// The calls with all other values.
    pub rest: Bucket,
}

/// The calls of a key or an application by dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    /// The start of the period, at a full hour or day.
    pub since: Timestamp,
    /// One entry per dimension, in the order of [`Dimension::ALL`].
    pub shares: Vec<DimensionValues>,
}

impl Breakdown {
    /// Sums stored rows; at most `max_values` values of each dimension are listed.
    pub fn new(
        since: Timestamp,
        rows: impl IntoIterator<Item = BreakdownRow>,
        max_values: usize,
    ) -> Self {
        let mut sums: BTreeMap<(Dimension, String), Bucket> = BTreeMap::new();
        for row in rows {
            sums.entry((row.dimension, row.value))
                .or_default()
                .add(row.outcome, row.calls);
        }
        let shares = Dimension::ALL.map(|dimension| {
            let mut rest = Bucket::default();
            let mut top = Vec::new();
            for ((_, value), calls) in sums.iter().filter(|((of, _), _)| *of == dimension) {
                if value == OTHERS {
                    rest = rest.plus(*calls);
                } else {
                    top.push(ValueCalls {
                        value: value.clone(),
                        calls: *calls,
                    });
                }
            }
            // The sort is stable, so that equal counts stay in the order of their values.
            top.sort_by_key(|share| std::cmp::Reverse(share.calls.total()));
            for share in top.drain(max_values.min(top.len())..) {
                rest = rest.plus(share.calls);
            }
            DimensionValues {
                dimension,
                top,
                rest,
            }
        });
        Self {
            since,
            shares: shares.into(),
        }
    }

    /// Returns the rollup level and the start of the stored sums for a range: hours within the last week, otherwise days.
    pub fn level(range: ChartRange, now: Timestamp) -> (Level, Timestamp) {
        let recent = range.start >= Window::Week.start(now).floor(HOUR);
        let level = if recent { Level::Hour } else { Level::Day };
        (level, range.start.floor(level.ms()))
    }

    /// Returns the values of a dimension.
    pub fn of(&self, dimension: Dimension) -> Option<&DimensionValues> {
        self.shares
            .iter()
            .find(|shares| shares.dimension == dimension)
    }
}

/// The accepted calls of a key that a revocation would affect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// Accepted calls in the last 60 seconds.
    pub last_minute: i64,
    /// Accepted calls in the last 24 hours, rounded to full hours.
    pub day: i64,
    /// Their breakdown.
    pub day_by: Breakdown,
    /// Accepted calls in the last 7 days, rounded to full hours.
    pub week: i64,
    /// Their breakdown.
    pub week_by: Breakdown,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DAY;

    fn row(value: &str, outcome: Outcome, calls: i64) -> BreakdownRow {
        BreakdownRow {
            dimension: Dimension::Route,
            value: value.into(),
            outcome,
            calls,
        }
    }

    #[test]
    fn the_most_frequent_values_are_listed_and_all_others_summed() {
        let rows = [
            row("GET /a", Outcome::Accepted, 1),
            row("GET /b", Outcome::Accepted, 5),
            row("GET /b", Outcome::Refused, 2),
            row("GET /c", Outcome::Accepted, 3),
            row(OTHERS, Outcome::Accepted, 100),
        ];
        let breakdown = Breakdown::new(Timestamp(0), rows, 2);
        let routes = breakdown.of(Dimension::Route).expect("there");
        let listed: Vec<_> = routes
            .top
            .iter()
            .map(|share| (share.value.as_str(), share.calls.total()))
            .collect();
        assert_eq!(listed, [("GET /b", 7), ("GET /c", 3)]);
        assert_eq!(routes.rest.accepted, 101);
        assert!(
            breakdown
                .of(Dimension::Scope)
                .expect("there")
                .top
                .is_empty()
        );
    }

    #[test]
    fn the_stored_sums_cover_the_window() {
        let now = Timestamp(1_000 * DAY + 5 * HOUR + 7);
        for window in Window::ALL {
            let (level, since) = Breakdown::level(ChartRange::of(window, now), now);
            assert!(since <= window.start(now) && since.0 % level.ms() == 0);
            let by_hour = matches!(window, Window::Hour | Window::Day | Window::Week);
            assert_eq!(level, if by_hour { Level::Hour } else { Level::Day });
        }
    }

    #[test]
    fn equal_counts_are_ordered_by_value_and_the_rest_is_summed_by_outcome() {
        let rows = [
            row("GET /b", Outcome::Accepted, 2),
            row("GET /a", Outcome::Accepted, 2),
            row("GET /c", Outcome::Refused, 1),
            row("GET /d", Outcome::RateLimited, 1),
        ];
        let all = Breakdown::new(Timestamp(7), rows.clone(), 9);
        let routes = all.of(Dimension::Route).expect("present");
        assert_eq!((all.since, routes.top.len()), (Timestamp(7), 4));
        assert_eq!(routes.rest, Bucket::default());
        let two = Breakdown::new(Timestamp(7), rows, 2);
        let routes = two.of(Dimension::Route).expect("present");
        let values: Vec<_> = routes.top.iter().map(|one| one.value.as_str()).collect();
        assert_eq!(values, ["GET /a", "GET /b"]);
        let rest = Bucket {
            accepted: 0,
            refused: 1,
            rate_limited: 1,
        };
        assert_eq!(routes.rest, rest);
        let dimensions: Vec<_> = two.shares.iter().map(|one| one.dimension).collect();
        assert_eq!(dimensions, Dimension::ALL);
    }

    #[test]
    fn hours_are_stored_for_ranges_within_the_last_week() {
        let now = Timestamp(1_000 * DAY + 5 * HOUR + 7);
        let week = Window::Week.start(now).floor(HOUR);
        let range = |start| ChartRange {
            start,
            ..ChartRange::of(Window::Hour, now)
        };
        assert_eq!(Breakdown::level(range(week), now), (Level::Hour, week));
        let before = week.plus(-1);
        assert_eq!(
            Breakdown::level(range(before), now),
            (Level::Day, before.floor(DAY))
        );
    }
}
