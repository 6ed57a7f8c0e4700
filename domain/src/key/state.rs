//! Where a key stands in its life, and the moves between.

use super::KeySummary;
use crate::time::{DAY, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where a key stands. `Revoked` is final; `Expired` follows from the clock alone and is never stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum State {
    /// It works.
    Active,
    /// Somebody switched it off, and may switch it on again.
    Inactive {
        /// Since when.
        at: Timestamp,
    },
    /// Its time is over.
    Expired {
        /// Since when.
        at: Timestamp,
    },
    /// It has been revoked, for ever.
    Revoked {
        /// When.
        at: Timestamp,
        /// In the words of whoever did it; may be empty.
        reason: String,
    },
}

/// The stored columns that decide a key's state.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why.
    pub revoked_reason: String,
    /// Since when it is switched off.
    pub deactivated_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When its only secret ends.
    pub retires_at: Option<Timestamp>,
}

/// A move that the rules do not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IllegalMove {
    /// Revocation is final.
    #[error("This key has been revoked. Revocation is final.")]
    Revoked,
    /// Only an active key can be switched off.
    #[error("This key is not active.")]
    NotActive,
    /// Only an inactive key can be switched on.
    #[error("This key is not deactivated.")]
    NotInactive,
    /// A key that is over cannot be changed.
    #[error(
        "This key has expired, and stays so: nothing about it can be changed. Create a new key."
    )]
    Ended,
    /// A key on which somebody may depend is not thrown away.
    #[error("The secret of this key has been stored or used. Revoke the key instead.")]
    InUse,
    /// Its secret was regenerated once: the next one belongs to the key that was made then.
    #[error(
        "The secret of this key has been regenerated already. Regenerate that of the key which replaced it."
    )]
    Replaced,
    /// Only the end of a key that is being retired can be moved.
    #[error("This key is not being retired, or its time is over.")]
    NotRetiring,
}

impl State {
    /// The state that the stored columns mean at `now`. The order is the gate's: revoked, inactive, expired.
    pub fn at(marks: Marks, now: Timestamp) -> Self {
        let ended = [marks.expires_at, marks.retires_at]
            .into_iter()
            .flatten()
            .min()
            .filter(|end| *end <= now);
        match (marks.revoked_at, marks.deactivated_at, ended) {
            (Some(at), ..) => Self::Revoked {
                at,
                reason: marks.revoked_reason,
            },
            (None, Some(at), _) => Self::Inactive { at },
            (None, None, Some(at)) => Self::Expired { at },
            (None, None, None) => Self::Active,
        }
    }

    /// The state after a revocation.
    ///
    /// # Errors
    /// Where it has been revoked before.
    pub fn revoke(&self, at: Timestamp, reason: String) -> Result<Self, IllegalMove> {
        match self {
            Self::Revoked { .. } => Err(IllegalMove::Revoked),
            _ => Ok(Self::Revoked { at, reason }),
        }
    }

    /// The state after switching off.
    ///
    /// # Errors
    /// Where the key is not active.
    pub const fn deactivate(&self, at: Timestamp) -> Result<Self, IllegalMove> {
        match self {
            Self::Active => Ok(Self::Inactive { at }),
            Self::Revoked { .. } => Err(IllegalMove::Revoked),
            _ => Err(IllegalMove::NotActive),
        }
    }

    /// The state after switching on again; the clock may still say `Expired`.
    ///
    /// # Errors
    /// Where the key is not inactive.
    pub const fn activate(&self) -> Result<Self, IllegalMove> {
        match self {
            Self::Inactive { .. } => Ok(Self::Active),
            Self::Revoked { .. } => Err(IllegalMove::Revoked),
            _ => Err(IllegalMove::NotInactive),
        }
    }

    /// The word in attributes and filters.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive { .. } => "inactive",
            Self::Expired { .. } => "expired",
            Self::Revoked { .. } => "revoked",
        }
    }
}

/// The word on the page.
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

/// What deserves a look beside the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Badge {
    /// An old secret still works until a date.
    Retiring,
    /// It ends within 7 days.
    ExpiresSoon,
    /// No call has been accepted yet.
    NeverUsed,
    /// No call has been accepted for 90 days.
    Idle,
    /// Nobody said that the secret is stored.
    SecretNotConfirmed,
}

impl Badge {
    /// The words on the page.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Retiring => "Retiring",
            Self::ExpiresSoon => "Expires soon",
            Self::NeverUsed => "Never used",
            Self::Idle => "Idle",
            Self::SecretNotConfirmed => "Secret not confirmed",
        }
    }
}

pub(super) fn badges(key: &KeySummary, now: Timestamp) -> Vec<Badge> {
    if !matches!(key.state, State::Active | State::Inactive { .. }) {
        return Vec::new();
    }
    let used = key.last_used.as_ref().map(|used| used.at);
    [
        key.retires_at.map(|_| Badge::Retiring),
        key.expires_at
            .filter(|end| end.since(now) <= 7 * DAY)
            .map(|_| Badge::ExpiresSoon),
        (key.confirmed_at.is_none() && used.is_none()).then_some(Badge::SecretNotConfirmed),
        used.is_none().then_some(Badge::NeverUsed),
        used.filter(|at| now.since(*at) >= 90 * DAY)
            .map(|_| Badge::Idle),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000);

    #[test]
    fn a_key_ends_at_its_instant_and_not_a_millisecond_before() {
        let ending = |at| {
            State::at(
                Marks {
                    expires_at: Some(Timestamp(at)),
                    ..Marks::default()
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
        assert_eq!(revoked.activate(), Err(IllegalMove::Revoked));
        assert_eq!(revoked.deactivate(NOW), Err(IllegalMove::Revoked));
        assert_eq!(
            revoked.revoke(NOW, String::new()),
            Err(IllegalMove::Revoked)
        );
    }

    #[test]
    fn deactivation_can_be_undone() {
        let off = State::Active.deactivate(NOW).expect("was active");
        assert_eq!(off.activate(), Ok(State::Active));
        assert_eq!(State::Active.activate(), Err(IllegalMove::NotInactive));
    }
}
