//! What stands around every page.

/// The side navigation.
pub const NAVIGATION: &str = "Main";
/// The application at a glance.
pub const OVERVIEW: &str = "Overview";
/// The heading over the pages of an application.
pub const APP_SETTINGS: &str = "App Settings";
/// The list of keys.
pub const API_KEYS: &str = "API Keys";
/// Single calls.
pub const REQUESTS: &str = "Requests";
/// The facts of an application.
pub const GENERAL: &str = "General";
/// What is out of the ordinary.
pub const SECURITY_EVENTS: &str = "Security events";
/// What was done, for owners.
pub const AUDIT_LOG: &str = "Audit log";
/// The heading over what support does.
pub const SUPPORT: &str = "Support";
/// What support does.
pub const LOOK_UP: &str = "Look up";
/// The choice of another application.
pub fn switch(application: &str) -> String {
    format!("Switch application, now {application}")
}
/// The choice of colours.
pub const COLOURS: &str = "Colours";
/// The account menu's name.
pub fn account_menu(email: &str) -> String {
    format!("Account menu, {email}")
}
/// The way out.
pub const SIGN_OUT: &str = "Sign out";
