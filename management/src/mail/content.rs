//! The contents and recipients of mails.

use domain::{
    account::{Email, Role},
    device,
    id::{AccountId, ApplicationId, PersonId},
    key::token::KeyId,
    mail::{MailKind, SignInChange},
    origin::Origin,
    time::{HOUR, Timestamp},
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// How long a mail is tried: 48 hours.
const LIFETIME: i64 = 48 * HOUR;

/// The recipient of a mail, with what access to it depends on when it is sent.
#[derive(Clone, Copy)]
pub(crate) struct Recipient<'a> {
    pub(crate) email: &'a Email,
    /// Who must still have the address; `None` where the mail has a link of its own, or goes to an earlier address.
    pub(crate) person: Option<PersonId>,
    /// Of which account the person must still be a member.
    pub(crate) account: Option<AccountId>,
}

impl<'a> From<&'a Email> for Recipient<'a> {
    fn from(email: &'a Email) -> Self {
        Self {
            email,
            person: None,
            account: None,
        }
    }
}

/// From where a change or a sign-in came.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ClientDetails {
    pub(crate) at: Timestamp,
    /// The browser, as its user agent describes it; empty on the command line.
    pub(crate) device: String,
    /// Empty if it is unknown.
    pub(crate) address: String,
}

impl ClientDetails {
    pub(crate) fn new(at: Timestamp, origin: &Origin) -> Self {
        let user_agent = origin.clean_user_agent();
        Self {
            at,
            device: if user_agent.is_empty() {
                String::new()
            } else {
                device::describe(&user_agent)
            },
            address: origin.address_text(),
        }
    }
}

/// A key that expires soon.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ExpiringKeyLine {
    pub(crate) id: KeyId,
    pub(crate) name: String,
    pub(crate) expires_at: Timestamp,
}

/// A critical security event.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct EventLine {
    /// In which the recipient must be an owner; `None` for an event that only owners of the account read.
    pub(crate) application: Option<ApplicationId>,
    pub(crate) title: String,
    /// The name of the event's key.
    pub(crate) key: Option<String>,
}

/// The data of a mail's text, as it is stored, encrypted. No `Debug`: it may contain a token.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Content {
    /// An invitation to an account.
    Invitation {
        account: String,
        invited_by: String,
        role: Role,
        token: Zeroizing<String>,
        expires_at: Timestamp,
    },
    /// A link that resets the password of the recipient.
    PasswordReset {
        /// The owner who made it; `None` if it was requested at sign-in.
        made_by: Option<String>,
        token: Zeroizing<String>,
        expires_at: Timestamp,
    },
    /// The recipient's password, e-mail address or second factor changed.
    SignInChange {
        change: SignInChange,
        client: ClientDetails,
    },
    /// A sign-in from a browser that the recipient had not used before.
    NewSignIn {
        /// Whether it was through the identity provider, and not with the password.
        #[serde(default)]
        through_provider: bool,
        client: ClientDetails,
    },
    /// A wrong code after the right password, from a browser that the recipient had not used before.
    WrongCode {
        /// Whether the sign-in at the identity provider was right, and not the password.
        through_provider: bool,
        client: ClientDetails,
    },
    /// Keys of one application that expire soon.
    KeyExpiry {
        application: ApplicationId,
        application_name: String,
        /// Whether the recipient got it as an owner, and not for keys of their own alone.
        as_owner: bool,
        keys: Vec<ExpiringKeyLine>,
        /// Keys that are not listed.
        more: usize,
    },
    /// Critical security events of an account.
    SecurityEvents {
        account: String,
        events: Vec<EventLine>,
    },
    /// A test by an operator, which is never stored.
    #[serde(skip)]
    Test,
}

impl Content {
    /// The kind, for the log.
    pub(crate) const fn kind(&self) -> MailKind {
        match self {
            Self::Invitation { .. } => MailKind::Invitation,
            Self::PasswordReset { .. } => MailKind::PasswordReset,
            Self::SignInChange { .. } => MailKind::SignInChange,
            Self::NewSignIn { .. } => MailKind::NewSignIn,
            Self::WrongCode { .. } => MailKind::WrongCode,
            Self::KeyExpiry { .. } => MailKind::KeyExpiry,
            Self::SecurityEvents { .. } => MailKind::SecurityEvents,
            Self::Test => MailKind::Test,
        }
    }

    /// Whether it has a link that an owner made, and not the recipient.
    pub(crate) const fn is_made_by_owner(&self) -> bool {
        matches!(
            self,
            Self::PasswordReset {
                made_by: Some(_),
                ..
            }
        )
    }

    /// Until when it is tried: a link that has ended is not sent.
    pub(crate) fn expires_at(&self, created: Timestamp) -> Timestamp {
        let end = created.plus(LIFETIME);
        match self {
            Self::Invitation { expires_at, .. } | Self::PasswordReset { expires_at, .. } => {
                end.min(*expires_at)
            }
            Self::SignInChange { .. }
            | Self::NewSignIn { .. }
            | Self::WrongCode { .. }
            | Self::KeyExpiry { .. }
            | Self::SecurityEvents { .. }
            | Self::Test => end,
        }
    }
}
