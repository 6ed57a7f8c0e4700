//! The format of dates.

/// The locale of dates, as a language tag for `Intl`.
pub const LOCALE: &str = "en-GB";
