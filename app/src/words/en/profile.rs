//! The pages about the signed-in person.

pub const TAB: &str = "Profile · Latchkey";
pub const TITLE: &str = "Profile";
pub const LEAD: &str = "How you sign in, and how Latchkey looks for you.";
/// The heading of the navigation.
pub const HEADING: &str = "Your account";
/// The link out of these pages.
pub fn back_to(name: &str) -> String {
    format!("Back to {name}")
}

/// The heading above the email address and the password.
pub const SIGN_IN: &str = "Sign-in";
pub const EMAIL: &str = "Email";
