//! Entering the password again.

/// The field's label.
pub const PASSWORD: &str = "Password";
/// Why it is asked for.
pub const WHY: &str =
    "You signed in a while ago. Enter your password again: this changes who or what has access.";
/// It was not theirs.
pub const WRONG_PASSWORD: &str = "This is not your password. Check it, then try again.";
