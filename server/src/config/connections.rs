//! How long connections stay open, and what browsers are told about https.

use super::Wrong;
use std::time::Duration;

/// For which hosts browsers are told to use https alone (RFC 6797). It cannot be taken back for a year: by default it is
/// for the host of `LATCHKEY_PUBLIC_URL` and no other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hsts {
    /// This host.
    #[default]
    Host,
    /// The hosts below it too.
    Subdomains,
    /// The same, and browsers may bring it along.
    Preload,
    /// None.
    Off,
}

impl Hsts {
    const ALL: [(Self, &'static str, Option<&'static str>); 4] = [
        (Self::Host, "host", Some("max-age=31536000")),
        (
            Self::Subdomains,
            "subdomains",
            Some("max-age=31536000; includeSubDomains"),
        ),
        (
            Self::Preload,
            "preload",
            Some("max-age=63072000; includeSubDomains; preload"),
        ),
        (Self::Off, "off", None),
    ];

    /// The value of `Strict-Transport-Security`, where it is sent.
    pub fn header(self) -> Option<&'static str> {
        Self::ALL.iter().find(|row| row.0 == self)?.2
    }
}

/// Reads `LATCHKEY_HSTS`.
pub(super) fn parse_hsts(text: Option<&str>) -> Result<Hsts, Wrong> {
    let text = text.unwrap_or("host");
    let row = Hsts::ALL.iter().find(|row| row.1 == text);
    row.map(|row| row.0).ok_or_else(|| {
        Wrong::value(
            "LATCHKEY_HSTS",
            text,
            "is no such choice",
            "host, subdomains, preload or off",
        )
    })
}

/// Reads `LATCHKEY_IDLE_TIMEOUT`.
pub(super) fn parse_idle(text: Option<&str>) -> Result<Duration, Wrong> {
    let text = text.unwrap_or("75");
    text.parse()
        .ok()
        .filter(|seconds| (1..=3_600).contains(seconds))
        .map(Duration::from_secs)
        .ok_or_else(|| {
            Wrong::value(
                "LATCHKEY_IDLE_TIMEOUT",
                text,
                "is no number of seconds",
                "a whole number from 1 to 3600",
            )
        })
}
