//! The texts of mails about a change of how a person signs in.

use super::{defang, details, sign_in::secure_at_provider};
use crate::mail::ClientDetails;
use domain::mail::SignInChange;

/// Returns the subject and the paragraphs of a mail about a change of the sign-in. The flag is whether the recipient has a password.
pub(super) fn sign_in_change(
    (change, has_password): (&SignInChange, bool),
    client: &ClientDetails,
    origin: &str,
) -> (String, Vec<String>) {
    let (subject, what) = summary(change, has_password);
    let mut paragraphs = vec![what, details(client)];
    if let SignInChange::PasskeyRefused { .. } = change {
        paragraphs.push(format!(
            "Remove this passkey, and add a new one:\n{origin}/profile/two-factor"
        ));
        return (subject.to_owned(), paragraphs);
    }
    if let SignInChange::PasswordChanged {
        keeps_passkeys: true,
    }
    | SignInChange::PasswordReset {
        keeps_passkeys: true,
    } = change
    {
        paragraphs.push(format!(
            "Your passkeys stay as your second factor. Each signs you in without the password again once you have used it after the new one. Check that all of them are yours:\n{origin}/profile/two-factor"
        ));
    }
    paragraphs.push(format!(
        "If this was you, there's nothing else to do. If it wasn't, {}",
        remedy(change, has_password, origin)
    ));
    (subject.to_owned(), paragraphs)
}

/// The subject, and what has happened.
fn summary(change: &SignInChange, has_password: bool) -> (&'static str, String) {
    let enough = if has_password {
        "Your password alone is enough to sign in."
    } else {
        "Your identity provider alone decides how you sign in."
    };
    match change {
        SignInChange::PasswordChanged { .. } => (
            "Your Latchkey password was changed",
            "Your Latchkey password was changed in your profile.".to_owned(),
        ),
        SignInChange::PasswordReset { .. } => (
            "Your Latchkey password was reset",
            "Your Latchkey password was changed with a reset link.".to_owned(),
        ),
        SignInChange::PasswordOfInvitation { invited_by, factor_removed } => (
            "Your Latchkey password was changed",
            format!(
                "An invitation to an account was accepted with a new Latchkey password for you.{}\n\nInvited by: {invited_by}",
                if *factor_removed { " Two-factor authentication was turned off." } else { "" }
            ),
        ),
        SignInChange::EmailChanged => (
            "Your Latchkey email address was changed",
            "Your Latchkey email address was changed in your profile. You sign in with the new one.".to_owned(),
        ),
        SignInChange::EmailFollowed => (
            "Your Latchkey email address was changed",
            "Your email address at your identity provider has changed, so your Latchkey email address was changed too. You sign in through your identity provider as before.".to_owned(),
        ),
        SignInChange::FactorAdded => (
            "Two-factor authentication is on",
            "Two-factor authentication was turned on for your Latchkey sign-in.".to_owned(),
        ),
        SignInChange::FactorRemoved => (
            "Two-factor authentication is off",
            format!("Two-factor authentication was turned off. {enough}"),
        ),
        SignInChange::PasskeyAdded => (
            "A passkey was added to your Latchkey sign-in",
            "A passkey was added. It signs you in with or without your password.".to_owned(),
        ),
        SignInChange::PasskeyRemoved => (
            "A passkey was removed from your Latchkey sign-in",
            "A passkey was removed. It doesn't sign you in any more.".to_owned(),
        ),
        SignInChange::PasskeyRefused { name } => (
            "Your passkey was rejected",
            format!(
                "A passkey was rejected because its counter went back: there may be two copies of it.\n\nPasskey: {}",
                defang(name)
            ),
        ),
        SignInChange::AuthenticatorAdded => (
            "An authenticator app was added to your Latchkey sign-in",
            "An authenticator app was added. Its codes complete your sign-in.".to_owned(),
        ),
        SignInChange::AuthenticatorRemoved => (
            "The authenticator app was removed from your Latchkey sign-in",
            "The authenticator app was removed. Its codes don't work any more.".to_owned(),
        ),
        SignInChange::RecoveryCodesRenewed => (
            "Your Latchkey recovery codes were replaced",
            "New recovery codes were created. The old ones don't work any more.".to_owned(),
        ),
        SignInChange::FactorsReset { by } => (
            "Your two-factor authentication was reset",
            match by {
                Some(owner) => format!("An owner of your account reset your two-factor authentication. {enough}\n\nReset by: {owner}"),
                None => format!("Your Latchkey administrator reset your two-factor authentication. {enough}"),
            },
        ),
        SignInChange::IdentityLinked => (
            "Single sign-on is on",
            "An account at your identity provider was linked. It can be used to sign in to Latchkey.".to_owned(),
        ),
        SignInChange::IdentityUnlinked => (
            "Single sign-on is off",
            if has_password {
                "The account at your identity provider was unlinked. You sign in to Latchkey with your password.".to_owned()
            } else {
                "The account at your identity provider was unlinked. It doesn't sign you in to Latchkey any more.".to_owned()
            },
        ),
    }
}

/// What to do about a change that someone else has made.
fn remedy(change: &SignInChange, has_password: bool, origin: &str) -> String {
    match change {
        SignInChange::EmailChanged | SignInChange::EmailFollowed => {
            "ask your Latchkey administrator to disable your sign-in now.".to_owned()
        }
        SignInChange::IdentityUnlinked if !has_password => {
            "ask your Latchkey administrator for a link to set a password.".to_owned()
        }
        // A new password does not remove the factor of someone else.
        SignInChange::FactorAdded
        | SignInChange::PasskeyAdded
        | SignInChange::AuthenticatorAdded
        | SignInChange::RecoveryCodesRenewed => {
            let next = if has_password {
                format!("choose another password:\n{origin}/forgot-password")
            } else {
                secure_at_provider(origin)
            };
            format!(
                "someone else may be able to sign in as you. Ask an owner of your account or your Latchkey administrator to reset your two-factor authentication, and {next}"
            )
        }
        SignInChange::IdentityLinked => "unlink it in your Latchkey profile now, or ask your Latchkey administrator to do so. A new password doesn't end it.".to_owned(),
        SignInChange::PasswordChanged { .. }
        | SignInChange::PasswordReset { .. }
        | SignInChange::IdentityUnlinked
        | SignInChange::PasswordOfInvitation { .. }
        | SignInChange::PasskeyRemoved
        | SignInChange::PasskeyRefused { .. }
        | SignInChange::AuthenticatorRemoved
        | SignInChange::FactorRemoved
        | SignInChange::FactorsReset { .. } => {
            if has_password {
                format!("choose another password now. If you can't sign in:\n{origin}/forgot-password")
            } else {
                secure_at_provider(origin)
            }
        }
    }
}
