//! The pages about the signed-in person.

pub const TAB: &str = "Profile · Latchkey";
pub const TITLE: &str = "Profile";
pub const LEAD: &str = "How you sign in, and your preferences.";
/// The heading of the navigation.
pub const HEADING: &str = "Your account";
/// The link out of these pages.
pub fn back_to(name: &str) -> String {
    format!("Back to {name}")
}

/// The heading above the email address and the password.
pub const SIGN_IN: &str = "Sign-in";
pub const EMAIL: &str = "Email";
/// The link, the title of the dialog and its button.
pub const CHANGE_EMAIL: &str = "Change email";
pub const NEW_EMAIL: &str = "New email";
pub const NEW_EMAIL_HINT: &str =
    "You sign in with it from now on. Owners see the change in the audit log.";
pub const PASSWORD: &str = "Password";
/// Shown to a person without one.
pub const NO_PASSWORD: &str = "None. You sign in through your identity provider.";
/// Instead of the form for another email address, for a person without a password.
pub const EMAIL_AT_PROVIDER: &str =
    "Your email address comes from your identity provider. Change it there, then sign in again.";
/// Instead of the form for another password, for a person without one.
pub const PASSWORD_BY_OWNER: &str = "You have no password: you sign in through your identity provider. To set one, ask an owner for a password reset link.";
/// The link, the title of the dialog and its button.
pub const CHANGE_PASSWORD: &str = "Change password";
pub const PASSWORD_CONSEQUENCE: &str =
    "Changing your password signs you out of every other browser and cancels password reset links.";
pub const CURRENT_PASSWORD: &str = "Current password";
pub const NEW_PASSWORD: &str = "New password";

/// The heading above the name and the preferences.
pub const PREFERENCES: &str = "Preferences";
pub const NAME: &str = "Name";
pub const NAME_HINT: &str = "Optional. Shown beside your email to members of your accounts.";
pub const TIME_ZONE: &str = "Time zone";
pub const TIME_ZONE_HINT: &str = "Times in the dashboard use this zone, for you only.";
/// The choice of no time zone.
pub const APPLICATION_ZONE: &str = "Same as the application";
pub const SHORTCUTS: &str = "Single-key shortcuts";
pub const SHORTCUTS_HINT: &str = "/, c, j, k and ?. Turn them off if you use speech input. Ctrl+K (⌘K on a Mac) still opens the command menu.";
pub const SAVE: &str = "Save changes";

/// The heading above the kinds of email.
pub const NOTIFICATIONS: &str = "Email notifications";
pub const NOTIFICATIONS_LEAD: &str = "You always get an email when your password, email address, two-factor authentication or single sign-on changes.";
/// A checkbox, and its hint.
pub const NEW_SIGN_INS: (&str, &str) = (
    "New sign-ins",
    "Someone signs in as you in a browser that you haven't used before, or is stopped there by a wrong code.",
);
pub const KEY_EXPIRY: (&str, &str) = (
    "Expiring keys",
    "7 days and 1 day before. For owners, all keys of their applications; for others, keys they created.",
);
pub const SECURITY_EVENTS: (&str, &str) = (
    "Critical security events",
    "For owners only. At most one email an hour for each account.",
);
pub const SAVE_NOTIFICATIONS: &str = "Save notifications";

pub const THEME_NOTE: &str = "Kept in this browser.";

/// The heading and the button.
pub const EVERYWHERE: &str = "Sign out everywhere";
pub const EVERYWHERE_NOTE: &str =
    "Ends all of your sessions, including this one. Keys keep working.";

pub const SESSIONS_TAB: &str = "Sessions · Latchkey";
pub const SESSIONS: &str = "Sessions";
pub const SESSIONS_LEAD: &str = "Browsers you're signed in with. A session ends after 30 minutes without activity, and 12 hours after you sign in.";
/// The badge of the session that reads the page.
pub const THIS_BROWSER: &str = "This browser";
/// Followed by a time.
pub const SEEN: &str = "last active ";
/// Followed by a time.
pub const SIGNED_IN: &str = "signed in ";
pub const END: &str = "Sign out";
/// The accessible name of the button; `since` is the time of the sign-in, which tells equal browsers apart.
pub fn end(device: &str, address: &str, since: &str) -> String {
    if address.is_empty() {
        format!("Sign out {device}, signed in {since}")
    } else {
        format!("Sign out {device}, {address}, signed in {since}")
    }
}
pub const END_OTHERS: &str = "Sign out all other sessions";
pub const SESSION_GONE: &str = "This session has already ended.";
