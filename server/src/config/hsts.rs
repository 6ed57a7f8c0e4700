//! `Strict-Transport-Security`.

/// The hosts for which browsers must use HTTPS (RFC 6797). Browsers remember it for a year, so the default covers only the
/// host of `LATCHKEY_PUBLIC_URL`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hsts {
    /// The server's host.
    #[default]
    Host,
    /// Its subdomains too.
    Subdomains,
    /// The same, and the host may be added to the preload lists of browsers.
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

    /// Parses a value of `LATCHKEY_HSTS`.
    pub fn parse(text: &str) -> Option<Self> {
        let row = Self::ALL.iter().find(|row| row.1 == text)?;
        Some(row.0)
    }

    /// Returns the value of the header, where it is sent.
    pub fn header(self) -> Option<&'static str> {
        Self::ALL.iter().find(|row| row.0 == self)?.2
    }
}
