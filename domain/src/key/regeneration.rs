//! Regeneration of a key, and the grace period of the old secret.

use super::{
    KeySummary,
    expiry::Expiry,
    state::{IllegalTransition, State},
};
use crate::{
    Invalid,
    time::{DAY, HOUR, Timestamp},
};

/// The options of the select box, as (value for [`GracePeriod::parse`], label, milliseconds).
pub const CHOICES: [(&str, &str, i64); 5] = [
    ("now", "Now", 0),
    ("1h", "In 1 hour", HOUR),
    ("24h", "In 24 hours", DAY),
    ("3d", "In 3 days", 3 * DAY),
    ("7d", "In 7 days", 7 * DAY),
];

/// The option with a separate number of hours.
pub const CUSTOM: &str = "custom";

/// The preselected option.
pub const DEFAULT_CHOICE: &str = "24h";

/// An old secret works at most this many milliseconds after the regeneration.
pub const MAX_GRACE: i64 = 30 * DAY;

/// The options of a regeneration.
#[derive(Clone, Copy, Debug)]
pub struct Regeneration {
    /// How long the old secret keeps working.
    pub grace_period: GracePeriod,
    /// The expiry of the new key.
    pub expiry: Expiry,
    /// Whether the old secret may be compromised.
    pub compromised: bool,
}

/// How long an old secret keeps working, counted from the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GracePeriod {
    /// Milliseconds; zero ends the old secret immediately.
    pub grace: i64,
}

impl GracePeriod {
    /// The old secret ends immediately.
    pub const NOW: Self = Self { grace: 0 };

    /// Parses the select box and, for [`CUSTOM`], the number of hours. An empty option means now if the secret may be
    /// compromised, otherwise in 24 hours.
    ///
    /// # Errors
    /// If the option is unknown, or the hours are not an integer from 1 to 720.
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
                .filter(|hours| (1..=MAX_GRACE / HOUR).contains(hours))
                .map(|hours| hours * HOUR)
                .ok_or_else(|| {
                    Invalid::new("Enter a whole number of hours from 1 to 720 (30 days).")
                })?
        } else {
            CHOICES
                .iter()
                .find(|row| row.0 == choice)
                .map(|row| row.2)
                .ok_or_else(|| Invalid::new("Choose when the old key stops working."))?
        };
        Ok(Self { grace })
    }

    /// Returns when the old secret of a key regenerated at `since` stops working: at the latest when the key expires.
    ///
    /// # Errors
    /// If that is more than 30 days after the regeneration.
    pub fn end(
        self,
        since: Timestamp,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Timestamp, Invalid> {
        let end = now.plus(self.grace);
        let end = expires_at.map_or(end, |expiry| end.min(expiry));
        if end.since(since) > MAX_GRACE {
            return Err(Invalid(format!(
                "The old key can work for up to 30 days after rotation. Choose a time before {}.",
                since.plus(MAX_GRACE).readable()
            )));
        }
        Ok(end)
    }
}

impl KeySummary {
    /// Checks that the secret can be regenerated.
    ///
    /// # Errors
    /// If the key is revoked, or its secret was already regenerated.
    pub const fn may_regenerate(&self) -> Result<(), IllegalTransition> {
        match (&self.state, self.replaced_by) {
            (State::Revoked { .. }, _) => Err(IllegalTransition::Revoked),
            (_, Some(_)) => Err(IllegalTransition::Replaced),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(20_780 * DAY);

    #[test]
    fn the_options_are_hours_and_days() {
        let hours = CHOICES.map(|(_, _, duration)| duration / HOUR);
        assert_eq!(hours, [0, 1, 24, 72, 168]);
    }

    #[test]
    fn only_offered_options_are_parsed() {
        for (choice, _, grace) in CHOICES {
            assert_eq!(
                GracePeriod::parse(choice, "", false),
                Ok(GracePeriod { grace })
            );
        }
        assert_eq!(
            GracePeriod::parse(CUSTOM, " 720 ", false),
            Ok(GracePeriod { grace: MAX_GRACE })
        );
        for hours in ["", "0", "-1", "721", "1.5", "many"] {
            assert!(GracePeriod::parse(CUSTOM, hours, false).is_err(), "{hours}");
        }
        assert!(GracePeriod::parse("8d", "", false).is_err());
    }

    #[test]
    fn a_compromised_secret_ends_immediately_by_default() {
        assert_eq!(GracePeriod::parse("", "", true), Ok(GracePeriod::NOW));
        assert_eq!(
            GracePeriod::parse("", "", false),
            Ok(GracePeriod { grace: DAY })
        );
        assert_eq!(
            GracePeriod::parse("1h", "", true),
            Ok(GracePeriod { grace: HOUR })
        );
    }

    #[test]
    fn an_old_secret_ends_when_its_key_expires_and_within_30_days() {
        let week = GracePeriod { grace: 7 * DAY };
        assert_eq!(week.end(NOW, None, NOW), Ok(NOW.plus(7 * DAY)));
        assert_eq!(week.end(NOW, Some(NOW.plus(DAY)), NOW), Ok(NOW.plus(DAY)));
        assert!(week.end(NOW.plus(-24 * DAY), None, NOW).is_err());
        assert_eq!(
            week.end(NOW.plus(-23 * DAY), None, NOW),
            Ok(NOW.plus(7 * DAY))
        );
    }

    #[test]
    fn a_custom_grace_period_has_1_to_720_hours() {
        for (hours, grace) in [("1", HOUR), ("2", 2 * HOUR), ("720", 720 * HOUR)] {
            assert_eq!(
                GracePeriod::parse(CUSTOM, hours, true),
                Ok(GracePeriod { grace })
            );
        }
        assert_eq!(MAX_GRACE, 2_592_000_000);
    }
}
