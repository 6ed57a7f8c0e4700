//! The doors: the beginning, the first run, the sign-in, and what is not there.

/// The browser's tab while the beginning leads elsewhere.
pub const HOME_TAB: &str = "Latchkey";
/// Somebody without an application.
pub const NO_APPLICATION: &str = "No application yet";
/// What helps.
pub const NO_APPLICATION_LEAD: &str =
    "You belong to no account with an application. Ask an owner to add you.";
/// The link for browsers that were not led.
pub const GO_ON: &str = "Go on to Latchkey";

/// The browser's tab.
pub const NOT_FOUND_TAB: &str = "Not found · Latchkey";
/// The heading.
pub const NOT_FOUND: &str = "Nothing here";
/// Why that may be.
pub const NOT_FOUND_LEAD: &str = "The address may be mistyped, or what was here is gone.";
/// The way out.
pub const TO_THE_BEGINNING: &str = "Go to the beginning";

/// The browser's tab.
pub const SIGN_IN_TAB: &str = "Sign in · Latchkey";
/// The heading and the button.
pub const SIGN_IN: &str = "Sign in";
/// The address's label.
pub const EMAIL: &str = "Email";
/// The password's label.
pub const PASSWORD: &str = "Password";
/// Neither is said to be the wrong one.
pub const NO_MATCH: &str = "E-mail address and password do not match. Check both, then try again.";
/// Before the link to the first run.
pub const NOBODY_YET: &str = "Nobody has an account yet. ";

/// The browser's tab.
pub const SETUP_TAB: &str = "Set up · Latchkey";
/// The heading, the link and the button.
pub const SET_UP: &str = "Set up Latchkey";
/// The token's label.
pub const TOKEN: &str = "Setup token";
/// Where it is.
pub const TOKEN_HINT: &str = "The server printed it on its console when it started.";
/// It is another one.
pub const WRONG_TOKEN: &str =
    "This is not the token that the server printed when it started. Copy it again.";
/// The account's label.
pub const ACCOUNT: &str = "Account";
/// What it is.
pub const ACCOUNT_HINT: &str = "Your business.";
/// The application's label.
pub const APPLICATION: &str = "Application";
/// What it is.
pub const APPLICATION_HINT: &str = "What the keys are for, such as “Web shop”.";
/// What makes a good one.
pub const PASSWORD_HINT: &str = "At least 15 characters; a few unrelated words do well.";
/// Somebody was quicker.
pub const SET_UP_ALREADY: &str = "Latchkey has been set up already. Sign in instead.";
