//! Security events of keys and accounts: kinds, severities, thresholds and remedies.

mod event;
mod filter;
mod habits;
mod kind;

pub use event::{
    Acknowledgement, EventCursor, EventId, EventKey, EventOccurrence, EventPage, MAX_NOTE_CHARS,
    OpenEventCounts, OpenKeyEvents, SecurityEvent,
};
pub use filter::{EventFilter, EventState};
pub use habits::{
    DORMANT_AFTER, Habit, KnownValue, LEARNING_PERIOD, MAX_KNOWN_VALUES, client_name, has_room,
    is_new, network, was_dormant,
};
pub use kind::{EventKind, Remedy, Severity};

use crate::time::{DAY, MINUTE};

/// Occurrences count towards [`EventKind::threshold`] within 10 minutes of the first one.
pub const THRESHOLD_WINDOW: i64 = 10 * MINUTE;
/// A repeated occurrence within 24 hours is merged into the open event. Later, or once that event is acknowledged, it
/// opens a new one.
pub const MERGE_PERIOD: i64 = DAY;
/// Fewer refusals than this within [`THRESHOLD_WINDOW`] are not compared with the baseline.
pub const MIN_REFUSALS: i64 = 20;
/// A baseline requires at least this many calls.
const MIN_BASELINE_CALLS: i64 = 100;
/// The share of refusals must be at least this many times the baseline's share.
const MIN_INCREASE: i64 = 5;
/// The period of the baseline: 7 days.
pub const BASELINE_PERIOD: i64 = 7 * DAY;

/// A number of calls and of the refused ones among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct RefusalCounts {
    pub calls: i64,
    pub refused: i64,
}

/// Whether a key's share of refusals is far above its baseline: at least [`MIN_REFUSALS`] refusals, a fifth of all calls,
/// and five times the share of a baseline of at least 100 calls.
pub const fn refusals_rose(now: RefusalCounts, baseline: RefusalCounts) -> bool {
    let share = now.refused.saturating_mul(baseline.calls);
    let far = baseline
        .refused
        .saturating_mul(now.calls)
        .saturating_mul(MIN_INCREASE);
    now.refused >= MIN_REFUSALS
        && now.refused.saturating_mul(5) >= now.calls
        && baseline.calls >= MIN_BASELINE_CALLS
        && share >= far
}

#[cfg(test)]
mod tests;
