//! Instants as Unix milliseconds and their text formats in UTC. A date library would be too large for the browser.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Milliseconds in a second.
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
    /// Returns the instant `milliseconds` later, or earlier if negative. Saturates.
    #[must_use]
    pub const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// Returns the milliseconds from `earlier` to this instant. Saturates.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Rounds down to a multiple of `span` milliseconds.
    #[must_use]
    pub const fn floor(self, span: i64) -> Self {
        Self(self.0.div_euclid(span) * span)
    }

    /// Returns midnight UTC of a date of the proleptic Gregorian calendar, or `None` if the date does not exist or its year
    /// is not between 1970 and 9999.
    pub fn from_date(year: i64, month: i64, day: i64) -> Option<Self> {
        let midnight = Self(days_from_civil(year, month, day) * DAY);
        let real = (1970..=9999).contains(&year) && midnight.date() == (year, month, day);
        real.then_some(midnight)
    }

    /// Parses a date in the format of `<input type="date">`, `YYYY-MM-DD`, as midnight UTC.
    pub fn parse_date(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '-').map(|part| {
            let plain = (2..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
            plain.then(|| part.parse::<i64>().ok()).flatten()
        });
        Self::from_date(parts.next()??, parts.next()??, parts.next()??)
    }

    /// Parses an instant in the format of RFC 3339, such as `2026-11-23T14:05:09.123Z` or `2026-11-23T15:05:09+01:00`.
    /// Digits beyond milliseconds are dropped.
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
            (time, sign * parse_clock(ahead)?)
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
        let in_day = parse_clock(minutes)? + seconds * SECOND + millis;
        Some(Self::parse_date(date)?.plus(in_day - offset))
    }

    /// Returns the year, month (1 to 12) and day (1 to 31) in UTC.
    pub const fn date(self) -> (i64, i64, i64) {
        civil_from_days(self.0.div_euclid(DAY))
    }

    /// Formats the date in UTC as `2026-11-23`.
    pub fn date_text(self) -> String {
        let (year, month, day) = self.date();
        format!("{year:04}-{month:02}-{day:02}")
    }

    /// Formats the date in UTC as `23 Nov 2026`.
    pub fn readable_date(self) -> String {
        const MONTHS: [&str; 12] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ];
        let (year, month, day) = self.date();
        let name = usize::try_from(month - 1)
            .ok()
            .and_then(|m| MONTHS.get(m))
            .unwrap_or(&"");
        format!("{day} {name} {year}")
    }

    /// Formats the time of day in UTC as `14:05`.
    pub fn clock(self) -> String {
        let in_day = self.0.rem_euclid(DAY);
        format!("{:02}:{:02}", in_day / HOUR, in_day % HOUR / MINUTE)
    }

    /// Formats the instant as `23 Nov 2026, 14:05 UTC`.
    pub fn readable(self) -> String {
        format!("{}, {} UTC", self.readable_date(), self.clock())
    }

    /// Formats the distance from `now`, rounded to its largest unit: `just now`, `5 minutes ago`, `in 3 days`.
    pub fn relative_to(self, now: Self) -> String {
        let distance = now.since(self);
        let Some((count, unit)) = rounded(distance.abs()) else {
            let text = if distance < 0 {
                "in a moment"
            } else {
                "just now"
            };
            return text.into();
        };
        let plural = if count == 1 { "" } else { "s" };
        if distance < 0 {
            format!("in {count} {unit}{plural}")
        } else {
            format!("{count} {unit}{plural} ago")
        }
    }
}

/// Rounds a length of time in milliseconds to its largest unit: hours up to a day, days up to 60, then months of 30 days up to
/// two years. `None` for less than a minute.
fn rounded(ms: i64) -> Option<(i64, &'static str)> {
    let units = [
        (MINUTE, "minute", 60),
        (HOUR, "hour", 24),
        (DAY, "day", 60),
        (30 * DAY, "month", 24),
        (365 * DAY, "year", i64::MAX),
    ];
    units
        .into_iter()
        .find_map(|(unit, name, end)| {
            let count = rounded_count(ms, unit);
            (count < end).then_some((count, name))
        })
        .filter(|_| ms >= MINUTE)
}

/// How often a unit fits into a length of time, rounded half up.
pub const fn rounded_count(ms: i64, unit: i64) -> i64 {
    (ms + unit / 2) / unit
}

/// The present, and how local time differs from UTC then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalNow {
    /// The present.
    pub now: Timestamp,
    /// Milliseconds that local time is ahead of UTC.
    pub offset: i64,
}

impl LocalNow {
    /// Returns the start of a local day, given as midnight UTC. Off by the change if clocks change until then.
    pub const fn midnight(self, day: Timestamp) -> Timestamp {
        day.plus(-self.offset)
    }
}

/// Parses `hh:mm` as milliseconds.
fn parse_clock(text: &str) -> Option<i64> {
    let (hours, minutes) = text.split_once(':')?;
    Some(two_digits(hours, 23)? * HOUR + two_digits(minutes, 59)? * MINUTE)
}

/// Parses two digits with a value of at most `max`.
fn two_digits(text: &str, max: i64) -> Option<i64> {
    let plain = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    let number = plain.then(|| text.parse().ok()).flatten()?;
    (number <= max).then_some(number)
}

/// Formats as RFC 3339 in UTC with milliseconds: `2026-11-23T14:05:09.123Z`.
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

/// Returns the days since 1970-01-01 of a Gregorian date (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
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
    fn instants_are_formatted_as_rfc_3339() {
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
    fn dates_that_do_not_exist_are_invalid() {
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
    fn a_distance_is_rounded_to_its_largest_unit() {
        let now = Timestamp(10_000 * DAY);
        for (ms, past, future) in [
            (0, "just now", "just now"),
            (1, "just now", "in a moment"),
            (MINUTE - 1, "just now", "in a moment"),
            (MINUTE, "1 minute ago", "in 1 minute"),
            (MINUTE + MINUTE / 2, "2 minutes ago", "in 2 minutes"),
            (5 * MINUTE, "5 minutes ago", "in 5 minutes"),
            (HOUR - MINUTE / 2 - 1, "59 minutes ago", "in 59 minutes"),
            (HOUR - MINUTE / 2, "1 hour ago", "in 1 hour"),
            (90 * MINUTE - 1, "1 hour ago", "in 1 hour"),
            (90 * MINUTE, "2 hours ago", "in 2 hours"),
            (DAY - HOUR / 2 - 1, "23 hours ago", "in 23 hours"),
            (DAY - HOUR / 2, "1 day ago", "in 1 day"),
            (47 * HOUR, "2 days ago", "in 2 days"),
            (59 * DAY + 12 * HOUR - 1, "59 days ago", "in 59 days"),
            (59 * DAY + 12 * HOUR, "2 months ago", "in 2 months"),
            (704 * DAY, "23 months ago", "in 23 months"),
            (705 * DAY, "2 years ago", "in 2 years"),
            (1_095 * DAY, "3 years ago", "in 3 years"),
        ] {
            assert_eq!(now.plus(-ms).relative_to(now), past, "{ms}");
            assert_eq!(now.plus(ms).relative_to(now), future, "{ms}");
        }
    }

    #[test]
    fn every_day_of_400_years_follows_the_gregorian_calendar() {
        let (mut year, mut month, mut day) = (1970, 1, 1);
        for days in 0..146_097 {
            let midnight = Timestamp(days * DAY);
            assert_eq!(midnight.date(), (year, month, day));
            assert_eq!(Timestamp::from_date(year, month, day), Some(midnight));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!((year, month, day), (2370, 1, 1));
        assert!(Timestamp::from_date(9999, 12, 31).is_some());
        assert_eq!(Timestamp::from_date(10_000, 1, 1), None);
        assert_eq!(Timestamp::from_date(1969, 12, 31), None);
    }

    #[test]
    fn an_instant_is_readable_in_utc() {
        assert_eq!(
            Timestamp(1_795_442_709_123).readable(),
            "23 Nov 2026, 14:05 UTC"
        );
        assert_eq!(Timestamp(0).readable(), "1 Jan 1970, 00:00 UTC");
        assert_eq!(Timestamp(-1).readable(), "31 Dec 1969, 23:59 UTC");
    }

    #[test]
    fn an_instant_is_parsed_with_any_offset() {
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

    #[test]
    fn a_local_day_starts_earlier_where_local_time_is_ahead() {
        let (now, offset) = (Timestamp(0), 2 * HOUR);
        let midnight = LocalNow { now, offset }.midnight(Timestamp(DAY));
        assert_eq!(midnight, Timestamp(22 * HOUR));
    }

    proptest::proptest! {
        #[test]
        fn every_instant_is_parsed_back(ms in 0_i64..253_402_300_800_000) {
            proptest::prop_assert_eq!(Timestamp::parse(&Timestamp(ms).to_string()), Some(Timestamp(ms)));
        }

        #[test]
        fn any_text_is_parsed_without_a_panic(text in "[-0-9TtZz:.+ü]{0,40}") {
            _ = Timestamp::parse(&text);
        }

        #[test]
        fn every_date_is_parsed_back(days in 0_i64..2_932_896) {
            let midnight = Timestamp(days * DAY);
            proptest::prop_assert_eq!(Timestamp::parse_date(&midnight.date_text()), Some(midnight));
        }
    }
}
