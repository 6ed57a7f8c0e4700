//! The expiry of a key.

use crate::{
    Invalid,
    time::{DAY, Timestamp},
};

/// The options of the select box, as (value for [`Expiry::parse`], label).
pub const CHOICES: [(&str, &str); 7] = [
    ("7", "7 days"),
    ("30", "30 days"),
    ("60", "60 days"),
    ("90", "90 days"),
    ("365", "1 year"),
    ("custom", "Custom date"),
    ("never", "Never"),
];

/// The additional option when editing a key: keep the current expiry.
pub const KEEP: &str = "keep";

/// The preselected option.
pub const DEFAULT_CHOICE: &str = "90";

/// A key expires at most this many days from now.
const MAX_DAYS: i64 = 3_650;

/// When a key expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Expiry {
    /// The first instant at which the key is refused.
    At(Timestamp),
    Never,
}

impl Expiry {
    /// Parses the select box and, for `custom`, the date field. The key expires a millisecond before the next day begins, so that
    /// the expiry is shown with the date that was entered. `midnight` returns the start of a day, which it is given as midnight UTC.
    ///
    /// # Errors
    /// If the option is unknown, or the date is invalid, in the past or more than ten years from now.
    pub fn parse(
        choice: &str,
        custom_date: &str,
        now: Timestamp,
        midnight: impl Fn(Timestamp) -> Timestamp,
    ) -> Result<Self, Invalid> {
        if choice != "custom" {
            return Self::of_choice(choice, now);
        }
        let day = Timestamp::parse_date(custom_date)
            .ok_or_else(|| Invalid::new("Enter the last day the key should work."))?;
        let end = midnight(day.plus(DAY)).plus(-1);
        if end <= now {
            return Err(Invalid::new("This day has passed. Choose today or later."));
        }
        if end.since(now) > MAX_DAYS * DAY {
            return Err(Invalid::new(
                "Choose a day within the next 10 years, or choose Never.",
            ));
        }
        Ok(Self::At(end))
    }

    /// Parses an option of the select box other than `custom`.
    ///
    /// # Errors
    /// If there is no such option.
    pub fn of_choice(choice: &str, now: Timestamp) -> Result<Self, Invalid> {
        match choice {
            "never" => Ok(Self::Never),
            days => CHOICES
                .iter()
                .find(|(value, _)| *value == days)
                .and_then(|(value, _)| value.parse::<i64>().ok())
                .map(|days| Self::At(now.plus(days * DAY)))
                .ok_or_else(|| Invalid::new("Choose an expiration.")),
        }
    }

    /// Parses the form of an existing key, whose expiry `current` is kept by [`KEEP`].
    ///
    /// # Errors
    /// As [`Expiry::parse`].
    pub fn parse_change(
        choice: &str,
        custom_date: &str,
        current: Self,
        now: Timestamp,
        midnight: impl Fn(Timestamp) -> Timestamp,
    ) -> Result<Self, Invalid> {
        if choice == KEEP {
            return Ok(current);
        }
        Self::parse(choice, custom_date, now, midnight)
    }

    /// Returns the instant of expiry, or `None` for [`Expiry::Never`].
    pub const fn at(self) -> Option<Timestamp> {
        match self {
            Self::At(at) => Some(at),
            Self::Never => None,
        }
    }
}

impl From<Option<Timestamp>> for Expiry {
    fn from(at: Option<Timestamp>) -> Self {
        at.map_or(Self::Never, Self::At)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR;
    use std::convert::identity;

    const NOW: Timestamp = Timestamp(20_780 * DAY + 5);

    #[test]
    fn an_option_in_days_counts_from_now() {
        assert_eq!(
            Expiry::of_choice("90", NOW),
            Ok(Expiry::At(NOW.plus(90 * DAY)))
        );
        assert_eq!(Expiry::of_choice("never", NOW), Ok(Expiry::Never));
        for unknown in ["91", "custom", ""] {
            assert!(Expiry::of_choice(unknown, NOW).is_err(), "{unknown}");
        }
    }

    #[test]
    fn an_edit_keeps_the_expiry_to_the_millisecond() {
        for current in [Expiry::At(NOW.plus(12_345)), Expiry::Never] {
            let kept = Expiry::parse_change(KEEP, "", current, NOW, identity);
            assert_eq!(kept, Ok(current));
        }
        assert!(
            Expiry::of_choice(KEEP, NOW).is_err(),
            "a new key has no expiry to keep"
        );
    }

    #[test]
    fn a_custom_date_expires_at_the_end_of_its_day() {
        let today = NOW.date_text();
        assert_eq!(
            Expiry::parse("custom", &today, NOW, identity),
            Ok(Expiry::At(Timestamp(20_781 * DAY - 1)))
        );
        for bad in [
            "",
            "yesterday",
            "1969-12-31",
            "2020-01-01",
            "9999-12-31",
            "2027-02-30",
        ] {
            let parsed = Expiry::parse("custom", bad, NOW, identity);
            assert!(parsed.is_err(), "{bad}");
        }
    }

    #[test]
    fn a_custom_date_is_today_or_later_and_at_most_ten_years_ahead() {
        let start_of_day = Timestamp(20_780 * DAY);
        let at = |days: i64| start_of_day.plus(days * DAY).date_text();
        for (days, valid) in [(-1, false), (0, true), (3_649, true), (3_650, false)] {
            let parsed = Expiry::parse("custom", &at(days), start_of_day, identity);
            assert_eq!(parsed.is_ok(), valid, "{days}");
        }
    }

    #[test]
    fn the_day_of_a_custom_date_is_the_one_of_the_time_zone() {
        // Honolulu is ten hours behind UTC: the 20,779th day ends there ten hours into the 20,780th of UTC.
        let honolulu = |day: Timestamp| day.plus(10 * HOUR);
        let now = Timestamp(20_780 * DAY + 9 * HOUR);
        let yesterday = Timestamp(20_779 * DAY).date_text();
        let parsed = Expiry::parse("custom", &yesterday, now, honolulu);
        assert_eq!(
            parsed,
            Ok(Expiry::At(Timestamp(20_780 * DAY + 10 * HOUR - 1)))
        );
        let parsed = Expiry::parse("custom", &yesterday, now.plus(HOUR), honolulu);
        assert!(parsed.is_err(), "the day has passed there too");
    }

    #[test]
    fn an_expiry_is_an_optional_instant() {
        for at in [Some(NOW), None] {
            assert_eq!(Expiry::from(at).at(), at);
        }
    }

    #[test]
    fn an_edit_can_choose_a_new_expiry() {
        let parsed = Expiry::parse_change("7", "", Expiry::Never, NOW, identity);
        assert_eq!(parsed, Ok(Expiry::At(NOW.plus(7 * DAY))));
    }
}
