//! The start page, which redirects.

pub const TAB: &str = "Latchkey";
pub const NO_APPLICATION: &str = "No applications yet";
pub const NO_APPLICATION_LEAD: &str =
    "You don't have access to any applications yet. Ask an owner to add you.";
/// The link to the profile of a person without applications.
pub const YOUR_PROFILE: &str = "Your profile and sessions";
/// The link for browsers that do not follow the redirect.
pub const GO_ON: &str = "Continue to Latchkey";
