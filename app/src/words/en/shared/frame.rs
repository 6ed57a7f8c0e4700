//! The navigation around every page.

/// The accessible name of the side navigation.
pub const NAVIGATION: &str = "Main";
/// The button that opens the command menu, and its keys.
pub const SEARCH: &str = "Search";
pub const SEARCH_KEYS: &str = "Ctrl/⌘ K";
/// The accessible name of the button that opens the navigation on a narrow screen.
pub const OPEN_NAVIGATION: &str = "Menu";
/// Above a page of which another version could not be fetched, followed by [`RETRY`].
pub const NOT_REFRESHED: &str = "Couldn't refresh";
pub const RETRY: &str = "Retry";
/// The heading of the settings' pages.
pub const SETTINGS: &str = "Settings";
/// The unit of the number beside "Security".
pub const CRITICAL_EVENTS: &str = "open critical events";
pub const OVERVIEW: &str = "Overview";
pub const API_KEYS: &str = "API Keys";
pub const REQUESTS: &str = "Requests";
pub const GENERAL: &str = "General";
pub const MEMBERS: &str = "Members";
pub const SECURITY_EVENTS: &str = "Security";
pub const SCOPES: &str = "Scopes";
pub const AUDIT_LOG: &str = "Audit log";
pub const SUPPORT: &str = "Support";
pub const LOOK_UP: &str = "Account lookup";
/// The accessible name of the application switcher.
pub fn switch(application: &str) -> String {
    format!("Switch application (current: {application})")
}
/// The accessible name of the choice between light, dark and system colors.
pub const COLOURS: &str = "Theme";
/// The accessible name of the account menu.
pub fn account_menu(email: &str) -> String {
    format!("Account menu for {email}")
}
/// Leads to the description of the API.
pub const API: &str = "API reference (OpenAPI)";
pub const SIGN_OUT: &str = "Sign out";
