//! Passkeys: in the profile, at the sign-in, and where the password is asked for again.

pub const TITLE: &str = "Passkeys";
pub const LEAD: &str = "Sign in with your fingerprint, face or screen lock, or with a security key: after your password, or instead of it.";
/// In place of the list.
pub const NONE: &str = "You have no passkeys yet.";
pub const ADD: &str = "Add a passkey";
pub const ADDED: &str = "Added ";
/// Between two times.
pub const LAST_USED: &str = ", last used ";
pub const NEVER_USED: &str = ", never used";
/// After the rest: another password was set since it was used last.
pub const PASSWORD_FIRST: &str =
    ". Signs you in on its own again after you use it with your password.";
pub const RENAME: &str = "Rename";
pub const REMOVE: &str = "Remove";
/// The accessible name of a link.
pub fn rename(name: &str) -> String {
    format!("Rename {name}")
}
/// The accessible name of a link.
pub fn remove(name: &str) -> String {
    format!("Remove {name}")
}

// Adding one.
pub const NEW_LEAD: &str = "Your browser asks you to save a passkey on this device, on your phone, or on a security key. Nothing secret leaves it.";
pub const NAME: &str = "Name";
pub const NAME_HINT: &str = "Helps you tell your passkeys apart, for example the device's name.";
pub const CREATE: &str = "Create passkey";
/// The challenge was answered too late, or by another session.
pub const EXPIRED: &str = "That took too long. Start again.";

/// In a browser without JavaScript, or without passkeys.
pub const NEEDS_JS: &str =
    "Passkeys need JavaScript and a browser that supports them. You can't add or use one here.";

// Changing one.
pub const RENAME_TITLE: &str = "Rename passkey";
pub const RENAME_LEAD: &str = "The name is only for you.";
pub const SAVE: &str = "Save name";
pub const REMOVE_TITLE: &str = "Remove passkey";
pub const REMOVE_LEAD: &str = "This passkey stops working. Other sessions are signed out. Also delete it from your device, password manager or security key.";
pub const REMOVE_NOW: &str = "Remove passkey";

// Using one.
pub const SIGN_IN: &str = "Sign in with a passkey";
/// Between two ways to go on.
pub const OR: &str = "or";
pub const USE: &str = "Use a passkey";
/// Below a field for the password.
pub const USE_INSTEAD: &str = "Use a passkey instead";
/// The same for an unknown passkey and a wrong answer.
pub const NOT_ACCEPTED: &str = "This passkey wasn't accepted. Try again, or use another way.";
/// The browser says why in a window of its own.
pub const CANCELLED: &str = "No passkey was used. Try again, or use another way.";
pub const ALREADY_HERE: &str = "There is a passkey for you already. Choose another device.";
/// Announced where a form can be sent in several ways.
pub const CONFIRMED: &str = "Confirmed. You can continue.";
