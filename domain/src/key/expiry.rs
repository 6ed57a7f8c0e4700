//! When a key ends.

use crate::{
    Invalid,
    time::{DAY, Timestamp},
};

/// What the select box offers, as (value, words); the value is what [`Expiry::parse`] reads.
pub const CHOICES: [(&str, &str); 7] = [
    ("7", "7 days"),
    ("30", "30 days"),
    ("60", "60 days"),
    ("90", "90 days"),
    ("365", "1 year"),
    ("custom", "Custom date"),
    ("never", "Never"),
];

/// What a key that exists offers besides: the end that it has.
pub const KEEP: &str = "keep";

/// Chosen beforehand.
pub const DEFAULT_CHOICE: &str = "90";

/// The last day on which a key may end is this many days ahead.
const FURTHEST_DAYS: i64 = 3_650;

/// When a key ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// From this instant on it is refused.
    At(Timestamp),
    /// It does not.
    Never,
}

impl Expiry {
    /// Reads the select box and, for `custom`, the date beside it: the key ends with that day, in UTC.
    ///
    /// # Errors
    /// Where the choice is not offered, or the date does not exist, has passed, or is more than ten years ahead.
    pub fn parse(choice: &str, custom_date: &str, now: Timestamp) -> Result<Self, Invalid> {
        match choice {
            "never" => Ok(Self::Never),
            "custom" => {
                let end = Timestamp::parse_date(custom_date)
                    .ok_or_else(|| {
                        Invalid::new("Enter the last day on which the key should work.")
                    })?
                    .plus(DAY);
                if end <= now {
                    return Err(Invalid::new(
                        "This day has passed. Choose today or a later day.",
                    ));
                }
                if end.since(now) > FURTHEST_DAYS * DAY {
                    return Err(Invalid::new(
                        "A key can end ten years from now at the latest, or never.",
                    ));
                }
                Ok(Self::At(end))
            }
            days => CHOICES
                .iter()
                .find(|(value, _)| *value == days)
                .and_then(|(value, _)| value.parse::<i64>().ok())
                .map(|days| Self::At(now.plus(days * DAY)))
                .ok_or_else(|| Invalid::new("Choose when the key should expire.")),
        }
    }

    /// [`Expiry::parse`] for a key that ends at `present`, which [`KEEP`] keeps.
    ///
    /// # Errors
    /// As [`Expiry::parse`].
    pub fn parse_change(
        choice: &str,
        custom_date: &str,
        present: Self,
        now: Timestamp,
    ) -> Result<Self, Invalid> {
        if choice == KEEP {
            return Ok(present);
        }
        Self::parse(choice, custom_date, now)
    }

    /// The instant, where there is one.
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

    const NOW: Timestamp = Timestamp(20_780 * DAY + 5);

    #[test]
    fn presets_count_from_now() {
        assert_eq!(
            Expiry::parse("90", "", NOW),
            Ok(Expiry::At(NOW.plus(90 * DAY)))
        );
        assert_eq!(Expiry::parse("never", "", NOW), Ok(Expiry::Never));
        assert!(Expiry::parse("91", "", NOW).is_err());
    }

    #[test]
    fn a_key_that_exists_may_keep_its_end_to_the_millisecond() {
        for present in [Expiry::At(NOW.plus(12_345)), Expiry::Never] {
            assert_eq!(Expiry::parse_change(KEEP, "", present, NOW), Ok(present));
        }
        assert!(
            Expiry::parse(KEEP, "", NOW).is_err(),
            "a new key has nothing to keep"
        );
    }

    #[test]
    fn a_custom_date_lasts_to_the_end_of_its_day() {
        let today = NOW.date_text();
        assert_eq!(
            Expiry::parse("custom", &today, NOW),
            Ok(Expiry::At(Timestamp(20_781 * DAY)))
        );
        for bad in [
            "",
            "yesterday",
            "1969-12-31",
            "2020-01-01",
            "9999-12-31",
            "2027-02-30",
        ] {
            assert!(Expiry::parse("custom", bad, NOW).is_err(), "{bad}");
        }
    }
}
