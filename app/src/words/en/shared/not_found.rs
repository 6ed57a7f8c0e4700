//! The page for unknown URLs.

pub const TAB: &str = "Not found · Latchkey";
pub const TITLE: &str = "Page not found";
pub const LEAD: &str = "Check the URL, or go back to your dashboard.";
pub const TO_DASHBOARD: &str = "Go to dashboard";
