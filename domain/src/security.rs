//! What somebody ought to know about a key or an account: kinds of events, how grave they are, from how many calls on
//! they are told, and what can be done about them.

mod event;
mod familiar;
mod filter;
mod kind;

pub use event::{
    Acknowledged, EventCursor, EventId, EventKey, EventPage, LONGEST_NOTE, OpenEvents, Raised,
    SecurityEvent,
};
pub use familiar::{
    DORMANT, Habit, LEARNING, MOST_SIGHTINGS, Sighting, has_room, is_new, network, product, woke,
};
pub use filter::{EventFilter, EventState};
pub use kind::{Kind, Remedy, Severity};

use crate::time::{DAY, MINUTE};

/// Calls are counted towards [`Kind::threshold`] within 10 minutes from the first.
pub const WINDOW: i64 = 10 * MINUTE;
/// What happens again within 24 hours adds to the event that is there; afterwards, and once somebody has acknowledged
/// that one, it is another.
pub const QUIET: i64 = DAY;
/// Below so many refusals within [`WINDOW`] nobody asks whether they are more than usual.
pub const MANY_REFUSALS: i64 = 20;
/// Fewer calls than these make no baseline.
const BASELINE_CALLS: i64 = 100;
/// What is at least so many times the usual share of refusals is far above it.
const FAR_ABOVE: i64 = 5;
/// How far back the usual share of refusals is looked for: 7 days.
pub const BASELINE: i64 = 7 * DAY;

/// Calls, and how many of them were refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// All.
    pub calls: i64,
    /// The refused ones.
    pub refused: i64,
}

/// Whether refusals are far above what is usual for a key: at least [`MANY_REFUSALS`], a fifth of all calls, and five
/// times the share that was usual over at least 100 calls.
pub const fn rose(now: Share, usual: Share) -> bool {
    let share = now.refused.saturating_mul(usual.calls);
    let far = usual
        .refused
        .saturating_mul(now.calls)
        .saturating_mul(FAR_ABOVE);
    now.refused >= MANY_REFUSALS
        && now.refused.saturating_mul(5) >= now.calls
        && usual.calls >= BASELINE_CALLS
        && share >= far
}

#[cfg(test)]
mod tests;
