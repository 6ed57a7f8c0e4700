//! What was done, by whom, from where, and what was different then.

mod facts;
mod filter;

pub use facts::Facts;
pub use filter::{AuditCursor, AuditFilter, AuditPage};

use crate::{
    id::{AccountId, PersonId},
    key::token::KeyId,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Every change, and every look that support takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each is said by its sentence below")]
pub enum Action {
    AccountCreated,
    ApplicationCreated,
    ApplicationChanged,
    KeyCreated,
    KeyChanged,
    KeyConfirmed,
    KeyRegenerated,
    KeyDeactivated,
    KeyActivated,
    KeyRevoked,
    MemberAdded,
    MemberChanged,
    MemberRemoved,
    SignedIn,
    SignedOut,
    SupportLooked,
    PasswordEntered,
    MemberInvited,
    InvitationWithdrawn,
    MemberJoined,
    AllKeysRevoked,
    EventAcknowledged,
    LogSealed,
    ResetLinkMade,
    PasswordReset,
    PersonDisabled,
    PersonEnabled,
}

impl Action {
    const ALL: [(Self, &'static str, &'static str); 27] = [
        (
            Self::AccountCreated,
            "account.created",
            "created the account",
        ),
        (
            Self::ApplicationCreated,
            "application.created",
            "created the application",
        ),
        (
            Self::ApplicationChanged,
            "application.changed",
            "changed the application",
        ),
        (Self::KeyCreated, "key.created", "created the key"),
        (Self::KeyChanged, "key.changed", "changed the key"),
        (
            Self::KeyConfirmed,
            "key.confirmed",
            "confirmed that the secret is stored",
        ),
        (
            Self::KeyRegenerated,
            "key.regenerated",
            "regenerated the secret",
        ),
        (
            Self::KeyDeactivated,
            "key.deactivated",
            "deactivated the key",
        ),
        (Self::KeyActivated, "key.activated", "activated the key"),
        (Self::KeyRevoked, "key.revoked", "revoked the key"),
        (Self::MemberAdded, "member.added", "added a member"),
        (
            Self::MemberChanged,
            "member.changed",
            "changed a member’s role",
        ),
        (Self::MemberRemoved, "member.removed", "removed a member"),
        (Self::SignedIn, "session.started", "signed in"),
        (Self::SignedOut, "session.ended", "signed out"),
        (
            Self::SupportLooked,
            "support.looked",
            "of support looked at this",
        ),
        (
            Self::PasswordEntered,
            "session.proved",
            "entered the password again",
        ),
        (
            Self::MemberInvited,
            "member.invited",
            "invited somebody to be a member",
        ),
        (
            Self::InvitationWithdrawn,
            "invitation.withdrawn",
            "withdrew an invitation",
        ),
        (
            Self::MemberJoined,
            "member.joined",
            "accepted an invitation",
        ),
        (
            Self::AllKeysRevoked,
            "keys.revoked",
            "revoked all keys of the application",
        ),
        (
            Self::EventAcknowledged,
            "security.acknowledged",
            "acknowledged a security event of",
        ),
        (Self::LogSealed, "log.sealed", "sealed the audit log"),
        (
            Self::ResetLinkMade,
            "password.link",
            "made a link that resets the password of",
        ),
        (
            Self::PasswordReset,
            "password.reset",
            "reset the password of",
        ),
        (
            Self::PersonDisabled,
            "person.disabled",
            "disabled the sign-in of",
        ),
        (
            Self::PersonEnabled,
            "person.enabled",
            "enabled the sign-in of",
        ),
    ];

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().map(|row| row.0)
    }

    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// What follows the actor's name in a sentence.
    pub fn phrase(self) -> &'static str {
        self.row().2
    }

    /// Reads [`Action::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == text).map(|row| row.0)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        // Every variant stands in the list: a test says so.
        &Self::ALL[self as usize]
    }
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Actor {
    /// Somebody who was signed in.
    Person {
        /// Who.
        id: PersonId,
        /// What they were called then.
        email: String,
    },
    /// A key, of itself.
    Key(KeyId),
    /// The program itself or its command line.
    System,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Person { email, .. } => email,
            Self::Key(id) => return id.fmt(f),
            Self::System => "Latchkey",
        })
    }
}

/// A row of the audit log before it has its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Whose log it stands in.
    pub account_id: AccountId,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What.
    pub action: Action,
    /// On what: a key id, an e-mail address, an application's id; may be empty.
    pub target: String,
    /// In words, for people; may be empty; never a secret.
    pub detail: String,
    /// From which address; empty where there was none.
    pub address: String,
    /// In which request; empty where there was none.
    pub request_id: String,
    /// What it was, as far as it is different now.
    pub before: Facts,
    /// What it is, as far as it was different before.
    pub after: Facts,
}

impl Event {
    /// Says what the change made of what.
    #[must_use]
    pub fn became(self, before: Facts, after: Facts) -> Self {
        let (before, after) = Facts::differing(before, after);
        Self {
            before,
            after,
            ..self
        }
    }
}

/// A row of the audit log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its number within the account: 1, 2, 3 …
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who, in words.
    pub actor: String,
    /// What.
    pub action: Action,
    /// On what.
    pub target: String,
    /// In words.
    pub detail: String,
    /// From which address.
    pub address: String,
    /// In which request.
    pub request_id: String,
    /// What it was, as far as it was different afterwards.
    pub before: Facts,
    /// What it became.
    pub after: Facts,
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn every_action_stands_at_its_place_in_the_list() {
        for (place, (action, word, _)) in Action::ALL.iter().enumerate() {
            assert_eq!(*action as usize, place);
            assert_eq!(Action::parse(word), Some(*action));
        }
    }
}
