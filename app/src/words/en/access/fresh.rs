//! Entering the password again.

pub const PASSWORD: &str = "Password";
pub const WHY: &str = "Enter your password to continue. This changes who or what has access.";
/// The reason before a key is activated.
pub fn activate(mask: &str) -> String {
    format!("Enter your password to activate the key {mask}.")
}
/// The reason before the audit log is exported.
pub const EXPORT: &str = "Enter your password to export the audit log.";
pub const WRONG_PASSWORD: &str = "Incorrect password. Try again.";
