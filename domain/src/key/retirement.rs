//! The end of an old secret after a new one was made.

use super::{
    KeySummary,
    expiry::Expiry,
    state::{IllegalMove, State},
};
use crate::{
    Invalid,
    time::{DAY, HOUR, Timestamp},
    usage::{Bucket, Series, local::Local},
};
use serde::{Deserialize, Serialize};

/// What the select box offers, as (value, words, milliseconds); the value is what [`Retirement::parse`] reads.
pub const CHOICES: [(&str, &str, i64); 5] = [
    ("now", "Now", 0),
    ("1h", "In 1 hour", HOUR),
    ("24h", "In 24 hours", DAY),
    ("3d", "In 3 days", 3 * DAY),
    ("7d", "In 7 days", 7 * DAY),
];

/// The choice with a number of hours beside it.
pub const CUSTOM: &str = "custom";

/// Chosen beforehand.
pub const DEFAULT_CHOICE: &str = "24h";

/// An old secret works so long after the regeneration at most, in milliseconds.
pub const LONGEST: i64 = 30 * DAY;

/// So much longer than it ever paused before an old secret has to be quiet to count as unused.
pub const QUIET: i64 = HOUR;

/// What was asked for with a new secret.
#[derive(Clone, Copy, Debug)]
pub struct Regeneration {
    /// How long the old secret still works.
    pub retirement: Retirement,
    /// When the new key ends.
    pub expiry: Expiry,
    /// Somebody else may know the old secret.
    pub compromised: bool,
}

/// How long an old secret still works, counted from the moment of the choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retirement {
    /// Milliseconds; zero ends it now.
    pub grace: i64,
}

impl Retirement {
    /// It ends now.
    pub const NOW: Self = Self { grace: 0 };

    /// Reads the select box and, for [`CUSTOM`], the hours beside it. An empty choice is the usual one: now where the
    /// secret may be compromised, in 24 hours where not.
    ///
    /// # Errors
    /// Where the choice is not offered, or the hours are no whole number from 1 to 720.
    pub fn parse(choice: &str, hours: &str, compromised: bool) -> Result<Self, Invalid> {
        let choice = match (choice, compromised) {
            ("", true) => "now",
            ("", false) => DEFAULT_CHOICE,
            (choice, _) => choice,
        };
        let grace = if choice == CUSTOM {
            hours
                .trim()
                .parse::<i64>()
                .ok()
                .filter(|hours| (1..=LONGEST / HOUR).contains(hours))
                .map(|hours| hours * HOUR)
                .ok_or_else(|| {
                    Invalid::new("Enter a whole number of hours from 1 to 720, which is 30 days.")
                })?
        } else {
            CHOICES
                .iter()
                .find(|row| row.0 == choice)
                .map(|row| row.2)
                .ok_or_else(|| Invalid::new("Choose when the old secret ends."))?
        };
        Ok(Self { grace })
    }

    /// The instant at which the secret of a key ends that was regenerated at `since`: never past the key's own end.
    ///
    /// # Errors
    /// Where it would be later than 30 days after the regeneration.
    pub fn end(
        self,
        since: Timestamp,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Timestamp, Invalid> {
        let end = now.plus(self.grace);
        let end = expires_at.map_or(end, |expiry| end.min(expiry));
        if end.since(since) > LONGEST {
            return Err(Invalid(format!(
                "An old secret can work for 30 days after it was regenerated: until {} at the latest.",
                since.plus(LONGEST).readable()
            )));
        }
        Ok(end)
    }
}

impl KeySummary {
    /// Whether its secret can be regenerated.
    ///
    /// # Errors
    /// Where the key is revoked, or its secret was regenerated before.
    pub const fn may_regenerate(&self) -> Result<(), IllegalMove> {
        match (&self.state, self.replaced_by) {
            (State::Revoked { .. }, _) => Err(IllegalMove::Revoked),
            (_, Some(_)) => Err(IllegalMove::Replaced),
            _ => Ok(()),
        }
    }
}

/// An old key and the one in its place, since the regeneration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotation {
    /// When the secret was regenerated.
    pub since: Timestamp,
    /// Calls of the old key since then.
    pub old: Bucket,
    /// Calls of the new one.
    pub new: Bucket,
    /// The calls of both over time, while the old one still ends.
    pub both: Option<Both>,
    /// Whether the old one is still needed.
    pub quiet: Quiet,
    /// The clock.
    pub now: Timestamp,
}

/// An old key and the one in its place over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Both {
    /// Calls of the old key.
    pub old: Series,
    /// Calls of the new one, over the same range.
    pub new: Series,
    /// The zone of its times.
    pub local: Local,
}

/// How long an old key has been quiet, and how long that has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// Milliseconds since its last accepted call; `None` where there never was one.
    pub for_ms: Option<i64>,
    /// Its longest pause, in milliseconds, in the days before it was regenerated; zero where it had none.
    pub pause_ms: i64,
}

impl Quiet {
    /// `hours` are the beginnings of the hours with an accepted call before the regeneration, the oldest first.
    pub fn of(
        hours: impl IntoIterator<Item = Timestamp>,
        last_call: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let mut before: Option<Timestamp> = None;
        let mut pause_ms = 0;
        for hour in hours {
            // Two hours in a row are no pause.
            if let Some(gap) = before
                .map(|before| hour.since(before))
                .filter(|gap| *gap > HOUR)
            {
                pause_ms = pause_ms.max(gap);
            }
            before = Some(hour);
        }
        Self {
            for_ms: last_call.map(|last| now.since(last)),
            pause_ms,
        }
    }

    /// It has been quiet for an hour longer than it ever paused before; or it was never used.
    pub fn safe(self) -> bool {
        self.for_ms
            .is_none_or(|quiet| quiet >= self.pause_ms + QUIET)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(20_780 * DAY);

    #[test]
    fn what_is_offered_is_read_and_nothing_else() {
        for (choice, _, grace) in CHOICES {
            assert_eq!(
                Retirement::parse(choice, "", false),
                Ok(Retirement { grace })
            );
        }
        assert_eq!(
            Retirement::parse(CUSTOM, " 720 ", false),
            Ok(Retirement { grace: LONGEST })
        );
        for hours in ["", "0", "-1", "721", "1.5", "many"] {
            assert!(Retirement::parse(CUSTOM, hours, false).is_err(), "{hours}");
        }
        assert!(Retirement::parse("8d", "", false).is_err());
    }

    #[test]
    fn a_compromised_secret_ends_now_unless_somebody_chooses_otherwise() {
        assert_eq!(Retirement::parse("", "", true), Ok(Retirement::NOW));
        assert_eq!(
            Retirement::parse("", "", false),
            Ok(Retirement { grace: DAY })
        );
        assert_eq!(
            Retirement::parse("1h", "", true),
            Ok(Retirement { grace: HOUR })
        );
    }

    #[test]
    fn an_old_secret_ends_with_its_key_and_after_30_days_at_the_latest() {
        let week = Retirement { grace: 7 * DAY };
        assert_eq!(week.end(NOW, None, NOW), Ok(NOW.plus(7 * DAY)));
        assert_eq!(week.end(NOW, Some(NOW.plus(DAY)), NOW), Ok(NOW.plus(DAY)));
        assert!(week.end(NOW.plus(-24 * DAY), None, NOW).is_err());
        assert_eq!(
            week.end(NOW.plus(-23 * DAY), None, NOW),
            Ok(NOW.plus(7 * DAY))
        );
    }

    #[test]
    fn an_old_key_is_safe_to_retire_an_hour_after_its_longest_pause() {
        let hours = |hours: &[i64]| hours.iter().map(|n| NOW.plus(n * HOUR)).collect::<Vec<_>>();
        let busy = |quiet: i64| Quiet::of(hours(&[-30, -29, -28]), Some(NOW.plus(-quiet)), NOW);
        assert!(!busy(HOUR - 1).safe());
        assert!(busy(HOUR).safe());
        let nightly = |quiet: i64| Quiet::of(hours(&[-72, -48, -24]), Some(NOW.plus(-quiet)), NOW);
        assert_eq!(nightly(HOUR).pause_ms, 24 * HOUR);
        assert!(!nightly(25 * HOUR - 1).safe());
        assert!(nightly(25 * HOUR).safe());
        assert!(Quiet::of([], None, NOW).safe(), "it was never used");
    }
}
