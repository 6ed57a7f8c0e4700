//! Instants as Unix milliseconds, and their text in UTC. A date library would cost the browser more than it gives.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds in a second, a minute, an hour, a day.
pub const SECOND: i64 = 1_000;
/// Milliseconds in a minute.
pub const MINUTE: i64 = 60 * SECOND;
/// Milliseconds in an hour.
pub const HOUR: i64 = 60 * MINUTE;
/// Milliseconds in a day.
pub const DAY: i64 = 24 * HOUR;

/// An instant: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `milliseconds` later (earlier, where negative); saturates.
    #[must_use]
    pub const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds from `earlier` to this instant; saturates.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The beginning of the bucket of `span` milliseconds that this instant is in.
    #[must_use]
    pub const fn floor(self, span: i64) -> Self {
        Self(self.0.div_euclid(span) * span)
    }

    /// Midnight UTC of a date of the proleptic Gregorian calendar, or `None` where there is no such date
    /// between the years 1970 and 9999.
    pub fn from_date(year: i64, month: i64, day: i64) -> Option<Self> {
        let midnight = Self(days_from_civil(year, month, day) * DAY);
        let real = (1970..=9999).contains(&year) && midnight.date() == (year, month, day);
        real.then_some(midnight)
    }

    /// Midnight UTC of a `YYYY-MM-DD` date, as `<input type="date">` sends it.
    pub fn parse_date(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '-').map(|part| {
            let plain = (2..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse::<i64>().ok()).flatten()
        });
        Self::from_date(parts.next()??, parts.next()??, parts.next()??)
    }

    /// Reads an instant of RFC 3339, such as `2026-11-23T14:05:09.123Z` or `2026-11-23T15:05:09+01:00`; what is finer than
    /// a millisecond is dropped.
    pub fn parse(text: &str) -> Option<Self> {
        let (date, time) = text.split_at_checked(10)?;
        let time = time.strip_prefix(['T', 't'])?;
        let (time, offset) = if let Some(time) = time.strip_suffix(['Z', 'z']) {
            (time, 0)
        } else {
            let (time, offset) = time.split_at_checked(time.len().checked_sub(6)?)?;
            let (sign, ahead) = offset.split_at_checked(1)?;
            let sign = match sign {
                "+" => 1,
                "-" => -1,
                _ => return None,
            };
            (time, sign * clock(ahead, 23)?)
        };
        let (whole, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let (minutes, seconds) = whole.split_at_checked(5)?;
        let seconds = two_digits(seconds.strip_prefix(':')?, 59)?;
        if fraction.is_empty() || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let millis = fraction
            .bytes()
            .chain(*b"00")
            .take(3)
            .fold(0, |millis, digit| millis * 10 + i64::from(digit - b'0'));
        let in_day = clock(minutes, 23)? + seconds * SECOND + millis;
        Some(Self::parse_date(date)?.plus(in_day - offset))
    }

    /// Year, month (1 to 12) and day (1 to 31) in UTC.
    pub const fn date(self) -> (i64, i64, i64) {
        civil_from_days(self.0.div_euclid(DAY))
    }

    /// `2026-11-23`, in UTC.
    pub fn date_text(self) -> String {
        let (year, month, day) = self.date();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// `23 Nov 2026, 14:05 UTC`.
    pub fn readable(self) -> String {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let (year, month, day) = self.date();
        let name = usize::try_from(month - 1)
            .ok()
            .and_then(|m| MONTHS.get(m))
            .unwrap_or(&"");
        let in_day = self.0.rem_euclid(DAY);
        format!(
            "{day} {name} {year}, {:02}:{:02} UTC",
            in_day / HOUR,
            in_day % HOUR / MINUTE
        )
    }

    /// How far this instant is from `now`, in the largest whole unit: `just now`, `5 minutes ago`, `in 3 days`.
    pub fn relative_to(self, now: Self) -> String {
        let distance = now.since(self);
        let (count, unit) = match distance.abs() {
            ms if ms < MINUTE => {
                return if distance < 0 {
                    "in a moment"
                } else {
                    "just now"
                }
                .into();
            }
            ms if ms < HOUR => (ms / MINUTE, "minute"),
            ms if ms < DAY => (ms / HOUR, "hour"),
            ms if ms < 60 * DAY => (ms / DAY, "day"),
            ms if ms < 730 * DAY => (ms / (30 * DAY), "month"),
            ms => (ms / (365 * DAY), "year"),
        };
        let plural = if count == 1 { "" } else { "s" };
        if distance < 0 {
            format!("in {count} {unit}{plural}")
        } else {
            format!("{count} {unit}{plural} ago")
        }
    }
}

/// Milliseconds of `hh:mm`.
fn clock(text: &str, most_hours: i64) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    Some(two_digits(hours, most_hours)? * HOUR + two_digits(minutes, 59)? * MINUTE)
}

fn two_digits(text: &str, most: i64) -> Option<i64> {
    let plain = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let number = plain.then(|| text.parse().ok()).flatten()?;
    (number <= most).then_some(number)
}

/// RFC 3339 in UTC with milliseconds: `2026-11-23T14:05:09.123Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.date();
        let in_day = self.0.rem_euclid(DAY);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            in_day / HOUR,
            in_day % HOUR / MINUTE,
            in_day % MINUTE / SECOND,
            in_day % SECOND
        )
    }
}

/// Days since 1970-01-01 of a Gregorian date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
const fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse of [`days_from_civil`], from the same source.
const fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_instants_read_as_they_should() {
        assert_eq!(Timestamp(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(
            Timestamp(951_782_400_000).to_string(),
            "2000-02-29T00:00:00.000Z"
        );
        assert_eq!(
            Timestamp(1_795_442_709_123).to_string(),
            "2026-11-23T14:05:09.123Z"
        );
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-1-1x",
            "",
            "12026-01-01",
            "2026-+1-01",
        ] {
            assert_eq!(Timestamp::parse_date(text), None, "{text}");
        }
        assert!(Timestamp::parse_date("2028-02-29").is_some());
    }

    #[test]
    fn distance_is_said_in_the_largest_unit() {
        let now = Timestamp(1_000 * DAY);
        assert_eq!(now.plus(-5 * MINUTE).relative_to(now), "5 minutes ago");
        assert_eq!(now.plus(DAY).relative_to(now), "in 1 day");
        assert_eq!(now.relative_to(now), "just now");
    }

    #[test]
    fn an_instant_is_read_whatever_its_offset() {
        let at = Some(Timestamp(1_795_442_709_123));
        for text in [
            "2026-11-23T14:05:09.123Z",
            "2026-11-23t14:05:09.123999z",
            "2026-11-23T15:05:09.123+01:00",
            "2026-11-23T08:35:09.123-05:30",
        ] {
            assert_eq!(Timestamp::parse(text), at, "{text}");
        }
        assert_eq!(
            Timestamp::parse("2026-11-23T14:05:09Z"),
            at.map(|at| at.plus(-123))
        );
        for text in [
            "",
            "2026-11-23",
            "2026-11-23T14:05:09",
            "2026-11-23T24:05:09Z",
            "2026-11-23T14:60:09Z",
            "2026-11-23T14:05:9Z",
            "2026-11-23T14:05:09.Z",
            "2026-11-23T14:05:09.1x3Z",
            "2026-11-23T14:05:09+24:00",
            "2026-02-29T14:05:09Z",
            "2026-11-2314:05:09ZZ",
            "ü026-11-23T14:05:09Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_instant_comes_back(ms in 0_i64..253_402_300_800_000) {
            proptest::prop_assert_eq!(Timestamp::parse(&Timestamp(ms).to_string()), Some(Timestamp(ms)));
        }

        #[test]
        fn no_text_panics(text in "[-0-9TtZz:.+ü]{0,40}") {
            _ = Timestamp::parse(&text);
        }

        #[test]
        fn every_date_comes_back(days in 0_i64..2_932_896) {
            let midnight = Timestamp(days * DAY);
            proptest::prop_assert_eq!(Timestamp::parse_date(&midnight.date_text()), Some(midnight));
        }
    }
}
