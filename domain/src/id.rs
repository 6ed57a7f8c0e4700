//! Typed identifiers.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! uuid_id {
    ($(#[$doc:meta] $name:ident;)*) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

uuid_id! {
    /// A business account.
    AccountId;
    /// An application of an account.
    ApplicationId;
    /// A person who can sign in.
    PersonId;
    /// An invitation to an account.
    InvitationId;
    /// A session of a signed-in browser.
    SessionId;
    /// A passkey of a person.
    PasskeyId;
    /// A mail that waits to be sent.
    MailId;
    /// A secret of a key.
    SecretId;
    /// An idempotency key: created when a form is rendered, so that the form is executed once.
    IdempotencyKey;
}
