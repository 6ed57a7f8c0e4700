//! Which events somebody wants to see.

use super::{Kind, Severity};
use crate::key::token::KeyId;

/// Whether somebody has seen to an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventState {
    /// Nobody has.
    #[default]
    Open,
    /// Somebody has.
    Acknowledged,
    /// Either.
    All,
}

impl EventState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Open, Self::Acknowledged, Self::All];

    /// As it stands in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::All => "all",
        }
    }
}

/// Which events; the default is those that nobody has acknowledged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this kind.
    pub kind: Option<Kind>,
    /// This grave.
    pub severity: Option<Severity>,
    /// Whether somebody has seen to them.
    pub state: EventState,
    /// About this key.
    pub key: Option<KeyId>,
}

impl EventFilter {
    /// What a link means; what cannot be read narrows nothing.
    pub fn parse(kind: &str, severity: &str, state: &str, key: Option<KeyId>) -> Self {
        let mut states = EventState::ALL.into_iter();
        Self {
            kind: Kind::parse(kind),
            severity: Severity::parse(severity),
            state: states
                .find(|each| each.as_str() == state)
                .unwrap_or_default(),
            key,
        }
    }
}
