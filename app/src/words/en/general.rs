//! App Settings → General.

/// The page.
pub const TITLE: &str = "General";
/// What is here.
pub const LEAD: &str = "What this application is called, and who looks after it.";
/// The heading over its facts, and the field for its name.
pub const APPLICATION: &str = "Application";
/// The name's label.
pub const NAME: &str = "Name";
/// The zone's label.
pub const TIME_ZONE: &str = "Time zone";
/// What it does.
pub const TIME_ZONE_HINT: &str =
    "The dashboard shows times in it, to everybody; the API always speaks UTC.";
/// Saves both.
pub const SAVE: &str = "Save changes";
/// It worked.
pub const SAVED: &str = "Saved";
/// The id's label.
pub const ID: &str = "Application id";
/// Copies it.
pub const COPY_ID: &str = "Copy application id";
/// The account's label.
pub const ACCOUNT: &str = "Account";
/// The role's label.
pub const ROLE: &str = "Your role";
/// For those who read.
pub const READ_ONLY: &str = "An owner of the account can change these.";
