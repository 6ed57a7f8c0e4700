//! The dialog that confirms the deactivation of a key that is in use.

/// The title of the dialog.
pub fn title(name: &str) -> String {
    format!("Deactivate {name}?")
}
pub const CONSEQUENCE: &str = "Requests that use this key will fail until you activate it again.";
