//! The dialog that confirms the deactivation of a key that is in use.

/// The title of the dialog.
pub fn title(name: &str) -> String {
    format!("Deactivate {name}?")
}
pub const CONSEQUENCE: &str = "This key was used in the last hour. Requests that use it will fail until you activate it again.";
