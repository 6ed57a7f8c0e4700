//! The dialog that shows a new secret once.

pub const TITLE: &str = "Save your credentials";
pub const ONCE: &str = "Save your secret key now. You won't be able to see it again.";
pub const KEY: &str = "API key";
pub const COPY_KEY: &str = "Copy API key";
pub const SECRET: &str = "Secret key";
/// Beside the new secret of a key that replaces another one.
pub const OLD_SECRET: &str = "Old secret → this secret";
pub const COPY_SECRET: &str = "Copy secret key";
pub const DOWNLOAD: &str = "Download .env";
/// The heading of the code samples, which read the secret from an environment variable.
pub const TRY: &str = "Test your key";
pub const COPY_SAMPLE: &str = "Copy";
/// Copies a command for a shell behind [`EXPORT_SECRET`].
pub const COPY_WITH_SECRET: &str = "Copy with secret";
/// A command of a shell that sets the secret, which takes the place of `{secret}`.
pub const EXPORT_SECRET: &str = "export LATCHKEY_SECRET_KEY={secret}\n";
/// Copies [`export`].
pub const COPY_EXPORT: &str = "Copy export";
pub const STORED: &str = "I have stored this secret";
pub const DONE: &str = "Done";
/// Shown if the dialog is closed without [`STORED`].
pub const NOT_TICKED: &str = "Close without saving the secret? You won't be able to see it again.";
pub const CLOSE: &str = "Close anyway";
pub const WAITING: &str = "Waiting for the first request…";
/// Shown if the page does not wait for the first request.
pub const LATER: &str = "Your first request will appear on the key's page.";

/// Commands of a shell that set the credentials; the secret takes the place of `{secret}`.
pub fn export(key: &str) -> String {
    format!("export LATCHKEY_API_KEY={key}\n{EXPORT_SECRET}")
}

/// The first request; `address` may be empty.
pub fn received(address: &str) -> String {
    if address.is_empty() {
        "First request received.".to_owned()
    } else {
        format!("First request received from {address}.")
    }
}
