//! The one time that a secret is in sight.

/// The name of the dialog.
pub const TITLE: &str = "Save your credentials";
/// Why it matters now.
pub const ONCE: &str =
    "This is the only time the secret key is shown. Store it now: nobody can show it again.";
/// The label of the public id.
pub const KEY: &str = "API key";
/// What copies it.
pub const COPY_KEY: &str = "Copy API key";
/// The label of the secret.
pub const SECRET: &str = "Secret key";
/// What copies it.
pub const COPY_SECRET: &str = "Copy secret key";
/// What offers both as a file.
pub const DOWNLOAD: &str = "Download .env";
/// Before the line for a terminal.
pub const TRY: &str = "Try it, with the secret key in the variable LATCHKEY_SECRET_KEY:";
/// The box that must be ticked.
pub const STORED: &str = "I have stored this secret";
/// What closes the dialog.
pub const DONE: &str = "Done";
/// The box was not ticked.
pub const NOT_TICKED: &str =
    "You have not ticked that the secret is stored. Once this is closed, it cannot be shown again.";
/// What closes it all the same.
pub const CLOSE: &str = "Close without storing";
/// Until a program uses the key.
pub const WAITING: &str = "Waiting for the first request…";
/// Once one has; the address follows.
pub const RECEIVED: &str = "First request received";
/// Where nothing waits.
pub const LATER: &str =
    "After the first request, the page of the key says when it came and from where.";

/// From where it came.
pub fn received(address: &str) -> String {
    if address.is_empty() {
        format!("{RECEIVED}.")
    } else {
        format!("{RECEIVED}, from {address}.")
    }
}
