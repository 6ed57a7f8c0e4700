//! Single sign-on.

/// The heading on the profile.
pub const TITLE: &str = "Single sign-on";
/// The button on the sign-in page; `name` is the provider's.
pub fn continue_with(name: &str) -> String {
    format!("Continue with {name}")
}

pub const NOT_LINKED: &str = "Not linked";
pub const LINK_NOTE: &str = "Link your account to sign in without a password.";
/// Follows it for a person who may have roles, as support has not.
pub const ROLES_STAY: &str = " Roles that an owner gave you stay the same.";
/// Instead of the form, for a person without a password.
pub const LINK_NEEDS_PASSWORD: &str =
    "To link your account, ask an owner for a password reset link first.";
pub const CONFIRM_TO_LINK: &str = "Enter your password to link your account.";
pub const CONTINUE: &str = "Continue";
/// Behind the instant; `email` is the address at the provider.
pub fn linked_as(email: &str) -> String {
    format!(" as {email}")
}
/// Followed by an instant.
pub const LINKED_SINCE: &str = "Linked since ";
/// The button on the profile; `name` is the provider's.
pub fn link_with(name: &str) -> String {
    format!("Link {name}")
}
pub const UNLINK: &str = "Unlink";
pub const ONLY_WAY: &str =
    "You have no password. To unlink, ask an owner for a password reset link first.";

/// In a form that asks for a fresh sign-in; `name` is the provider's.
pub fn confirm_with(name: &str) -> String {
    format!("Confirm with {name}")
}
/// The error of a form that was sent too early.
pub const CONFIRM_FIRST: &str = "Confirm with your identity provider first.";
pub const CONFIRM_WHY: &str = "Confirm it's you to continue. This changes who or what has access. Then come back and submit this form.";
/// Read by screen readers behind the link.
pub const NEW_TAB: &str = "(opens in a new tab)";

/// Why a person was not signed in, by the word in the address; `None` for another word.
pub fn refusal(word: &str, name: &str) -> Option<String> {
    Some(match word {
        "expired" => "That sign-in has expired. Try again.".into(),
        "declined" => format!("You weren't signed in with {name}. Try again, or ask your administrator."),
        "unavailable" => {
            format!("Couldn't reach {name}. Sign in with your password, or try again later.")
        }
        "invalid" => format!("The response from {name} wasn't valid. Try again; if it keeps happening, tell your administrator."),
        "no-access" => "You don't have access to Latchkey. Ask your administrator to add you to a group that does.".into(),
        "address-taken" => "An account with your email already exists. If it's yours, sign in with your password and link it in your profile. Otherwise, ask your administrator.".into(),
        "other-person" => format!("You signed in to {name} as someone else. Sign out there and try again."),
        "already-linked" => "That identity is already linked to an account, or yours is linked to another one.".into(),
        "too-many" => "Too many attempts. Try again in a few minutes.".into(),
        "no-sign-in-time" => format!("{name} doesn't say when you signed in, so it can't confirm it's you. Ask your administrator to add auth_time to the ID token."),
        "not-started" => "Nothing was linked or confirmed: you signed in too long ago, or the link wasn't opened on this page. Try again from here.".into(),
        "failed" => "Something went wrong. Try again in a moment.".into(),
        _ => return None,
    })
}

pub const TEST: &str = "Test connection";
pub const TEST_NOTE: &str = "Members can sign in through your identity provider.";
pub fn works(keys: usize) -> String {
    format!("Connection works. Usable keys: {keys}.")
}
/// Followed by the reason.
pub const FAILS: &str = "Connection failed: ";
