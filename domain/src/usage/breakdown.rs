//! What the calls of a key have in common.

use super::{Bucket, Outcome, Range, Window};
use crate::time::{DAY, HOUR, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// By what calls are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The client's address.
    Address,
    /// Method and path.
    Route,
    /// The scope that the called door asked for; a call that needs two counts for both.
    Scope,
    /// What the client calls itself.
    UserAgent,
    /// The code with which the gate refused. Alone among these it is counted for calls without the right secret too: the
    /// codes are a closed set, which nobody fills with values of their own.
    Refusal,
}

impl Dimension {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 5] = [
        Self::Address,
        Self::Route,
        Self::Scope,
        Self::UserAgent,
        Self::Refusal,
    ];

    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Route => "route",
            Self::Scope => "scope",
            Self::UserAgent => "user_agent",
            Self::Refusal => "refusal",
        }
    }

    /// Reads [`Dimension::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|dimension| dimension.as_str() == text)
    }
}

/// The value that stands for all those beyond the bound of what is told apart. No header can hold it.
pub const OTHERS: &str = "…";

/// A stored sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// By what.
    pub dimension: Dimension,
    /// Its value; empty where it is unknown, or nothing was asked for.
    pub value: String,
    /// What became of the calls.
    pub outcome: Outcome,
    /// How many there were.
    pub calls: i64,
}

/// The calls with one value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The value; empty where it is unknown, or nothing was asked for.
    pub value: String,
    /// The calls.
    pub calls: Bucket,
}

/// The values of one dimension.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shares {
    /// Which.
    pub dimension: Dimension,
    /// The most frequent ones, the first the most.
    pub top: Vec<Share>,
    /// The calls with all other values.
    pub rest: Bucket,
}

/// The calls of a key, told apart in five ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breakdown {
    /// Since when: the beginning of an hour or a day.
    pub since: Timestamp,
    /// One of each dimension, in the order of [`Dimension::ALL`].
    pub shares: Vec<Shares>,
}

impl Breakdown {
    /// Sums stored parts; `most` values of each dimension are named.
    pub fn new(since: Timestamp, parts: impl IntoIterator<Item = Part>, most: usize) -> Self {
        let mut sums: BTreeMap<(Dimension, String), Bucket> = BTreeMap::new();
        for part in parts {
            sums.entry((part.dimension, part.value))
                .or_default()
                .add(part.outcome, part.calls);
        }
        let shares = Dimension::ALL.map(|dimension| {
            let mut rest = Bucket::default();
            let mut top = Vec::new();
            for ((_, value), calls) in sums.iter().filter(|((of, _), _)| *of == dimension) {
                if value == OTHERS {
                    rest = rest.plus(*calls);
                } else {
                    top.push(Share {
                        value: value.clone(),
                        calls: *calls,
                    });
                }
            }
            // Stable: equals stay in the order of their text.
            top.sort_by_key(|share| std::cmp::Reverse(share.calls.total()));
            for share in top.drain(most.min(top.len())..) {
                rest = rest.plus(share.calls);
            }
            Shares {
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

    /// Milliseconds of the stored sums that a range is made of, and the beginning of the first: of hours, where the range
    /// lies within the last week, else of days.
    pub fn span(range: Range, now: Timestamp) -> (i64, Timestamp) {
        let recent = range.start >= Window::Week.start(now).floor(HOUR);
        let span = if recent { HOUR } else { DAY };
        (span, range.start.floor(span))
    }

    /// The values of a dimension.
    pub fn of(&self, dimension: Dimension) -> Option<&Shares> {
        self.shares
            .iter()
            .find(|shares| shares.dimension == dimension)
    }
}

/// Whose calls end with a key: those that passed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Impact {
    /// Calls that passed in the last 60 seconds.
    pub last_minute: i64,
    /// In the last 24 hours, to the hour.
    pub day: i64,
    /// What they had in common.
    pub day_by: Breakdown,
    /// In the last 7 days, to the hour.
    pub week: i64,
    /// What they had in common.
    pub week_by: Breakdown,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(value: &str, outcome: Outcome, calls: i64) -> Part {
        Part {
            dimension: Dimension::Route,
            value: value.into(),
            outcome,
            calls,
        }
    }

    #[test]
    fn the_most_frequent_values_are_named_and_all_others_counted() {
        let parts = [
            part("GET /a", Outcome::Accepted, 1),
            part("GET /b", Outcome::Accepted, 5),
            part("GET /b", Outcome::Refused, 2),
            part("GET /c", Outcome::Accepted, 3),
            part(OTHERS, Outcome::Accepted, 100),
        ];
        let breakdown = Breakdown::new(Timestamp(0), parts, 2);
        let routes = breakdown.of(Dimension::Route).expect("there");
        let named: Vec<_> = routes
            .top
            .iter()
            .map(|share| (share.value.as_str(), share.calls.total()))
            .collect();
        assert_eq!(named, [("GET /b", 7), ("GET /c", 3)]);
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
    fn a_breakdown_covers_its_window() {
        let now = Timestamp(1_000 * DAY + 5 * HOUR + 7);
        for window in Window::ALL {
            let (span, since) = Breakdown::span(Range::of(window, now), now);
            assert!(since <= window.start(now) && since.0 % span == 0);
            let by_hour = matches!(window, Window::Hour | Window::Day | Window::Week);
            assert_eq!(span, if by_hour { HOUR } else { DAY });
        }
    }
}
