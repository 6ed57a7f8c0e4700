//! What support staff see of a key.

mod found;

pub use found::SupportFound;
