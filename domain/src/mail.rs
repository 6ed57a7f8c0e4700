//! Kinds of mails, and the choice of who gets them.

use crate::{account::Email, field_values::FieldValues};
use serde::{Deserialize, Serialize};

/// The kind of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MailKind {
    /// An invitation to an account, with its link.
    Invitation,
    /// A link that resets a password.
    PasswordReset,
    /// The person's password, e-mail address or second factor changed.
    SignInChange,
    /// A sign-in from a browser that the person had not used before.
    NewSignIn,
    /// A wrong code after the right password, in a browser that the person had not used before.
    WrongCode,
    /// Keys that expire soon.
    KeyExpiry,
    /// Critical security events.
    SecurityEvents,
    /// A test by an operator.
    Test,
}

impl MailKind {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::PasswordReset => "password_reset",
            Self::SignInChange => "sign_in_change",
            Self::NewSignIn => "new_sign_in",
            Self::WrongCode => "wrong_code",
            Self::KeyExpiry => "key_expiry",
            Self::SecurityEvents => "security_events",
            Self::Test => "test",
        }
    }
}

/// Which mails a person gets, of those that can be turned off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notifications {
    /// A sign-in from a browser that the person had not used before, and one that ended at a wrong code.
    pub new_sign_ins: bool,
    /// Keys that expire soon.
    pub key_expiry: bool,
    /// Critical security events.
    pub security_events: bool,
}

impl Default for Notifications {
    fn default() -> Self {
        Self {
            new_sign_ins: true,
            key_expiry: true,
            security_events: true,
        }
    }
}

impl From<Notifications> for FieldValues {
    fn from(wanted: Notifications) -> Self {
        let word = |on| if on { "on" } else { "off" };
        Self::of("email_new_sign_ins", word(wanted.new_sign_ins))
            .and("email_key_expiry", word(wanted.key_expiry))
            .and("email_security_events", word(wanted.security_events))
    }
}

/// A change of how a person signs in. Its mail cannot be turned off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SignInChange {
    /// The person chose another password in the profile.
    PasswordChanged {
        /// Whether the person has passkeys, which stay.
        keeps_passkeys: bool,
    },
    /// A reset link was used.
    PasswordReset {
        /// Whether the person has passkeys, which stay.
        keeps_passkeys: bool,
    },
    /// An invitation was accepted with another password, after the person was removed from every account.
    PasswordOfInvitation {
        /// The owner who made the invitation.
        invited_by: String,
        /// Whether two-factor authentication was turned off too.
        factor_removed: bool,
    },
    /// The person chose another e-mail address. The mail goes to the old one, which may be an outsider's: it does not contain the new one.
    EmailChanged,
    /// The same for a person without a password, whose address at the identity provider changed.
    EmailFollowed,
    /// Two-factor authentication was turned on.
    FactorAdded,
    /// Two-factor authentication was turned off.
    FactorRemoved,
    /// A passkey was added to other factors.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A passkey was refused because it may have been copied.
    PasskeyRefused {
        /// The name that the person gave it.
        name: String,
    },
    /// An authenticator app was added to passkeys.
    AuthenticatorAdded,
    /// The authenticator app was removed.
    AuthenticatorRemoved,
    /// The recovery codes were replaced.
    RecoveryCodesRenewed,
    /// Another person turned two-factor authentication off.
    FactorsReset {
        /// The owner who did it; `None` for the operator.
        by: Option<Email>,
    },
    /// A person at the identity provider was linked, who can sign in since.
    IdentityLinked,
    /// The person at the identity provider was unlinked.
    IdentityUnlinked,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wanted_mails_are_recorded_as_on_or_off() {
        let wanted = Notifications {
            new_sign_ins: false,
            ..Notifications::default()
        };
        let expected = [
            ("email_key_expiry", "on"),
            ("email_new_sign_ins", "off"),
            ("email_security_events", "on"),
        ];
        let values = FieldValues::from(wanted);
        assert_eq!(values.iter().collect::<Vec<_>>(), expected);
    }
}
