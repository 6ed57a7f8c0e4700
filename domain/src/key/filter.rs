//! Which keys a list shows.

use super::Environment;

/// The status a list is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// Works now.
    Active,
    /// Switched off.
    Inactive,
    /// Its time is over.
    Expired,
    /// Revoked.
    Revoked,
}

impl StatusFilter {
    /// All of them, with the value in links and the word on the page.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Active, "active", "Active"),
        (Self::Inactive, "inactive", "Inactive"),
        (Self::Expired, "expired", "Expired"),
        (Self::Revoked, "revoked", "Revoked"),
    ];

    /// The value in links.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// Reads [`StatusFilter::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == text).map(|row| row.0)
    }
}

/// Which keys a list shows; the default shows all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Text in the name, or a public key id or its beginning; empty for any.
    pub search: String,
    /// Only keys in this status.
    pub status: Option<StatusFilter>,
    /// Only live, or only test keys.
    pub environment: Option<Environment>,
}

impl KeyFilter {
    /// Whether it leaves anything out.
    pub fn is_narrow(&self) -> bool {
        *self != Self::default()
    }
}
