//! How instants are written.

/// The language of dates, as `Intl` knows it.
pub const LOCALE: &str = "en-GB";
