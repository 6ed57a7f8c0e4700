//! Filter of the security events.

use super::{EventKind, Severity};
use crate::key::token::KeyId;

/// Whether an event is acknowledged, as a filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum EventState {
    /// Not acknowledged.
    #[default]
    Open,
    Acknowledged,
    /// Open or acknowledged.
    All,
}

impl EventState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::All];

    /// The value in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::All => "all",
        }
    }
}

/// A filter of the security events. The default matches open events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct EventFilter {
    pub kind: Option<EventKind>,
    pub severity: Option<Severity>,
    pub state: EventState,
    pub key: Option<KeyId>,
}

impl EventFilter {
    /// Parses the query parameters of a link. Invalid values are ignored.
    pub fn parse(kind: &str, severity: &str, state: &str, key: Option<KeyId>) -> Self {
        let mut states = EventState::ALL.into_iter();
        Self {
            kind: EventKind::parse(kind),
            severity: Severity::parse(severity),
            state: states
                .find(|each| each.as_str() == state)
                .unwrap_or_default(),
            key,
        }
    }
}
