//! Entering the password again.

/// The field's label.
pub const PASSWORD: &str = "Password";
/// Why it is asked for.
pub const WHY: &str =
    "You signed in a while ago. Enter your password again: this changes who or what has access.";
/// Why it is asked for before a key is activated.
pub fn activate(mask: &str) -> String {
    format!("You signed in a while ago. Enter your password again to activate the key {mask}.")
}
/// Why it is asked for before the audit log is exported.
pub const EXPORT: &str =
    "You signed in a while ago. Enter your password again to export the audit log.";
/// It was not theirs.
pub const WRONG_PASSWORD: &str = "This is not your password. Check it, then try again.";
