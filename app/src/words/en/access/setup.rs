//! The setup page of the first run.

pub const TAB: &str = "Set up · Latchkey";
/// The heading, the link and the button.
pub const SET_UP: &str = "Set up Latchkey";
pub const TOKEN: &str = "Setup token";
pub const TOKEN_HINT: &str = "Printed on the server's console when it starts.";
pub const WRONG_TOKEN: &str = "Incorrect setup token. Copy it again from the server's console.";
pub const ACCOUNT: &str = "Account";
pub const ACCOUNT_HINT: &str = "The name of your business.";
pub const APPLICATION: &str = "Application";
pub const APPLICATION_HINT: &str = "What the keys are for, for example “Web shop”.";
pub const EMAIL: &str = "Email";
pub const PASSWORD: &str = "Password";
pub const PASSWORD_HINT: &str = "At least 15 characters. A few unrelated words work well.";
pub const ALREADY_SET_UP: &str = "Latchkey is already set up. Sign in instead.";
