//! Members of an account and invitations.

use crate::{
    Invalid,
    account::{Email, Role},
    id::{InvitationId, PersonId},
    profile::DisplayName,
    time::{DAY, Timestamp},
};
use serde::{Deserialize, Serialize};

/// How long the link of an invitation is valid: 7 days in milliseconds.
pub const INVITATION_LIFETIME: i64 = 7 * DAY;

/// A member of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Member {
    pub id: PersonId,
    pub email: Email,
    pub name: DisplayName,
    /// The role in the account.
    pub role: Role,
    /// The role in the current application, if it is another one.
    pub application_role: Option<Role>,
    /// When the person became a member.
    pub since: Timestamp,
    /// The last activity in a session, to the minute; `None` if the person never signed in.
    pub last_seen: Option<Timestamp>,
    pub has_second_factor: bool,
    /// Whether the identity provider granted the membership: the groups there set the role at each sign-in.
    pub managed: bool,
}

/// A pending invitation. Its link is not stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Invitation {
    pub id: InvitationId,
    pub email: Email,
    pub role: Role,
    /// The e-mail address of the inviting person.
    pub invited_by: String,
    pub expires_at: Timestamp,
    /// Whether the link was invalidated by an update: it was created before tokens were keyed with the pepper.
    pub lapsed: bool,
}

/// The part of an invitation that the holder of its link may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct InvitationDetails {
    pub account: String,
    pub email: Email,
    pub role: Role,
    /// The e-mail address of the inviting person.
    pub invited_by: String,
    pub expires_at: Timestamp,
}

/// Parses the role of a member: `owner`, `developer` or `viewer`.
///
/// # Errors
/// If it is another role; support is not a member of any account.
pub fn parse_role(raw: &str) -> Result<Role, Invalid> {
    Role::parse(raw)
        .filter(|role| *role != Role::Support)
        .ok_or_else(|| Invalid::new("Choose Owner, Developer or Viewer."))
}

#[cfg(test)]
mod tests {
    use super::{INVITATION_LIFETIME, parse_role};

    #[test]
    fn support_is_not_a_role_of_members() {
        for word in ["owner", "developer", "viewer"] {
            assert_eq!(parse_role(word).expect("a role").as_str(), word);
        }
        for word in ["support", "", "Owner", "root"] {
            assert!(parse_role(word).is_err(), "{word}");
        }
    }

    #[test]
    fn an_invitation_is_valid_for_7_days() {
        assert_eq!(INVITATION_LIFETIME, 604_800_000);
    }
}
