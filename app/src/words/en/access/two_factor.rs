//! Two-factor authentication: the pages in the profile, and the second step of a sign-in.

use crate::words::common::tab_title;

pub const TITLE: &str = "Two-factor authentication";
/// In the navigation, where the title would not fit on a line.
pub const NAVIGATION: &str = "Two-factor";
pub const LEAD: &str = "A passkey or a code from an authenticator app in addition to your password, each time you sign in.";
/// For a person without a password.
pub const LEAD_WITHOUT_PASSWORD: &str = "A code from an authenticator app after you sign in at your identity provider, where an account requires it.";
/// The title in the browser's tab.
pub fn tab(title: &str) -> String {
    tab_title(title, crate::words::profile::TITLE)
}

// Turning it on.
pub const OFF: &str =
    "Two-factor authentication is off. Anyone who learns your password can sign in as you.";
/// For a person without a password.
pub const OFF_WITHOUT_PASSWORD: &str = "Your identity provider decides how you sign in. Set up an app only if another of your accounts requires it.";
/// The heading over the ways to turn it on: an app, and perhaps a passkey.
pub const fn ways(passkey: bool) -> &'static str {
    if passkey { "Choose a method" } else { METHOD }
}
pub const CHOOSE_HINT: &str =
    "A passkey is faster, and other sites can't use it. An authenticator app works on every phone.";
pub const SET_UP_APP: &str = "Set up an authenticator app";
pub const START: &str = "Set up two-factor authentication";
/// Shown over the form to a person whose account requires it.
pub const REQUIRED: &str =
    "Your account requires two-factor authentication. Set it up to continue.";
pub const SET_UP: &str = "Set up your authenticator app";
pub const SCAN: &str = "Scan this QR code with an authenticator app, such as the one built into your password manager or phone.";
/// The accessible name of the QR code.
pub const QR_CODE: &str = "QR code with the setup key";
pub const SETUP_KEY: &str = "Setup key";
pub const SETUP_KEY_HINT: &str = "Type it into your app if you can't scan the code.";
pub const COPY_SETUP_KEY: &str = "Copy setup key";
pub const OPEN_APP: &str = "Open in an app on this device";
pub const CODE: &str = "6-digit code";
pub const CODE_HINT: &str = "From your app, after adding the key.";
pub const OTHER_SESSIONS: &str = "Other sessions are signed out.";
pub const CONFIRM: &str = "Turn on two-factor authentication";
pub const WRONG_CODE: &str =
    "This code isn't right. Enter the one your app shows now, and check the time on your device.";
/// The form was open for more than ten minutes, or belongs to another session.
pub const SETUP_EXPIRED: &str = "This setup has expired. Start again.";

// Recovery codes.
pub const CODES_TITLE: &str = "Save your recovery codes";
pub const CODES_ONCE: &str = "Save these codes now. You won't be able to see them again.";
pub const CODES_USE: &str = "If you lose your device, each code signs you in once. Keep them where you keep your passwords, not on the device.";
/// The accessible name of the list.
pub const CODES: &str = "Recovery codes";
pub const COPY_CODES: &str = "Copy codes";
pub const DOWNLOAD_CODES: &str = "Download codes";
pub const CODES_FILE: &str = "latchkey-recovery-codes.txt";
pub const CODES_SAVED: &str = "I saved my codes";

// While it is on.
pub const STATUS: &str = "Status";
pub const ON: &str = "On";
/// Between the status and a time.
pub const SINCE: &str = " since ";
pub const METHOD: &str = "Authenticator app";
pub const NO_APP: &str = "You have no authenticator app set up.";
pub const ADD: &str = "Add a second factor";
pub const ADD_LEAD: &str = "With two, you can still sign in if you lose a device.";
/// The person has everything that can be added.
pub const NOTHING_TO_ADD: &str = "You can't add more. Remove a passkey to add another one.";
pub const REMOVE_APP: &str = "Remove authenticator app";
pub const REMOVE_APP_LEAD: &str =
    "Its codes stop working. Your passkeys and recovery codes stay. Other sessions are signed out.";
pub const REMOVE: &str = "Remove";
pub const RECOVERY_CODES: &str = "Recovery codes";
/// The number of recovery codes that still work.
pub fn codes_left(count: usize) -> String {
    match count {
        0 => "none left".to_owned(),
        1 => "1 left".to_owned(),
        _ => format!("{count} left"),
    }
}
pub const FEW_CODES: &str =
    "You're running out of recovery codes. Create new ones before you need them.";
pub const NEW_CODES: &str = "Create new recovery codes";
pub const NEW_CODES_LEAD: &str = "Your current recovery codes stop working immediately.";
pub const TURN_OFF: &str = "Turn off two-factor authentication";
pub const TURN_OFF_LEAD: &str = "Your password alone will be enough to sign in. Your passkeys, your authenticator app and your recovery codes stop working. Other sessions are signed out.";
/// For a person without a password.
pub const TURN_OFF_LEAD_WITHOUT_PASSWORD: &str = "Your identity provider alone will decide how you sign in. Your authenticator app and your recovery codes stop working. Other sessions are signed out.";
/// The label and the hint of the field for a code. Without an app, there are recovery codes only.
pub const fn code_field(app: bool) -> (&'static str, &'static str) {
    if app {
        let hint = "6 digits from your authenticator app, or a recovery code.";
        ("Verification code", hint)
    } else {
        ("Recovery code", "One of the 10 codes that you saved.")
    }
}
pub const NO_CODE: &str = "Enter a code.";
/// The error of a code that a person with or without an app has entered.
pub const fn wrong_code(app: bool) -> &'static str {
    if app {
        "This code isn't right, or it was already used. Each code works once; wait for the next one and try again."
    } else {
        "This recovery code isn't right, or it was already used. Each code works once; try another one."
    }
}
/// It was turned on or off in another window.
pub const NOT_ON: &str = "Two-factor authentication is off. Reload the page.";
pub const ALREADY_ON: &str = "Two-factor authentication is already on. Reload the page.";

// Signing in.
/// The title in the browser's tab.
pub fn tab_at_sign_in(title: &str) -> String {
    format!("{title} · Latchkey")
}
pub const SIGN_IN: &str = "Enter your code";
pub const SIGN_IN_LEAD: &str =
    "Open your authenticator app and enter the code it shows for Latchkey.";
/// The heading for a person with a passkey.
pub const SIGN_IN_EITHER: &str = "Confirm it's you";
/// For a person with passkeys only.
pub const SIGN_IN_PASSKEY_LEAD: &str = "Use one of your passkeys, or enter a recovery code.";
/// For a person with passkeys only, where none can be used.
pub const SIGN_IN_RECOVERY_LEAD: &str =
    "Your passkeys don't work at this web address. Enter a recovery code.";
pub const SIGN_IN_EITHER_LEAD: &str = "Use one of your passkeys, or enter a code.";
pub const SIGN_IN_SUBMIT: &str = "Verify";
pub const OTHER_ACCOUNT: &str = "Sign in as someone else";
pub const LOST: &str = "Lost your device? Use a recovery code. If you have none left, ask an owner of your account to reset two-factor authentication. If you belong to several accounts, ask your Latchkey administrator.";
/// Shown on the sign-in page after five wrong codes or five minutes.
pub const SIGN_IN_EXPIRED: &str =
    "That took too long, or there were too many wrong codes. Sign in again.";

// The policy of an account.
pub const POLICY: &str = "Who needs it";
pub const POLICY_HINT: &str =
    "Members without it have 7 days to set it up, then can't do anything else first.";
pub const OPTIONAL: &str = "No one (optional)";
pub const EDITORS: &str = "Owners and developers";
pub const EVERYBODY: &str = "Everyone";
pub const CHANGE_POLICY: &str = "Change who needs it";
pub const SAVE_POLICY: &str = "Save";
/// The badge of a member.
pub const BADGE: &str = "2FA";
pub const BADGE_LABEL: &str = "Two-factor authentication is on";
/// Followed by a link.
pub fn due(by: &str) -> String {
    format!("Your account requires two-factor authentication. Set it up by {by}. ")
}
pub const DUE_LINK: &str = "Set up";

// Resetting a member's.
/// Short, beside other buttons; the accessible name is [`reset`].
pub const RESET: &str = "Reset two-factor";
pub fn reset(email: &str) -> String {
    format!("Reset two-factor authentication of {email}")
}
pub fn reset_title(email: &str) -> String {
    format!("Reset two-factor authentication of {email}?")
}
pub const RESET_CONSEQUENCE: &str = "Do this only if you are sure who is asking: call them. They are signed out everywhere and can sign in without it until they set it up again.";
pub const RESET_NOW: &str = "Reset two-factor authentication";
