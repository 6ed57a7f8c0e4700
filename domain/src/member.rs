//! The members of an account, and who has been asked to become one.

use crate::{
    Invalid,
    account::{Email, Role},
    id::{InvitationId, PersonId},
    time::{DAY, Timestamp},
};
use serde::{Deserialize, Serialize};

/// How long the link of an invitation works, in milliseconds: 7 days.
pub const INVITATION_LASTS: i64 = 7 * DAY;

/// Somebody who belongs to an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub id: PersonId,
    /// Their address.
    pub email: Email,
    /// What they may do.
    pub role: Role,
    /// Since when they belong to it.
    pub since: Timestamp,
    /// When they were last signed in, to the minute; `None` where they never were.
    pub last_seen: Option<Timestamp>,
}

/// An invitation that waits for an answer; its link is not kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// Its id.
    pub id: InvitationId,
    /// Who is invited.
    pub email: Email,
    /// What they will be allowed to do.
    pub role: Role,
    /// The address of who invited them.
    pub invited_by: String,
    /// Until when the link works.
    pub expires_at: Timestamp,
    /// Whether the link ended with an update of Latchkey: it was made before links were kept under the pepper.
    pub lapsed: bool,
}

/// What somebody who holds the link of an invitation may know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Welcome {
    /// The account's name.
    pub account: String,
    /// Who is invited.
    pub email: Email,
    /// What they will be allowed to do.
    pub role: Role,
    /// The address of who invited them.
    pub invited_by: String,
    /// Until when the link works.
    pub expires_at: Timestamp,
}

/// Reads the role of a member: `owner`, `developer` or `viewer`.
///
/// # Errors
/// Where it is none of these; support belongs to no account.
pub fn parse_role(raw: &str) -> Result<Role, Invalid> {
    Role::parse(raw)
        .filter(|role| *role != Role::Support)
        .ok_or_else(|| Invalid::new("Choose owner, developer or viewer."))
}

#[cfg(test)]
mod tests {
    use super::parse_role;

    #[test]
    fn nobody_is_invited_to_be_support() {
        for word in ["owner", "developer", "viewer"] {
            assert_eq!(parse_role(word).expect("a role").as_str(), word);
        }
        for word in ["support", "", "Owner", "root"] {
            assert!(parse_role(word).is_err(), "{word}");
        }
    }
}
