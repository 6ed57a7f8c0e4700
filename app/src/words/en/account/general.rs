//! App Settings → General.

pub const TITLE: &str = "General";
pub const LEAD: &str = "This application's settings, and the account it belongs to.";
pub const APPLICATION: &str = "Application";
pub const NAME: &str = "Name";
pub const TIME_ZONE: &str = "Time zone";
pub const TIME_ZONE_HINT: &str = "Times in the dashboard use this zone; the API uses UTC.";
pub const SAVE: &str = "Save changes";
pub const ID: &str = "Application ID";
pub const COPY_ID: &str = "Copy application ID";
pub const ACCOUNT: &str = "Account";
pub const ROLE: &str = "Your role";
/// Shown to members who are not owners.
pub const READ_ONLY: &str = "Only owners can change these. Ask an owner of the account.";
