//! The catalogue of scopes.

pub const TITLE: &str = crate::words::frame::SCOPES;
pub const LEAD: &str = "Scopes that can be granted to an API key. Select one to see which keys have it. Scopes without a link are unused.";
/// The heading of what scopes are about.
pub const RESOURCE: &str = "Resource";
/// Read out before a scope that links to the keys that have it.
pub const KEYS_WITH: &str = "Keys with";
