//! All that a chart shows.

use super::{
    Series,
    local::Local,
    reported::{Answers, Reported},
};
use crate::{audit::Action, time::Timestamp};
use serde::{Deserialize, Serialize};

/// Calls over time, with what explains them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chart {
    /// What became of the calls.
    pub series: Series,
    /// What services reported of those that they let in.
    pub reported: Reported,
    /// The same for each bar of the series; none where nothing was reported.
    pub answers: Vec<Answers>,
    /// The zone of its times.
    pub local: Local,
    /// What was changed meanwhile, the oldest first.
    pub marks: Vec<Mark>,
    /// What is wrong with the range that was asked for; the last day is shown in its place.
    pub problem: Option<String>,
}

/// A change that may show in the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When.
    pub at: Timestamp,
    /// What was done.
    pub action: Action,
}

impl Mark {
    /// Whether calls may go another way after it.
    pub const fn matters(action: Action) -> bool {
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
