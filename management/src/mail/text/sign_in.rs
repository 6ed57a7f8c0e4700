//! The texts of mails about a sign-in in a browser that the person had not used before.

use super::{details, notifications};
use crate::mail::ClientDetails;
use domain::account::Email;

/// Returns the subject and the paragraphs of a mail about a sign-in that succeeded.
pub(super) fn new_sign_in(
    through_provider: bool,
    client: &ClientDetails,
    to: &Email,
    origin: &str,
) -> (String, Vec<String>) {
    let remedy = if through_provider {
        secure_at_provider(origin)
    } else {
        format!(
            "change your password now, which signs out every other browser:\n{origin}/profile/password"
        )
    };
    let paragraphs = vec![
        format!("Someone signed in as {to} in a browser that you hadn't used before."),
        details(client),
        format!("If this was you, there's nothing to do. If it wasn't, {remedy}"),
        notifications(origin),
    ];
    ("New sign-in to Latchkey".to_owned(), paragraphs)
}

/// Returns the subject and the paragraphs of a mail about a sign-in that ended at a wrong code.
pub(super) fn wrong_code(
    through_provider: bool,
    client: &ClientDetails,
    to: &Email,
    origin: &str,
) -> (String, Vec<String>) {
    let (entered, remedy) = if through_provider {
        (
            "signed in at your identity provider",
            "secure your account at your identity provider.".to_owned(),
        )
    } else {
        (
            "entered your password",
            format!("change your password now:\n{origin}/profile/password"),
        )
    };
    let paragraphs = vec![
        format!(
            "Someone {entered} to sign in as {to}, but not a right two-factor code, in a browser that you hadn't used before. They were not signed in."
        ),
        details(client),
        format!("If this was you, there's nothing to do. If it wasn't, {remedy}"),
        notifications(origin),
    ];
    (
        "Sign-in to Latchkey stopped at two-factor authentication".to_owned(),
        paragraphs,
    )
}

/// What to do about someone else who signs in through the identity provider: a new password would not end that.
pub(super) fn secure_at_provider(origin: &str) -> String {
    format!(
        "secure your account at your identity provider, then sign out everywhere in your profile:\n{origin}/profile"
    )
}
