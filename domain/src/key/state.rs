//! The states of a key and the transitions between them.

use crate::{field_values::FieldValues, time::Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The state of a key. `Revoked` is final. `Expired` is computed from the clock and never stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum State {
    Active,
    /// Deactivated; can be activated again.
    Inactive {
        /// The time of the deactivation.
        at: Timestamp,
    },
    /// Expired, or retired after a regeneration.
    Expired {
        /// The time of the expiry.
        at: Timestamp,
    },
    /// Revoked permanently.
    Revoked {
        /// The time of the revocation.
        at: Timestamp,
        /// The reason that was given; possibly empty.
        reason: String,
    },
}

/// The stored columns from which a key's state is computed.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct StateColumns {
    pub revoked_at: Option<Timestamp>,
    pub revoked_reason: String,
    pub deactivated_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    /// When the old secret stops working after a regeneration.
    pub retires_at: Option<Timestamp>,
}

/// An operation that the state of the key does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalTransition {
    /// Revocation is final.
    #[error("This key is already revoked. Create a new key if you need one.")]
    Revoked,
    /// Only an active key can be deactivated.
    #[error("This key isn't active. Reload the page to see its status.")]
    NotActive,
    /// Only an inactive key can be activated.
    #[error("This key isn't deactivated. Reload the page to see its status.")]
    NotInactive,
    /// An expired or retired key cannot be edited.
    #[error("This key has expired and can't be edited. Create a new key.")]
    Ended,
    /// A key that may be in use cannot be discarded.
    #[error("This key's secret was saved or used. Revoke the key instead.")]
    InUse,
    /// A key is regenerated once; the next regeneration is one of its replacement.
    #[error("This key was already rotated. Rotate its replacement instead.")]
    Replaced,
    /// Only a retiring key's grace period can be changed.
    #[error("This key isn't being replaced, or it has already stopped working.")]
    NotRetiring,
}

impl State {
    /// Computes the state at `now` in the gate's order: revoked, inactive, expired.
    pub fn at(columns: StateColumns, now: Timestamp) -> Self {
        let ended = [columns.expires_at, columns.retires_at]
            .into_iter()
            .flatten()
            .min()
            .filter(|end| *end <= now);
        match (columns.revoked_at, columns.deactivated_at, ended) {
            (Some(at), ..) => Self::Revoked {
                at,
                reason: columns.revoked_reason,
            },
            (None, Some(at), _) => Self::Inactive { at },
            (None, None, Some(at)) => Self::Expired { at },
            (None, None, None) => Self::Active,
        }
    }

    /// Returns the state after a revocation.
    ///
    /// # Errors
    /// If the key is already revoked.
    pub fn revoke(&self, at: Timestamp, reason: String) -> Result<Self, IllegalTransition> {
        match self {
            Self::Revoked { .. } => Err(IllegalTransition::Revoked),
            _ => Ok(Self::Revoked { at, reason }),
        }
    }

    /// Returns the state after a deactivation.
    ///
    /// # Errors
    /// If the key is not active.
    pub const fn deactivate(&self, at: Timestamp) -> Result<Self, IllegalTransition> {
        match self {
            Self::Active => Ok(Self::Inactive { at }),
            Self::Revoked { .. } => Err(IllegalTransition::Revoked),
            _ => Err(IllegalTransition::NotActive),
        }
    }

    /// Returns the state after an activation. The key may still be expired by the clock.
    ///
    /// # Errors
    /// If the key is not inactive.
    pub const fn activate(&self) -> Result<Self, IllegalTransition> {
        match self {
            Self::Inactive { .. } => Ok(Self::Active),
            Self::Revoked { .. } => Err(IllegalTransition::Revoked),
            _ => Err(IllegalTransition::NotInactive),
        }
    }

    /// The value in attributes and filters.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive { .. } => "inactive",
            Self::Expired { .. } => "expired",
            Self::Revoked { .. } => "revoked",
        }
    }
}

/// The label on pages.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Active => "Active",
            Self::Inactive { .. } => "Inactive",
            Self::Expired { .. } => "Expired",
            Self::Revoked { .. } => "Revoked",
        })
    }
}

impl From<&State> for FieldValues {
    fn from(state: &State) -> Self {
        Self::of("status", state.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    #[test]
    fn a_key_expires_at_its_instant_and_not_a_millisecond_before() {
        let ending = |at| {
            State::at(
                StateColumns {
                    expires_at: Some(Timestamp(at)),
                    ..StateColumns::default()
                },
                NOW,
            )
        };
        assert_eq!(ending(1_001), State::Active);
        assert_eq!(ending(1_000), State::Expired { at: NOW });
        assert_eq!(ending(999), State::Expired { at: Timestamp(999) });
    }

    #[test]
    fn revocation_is_final() {
        let revoked = State::Active.revoke(NOW, String::new()).expect("first");
        assert_eq!(revoked.activate(), Err(IllegalTransition::Revoked));
        assert_eq!(revoked.deactivate(NOW), Err(IllegalTransition::Revoked));
        assert_eq!(
            revoked.revoke(NOW, String::new()),
            Err(IllegalTransition::Revoked)
        );
    }

    #[test]
    fn deactivation_can_be_undone() {
        let off = State::Active.deactivate(NOW).expect("was active");
        assert_eq!(off.activate(), Ok(State::Active));
        assert_eq!(
            State::Active.activate(),
            Err(IllegalTransition::NotInactive)
        );
    }

    #[test]
    fn the_state_is_revoked_before_inactive_before_expired() {
        let marks = |revoked: bool, inactive: bool, expires: i64, retires: i64| StateColumns {
            revoked_at: revoked.then_some(Timestamp(1)),
            revoked_reason: "leaked".into(),
            deactivated_at: inactive.then_some(Timestamp(2)),
            expires_at: Some(Timestamp(expires)),
            retires_at: Some(Timestamp(retires)),
        };
        let revoked = State::Revoked {
            at: Timestamp(1),
            reason: "leaked".into(),
        };
        let inactive = State::Inactive { at: Timestamp(2) };
        let expired = State::Expired { at: Timestamp(3) };
        for (columns, state) in [
            (marks(true, true, 3, 4), revoked),
            (marks(false, true, 3, 4), inactive),
            (marks(false, false, 3, 4), expired.clone()),
            (marks(false, false, 4, 3), expired.clone()),
            (marks(false, false, 2_000, 3), expired),
            (marks(false, false, 2_000, 2_000), State::Active),
        ] {
            assert_eq!(State::at(columns, NOW), state);
        }
    }

    #[test]
    fn a_revocation_records_its_time_and_reason() {
        let states = [
            State::Active,
            State::Inactive { at: Timestamp(1) },
            State::Expired { at: Timestamp(1) },
        ];
        for state in states {
            let revoked = state.revoke(NOW, "leaked".into()).expect("not revoked");
            let expected = State::Revoked {
                at: NOW,
                reason: "leaked".into(),
            };
            assert_eq!(revoked, expected);
        }
        let inactive = State::Inactive { at: Timestamp(1) };
        assert_eq!(inactive.deactivate(NOW), Err(IllegalTransition::NotActive));
    }

    #[test]
    fn a_state_is_recorded_as_a_status() {
        let status = FieldValues::from(&State::Active);
        assert_eq!(status, FieldValues::of("status", "active"));
    }
}
