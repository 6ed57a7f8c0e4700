//! What the page after a change says about it. The change leaves it in a cookie of that page, which takes it.

use domain::key::token::KeyId;
use serde::{Deserialize, Serialize};

/// A change that a person has made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A key was deactivated. It can be undone.
    Deactivated(KeyId),
    /// A key was activated.
    Activated(KeyId),
    /// A key was revoked.
    Revoked(KeyId),
    /// A key was edited.
    Edited(KeyId),
    /// The application was edited.
    Saved,
    /// A security event was acknowledged.
    Acknowledged,
    /// Several security events were acknowledged.
    AllAcknowledged,
    /// A member got another role.
    RoleChanged,
    /// An application was created.
    ApplicationCreated,
    /// The application was archived.
    ApplicationArchived,
    /// The application was restored.
    ApplicationRestored,
    /// An application was deleted.
    ApplicationDeleted,
    /// A member became the owner of the account.
    OwnershipTransferred,
    /// A member was removed.
    MemberRemoved,
    /// The person left an account.
    AccountLeft,
    /// An invitation was withdrawn.
    InvitationWithdrawn,
    /// The person's e-mail address was changed.
    EmailChanged,
    /// The person's password was changed.
    PasswordChanged,
    /// A session of the person was ended.
    SessionEnded,
    /// All other sessions of the person were ended.
    SessionsEnded,
    /// A passkey was added to others.
    PasskeyAdded,
    /// A passkey got another name.
    PasskeyRenamed,
    /// A passkey was removed.
    PasskeyRemoved,
    /// An authenticator app was added to passkeys.
    AuthenticatorAdded,
    /// The authenticator app was removed.
    AuthenticatorRemoved,
    /// Two-factor authentication was turned off.
    TwoFactorOff,
    /// The two-factor authentication of a member was reset.
    TwoFactorReset,
    /// The person signed in at the identity provider again.
    IdentityConfirmed,
    /// The person was linked to the identity provider.
    IdentityLinked,
    /// The link was removed.
    IdentityUnlinked,
}

/// How many nodes know a change that ended access. The leases of the others have ended: they accept no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NodeCounts {
    /// The nodes that know it.
    pub confirmed: usize,
    /// All nodes, two at least.
    pub nodes: usize,
    /// Milliseconds from the commit of the change until that was known.
    pub elapsed_ms: i64,
}

/// A change, with what the nodes know about it if there are several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportedChange {
    /// The change.
    pub done: Done,
    /// The nodes; none if it ended no access, or there is one node.
    pub nodes: Option<NodeCounts>,
}

impl From<Done> for ReportedChange {
    fn from(done: Done) -> Self {
        Self { done, nodes: None }
    }
}

impl ReportedChange {
    /// Reads the value of the cookie.
    pub fn parse(text: &str) -> Option<Self> {
        let (done, nodes) = match text.split_once('~') {
            Some((done, nodes)) => (done, Some(NodeCounts::parse(nodes)?)),
            None => (text, None),
        };
        Some(Self {
            done: Done::parse(done)?,
            nodes,
        })
    }
}

impl std::fmt::Display for ReportedChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.done)?;
        match self.nodes {
            Some(NodeCounts {
                confirmed,
                nodes,
                elapsed_ms,
            }) => write!(f, "~{confirmed}.{nodes}.{elapsed_ms}"),
            None => Ok(()),
        }
    }
}

impl NodeCounts {
    /// Returns a sentence about the confirmed nodes, all nodes and the milliseconds.
    pub fn say(self, words: fn(usize, usize, i64) -> String) -> String {
        words(self.confirmed, self.nodes, self.elapsed_ms)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split('.');
        let counts = Self {
            confirmed: numbers.next()?.parse().ok()?,
            nodes: numbers.next()?.parse().ok()?,
            elapsed_ms: numbers.next()?.parse().ok()?,
        };
        numbers.next().is_none().then_some(counts)
    }
}

/// A change of a key, by its name in the cookie.
type OfKey = (&'static str, fn(KeyId) -> Done);

const OF_KEYS: [OfKey; 4] = [
    ("deactivated", Done::Deactivated),
    ("activated", Done::Activated),
    ("revoked", Done::Revoked),
    ("edited", Done::Edited),
];

const OTHERS: [(&str, Done); 26] = [
    ("saved", Done::Saved),
    ("acknowledged", Done::Acknowledged),
    ("all-acknowledged", Done::AllAcknowledged),
    ("role-changed", Done::RoleChanged),
    ("application-created", Done::ApplicationCreated),
    ("application-archived", Done::ApplicationArchived),
    ("application-restored", Done::ApplicationRestored),
    ("application-deleted", Done::ApplicationDeleted),
    ("ownership-transferred", Done::OwnershipTransferred),
    ("member-removed", Done::MemberRemoved),
    ("account-left", Done::AccountLeft),
    ("invitation-withdrawn", Done::InvitationWithdrawn),
    ("email-changed", Done::EmailChanged),
    ("password-changed", Done::PasswordChanged),
    ("session-ended", Done::SessionEnded),
    ("sessions-ended", Done::SessionsEnded),
    ("passkey-added", Done::PasskeyAdded),
    ("passkey-renamed", Done::PasskeyRenamed),
    ("passkey-removed", Done::PasskeyRemoved),
    ("authenticator-added", Done::AuthenticatorAdded),
    ("authenticator-removed", Done::AuthenticatorRemoved),
    ("two-factor-off", Done::TwoFactorOff),
    ("two-factor-reset", Done::TwoFactorReset),
    ("identity-confirmed", Done::IdentityConfirmed),
    ("identity-linked", Done::IdentityLinked),
    ("identity-unlinked", Done::IdentityUnlinked),
];

impl Done {
    /// The key that was changed.
    pub const fn key(self) -> Option<KeyId> {
        match self {
            Self::Deactivated(key)
            | Self::Activated(key)
            | Self::Revoked(key)
            | Self::Edited(key) => Some(key),
            _ => None,
        }
    }

    fn parse(text: &str) -> Option<Self> {
        match text.split_once('.') {
            Some((change, key)) => {
                let key = key.parse().ok()?;
                let row = OF_KEYS.iter().find(|row| row.0 == change)?;
                Some(row.1(key))
            }
            None => OTHERS.iter().find(|row| row.0 == text).map(|row| row.1),
        }
    }
}

impl std::fmt::Display for Done {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.key() {
            Some(key) => {
                let row = OF_KEYS.iter().find(|row| row.1(key) == *self);
                write!(f, "{}.{key}", row.map_or("", |row| row.0))
            }
            None => f.write_str(
                OTHERS
                    .iter()
                    .find(|row| row.1 == *self)
                    .map_or("", |row| row.0),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_read_as_it_was_written() {
        let key: KeyId = "akl_0123456789ABCDEF".parse().expect("a key id");
        let changes = OF_KEYS
            .iter()
            .map(|row| row.1(key))
            .chain(OTHERS.iter().map(|row| row.1));
        let nodes = Some(NodeCounts {
            confirmed: 2,
            nodes: 3,
            elapsed_ms: 31_502,
        });
        for done in changes {
            for nodes in [None, nodes] {
                let change = ReportedChange { done, nodes };
                let text = change.to_string();
                assert_eq!(ReportedChange::parse(&text), Some(change), "{text}");
            }
        }
    }

    #[test]
    fn anything_else_in_the_cookie_is_ignored() {
        for text in [
            "",
            "deactivated",
            "deactivated.",
            "deactivated.x",
            "saved.akl_0123456789ABCDEF",
            "<b>",
            "saved~",
            "saved~3.3",
            "saved~3.3.x",
            "saved~3.3.41.0",
        ] {
            assert_eq!(ReportedChange::parse(text), None, "{text}");
        }
    }
}
