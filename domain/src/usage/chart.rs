//! The data of a usage chart.

use super::{
    Series,
    local::ZoneOffsets,
    reported::{ReportedCalls, StatusCounts},
};
use crate::{audit::Action, time::Timestamp};
use serde::{Deserialize, Serialize};

/// Calls over time with reported statuses and markers of changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// The calls by outcome.
    pub series: Series,
    /// The number of calls in the period before a window, see [`ChartRange::before`](super::ChartRange::before); `None` if a part of
    /// that period may be pruned.
    pub before: Option<i64>,
    /// Totals of the calls that services reported.
    pub reported: ReportedCalls,
    /// Reported calls per bar of the series; empty if none were reported.
    pub answers: Vec<StatusCounts>,
    /// The time zone of the chart.
    pub local: ZoneOffsets,
    /// Changes within the range, oldest first.
    pub markers: Vec<ChartMarker>,
    /// The error in the requested range; the chart then shows the last 24 hours.
    pub problem: Option<String>,
}

/// A change that may affect the number of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct ChartMarker {
    pub at: Timestamp,
    pub action: Action,
}

impl ChartMarker {
    /// Whether an action can change the outcome of calls.
    pub const fn affects_calls(action: Action) -> bool {
        matches!(
            action,
            Action::KeyCreated
                | Action::KeyChanged
                | Action::KeyRegenerated
                | Action::KeyDeactivated
                | Action::KeyActivated
                | Action::KeyRevoked
                | Action::AllKeysRevoked
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_changes_of_keys_affect_calls() {
        let affecting: Vec<_> = Action::all()
            .filter(|action| ChartMarker::affects_calls(*action))
            .map(Action::as_str)
            .collect();
        let expected = [
            "key.created",
            "key.changed",
            "key.regenerated",
            "key.deactivated",
            "key.activated",
            "key.revoked",
            "keys.revoked",
        ];
        assert_eq!(affecting, expected);
    }
}
