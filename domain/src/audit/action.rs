//! Audited actions, with their stored names and phrases.

use serde::{Deserialize, Serialize};

/// An audited action: every change, and every access by support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the phrases below describe them")]
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
    MemberLeft,
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
    AccountRenamed,
    ApplicationArchived,
    ApplicationRestored,
    ApplicationDeleted,
    ApplicationRoleChanged,
    OwnershipTransferred,
    ProfileChanged,
    EmailChanged,
    PasswordChanged,
    SessionsEnded,
    InvitationRenewed,
    CodeRequired,
    FactorAdded,
    FactorRemoved,
    RecoveryCodesRenewed,
    FactorsReset,
    FactorPolicyChanged,
    AuthenticatorAdded,
    AuthenticatorRemoved,
    PasskeyAdded,
    PasskeyRenamed,
    PasskeyRemoved,
    PasskeyUsed,
    PasskeyRefused,
    CodeUsed,
    IdentityLinked,
    IdentityUnlinked,
    IdentityConfirmed,
    SingleSignOnRefused,
}

impl Action {
    const ALL: [(Self, &'static str, &'static str); 57] = [
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
            "confirmed saving the secret of",
        ),
        (
            Self::KeyRegenerated,
            "key.regenerated",
            "regenerated the secret of",
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
            "changed a member's role",
        ),
        (Self::MemberRemoved, "member.removed", "removed a member"),
        (Self::MemberLeft, "member.left", "left the account"),
        (Self::SignedIn, "session.started", "signed in"),
        (Self::SignedOut, "session.ended", "signed out"),
        (
            Self::SupportLooked,
            "support.looked",
            "(support) viewed this",
        ),
        (
            Self::PasswordEntered,
            "session.proved",
            "re-entered the password",
        ),
        (Self::MemberInvited, "member.invited", "invited a member"),
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
            "created a password reset link for",
        ),
        (
            Self::PasswordReset,
            "password.reset",
            "reset the password of",
        ),
        (
            Self::PersonDisabled,
            "person.disabled",
            "disabled sign-in for",
        ),
        (Self::PersonEnabled, "person.enabled", "enabled sign-in for"),
        (
            Self::AccountRenamed,
            "account.renamed",
            "renamed the account",
        ),
        (
            Self::ApplicationArchived,
            "application.archived",
            "archived the application",
        ),
        (
            Self::ApplicationRestored,
            "application.restored",
            "restored the application",
        ),
        (
            Self::ApplicationDeleted,
            "application.deleted",
            "deleted the application",
        ),
        (
            Self::ApplicationRoleChanged,
            "application.role",
            "changed a member's role in an application",
        ),
        (
            Self::OwnershipTransferred,
            "account.transferred",
            "transferred ownership of the account to",
        ),
        (
            Self::ProfileChanged,
            "person.changed",
            "changed the profile of",
        ),
        (Self::EmailChanged, "email.changed", "changed the email of"),
        (
            Self::PasswordChanged,
            "password.changed",
            "changed the password of",
        ),
        (Self::SessionsEnded, "sessions.ended", "ended sessions of"),
        (
            Self::InvitationRenewed,
            "invitation.renewed",
            "created a new invitation link for",
        ),
        (
            Self::CodeRequired,
            "session.code_required",
            "entered the password and was asked for a code",
        ),
        (
            Self::FactorAdded,
            "factor.added",
            "turned on two-factor authentication",
        ),
        (
            Self::FactorRemoved,
            "factor.removed",
            "turned off two-factor authentication",
        ),
        (
            Self::RecoveryCodesRenewed,
            "factor.codes_renewed",
            "created new recovery codes",
        ),
        (
            Self::FactorsReset,
            "factor.reset",
            "reset two-factor authentication of",
        ),
        (
            Self::FactorPolicyChanged,
            "factor.policy_changed",
            "changed who needs two-factor authentication",
        ),
        (
            Self::AuthenticatorAdded,
            "authenticator.added",
            "added an authenticator app",
        ),
        (
            Self::AuthenticatorRemoved,
            "authenticator.removed",
            "removed the authenticator app of",
        ),
        (Self::PasskeyAdded, "passkey.added", "added a passkey"),
        (Self::PasskeyRenamed, "passkey.renamed", "renamed a passkey"),
        (
            Self::PasskeyRemoved,
            "passkey.removed",
            "removed a passkey of",
        ),
        (
            Self::PasskeyUsed,
            "passkey.used",
            "confirmed with a passkey",
        ),
        (
            Self::PasskeyRefused,
            "passkey.refused",
            "presented a passkey that may have been copied, of",
        ),
        (
            Self::CodeUsed,
            "factor.proved",
            "confirmed with a verification code",
        ),
        (
            Self::IdentityLinked,
            "identity.linked",
            "linked single sign-on for",
        ),
        (
            Self::IdentityUnlinked,
            "identity.unlinked",
            "unlinked single sign-on for",
        ),
        (
            Self::IdentityConfirmed,
            "session.confirmed",
            "signed in again through single sign-on",
        ),
        (
            Self::SingleSignOnRefused,
            "identity.refused",
            "denied single sign-on to",
        ),
    ];

    /// Returns all actions.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().map(|row| row.0)
    }

    /// Returns the stored name.
    pub fn as_str(self) -> &'static str {
        self.row().1
    }

    /// Returns the phrase between the actor's name and the target in a sentence.
    pub fn phrase(self) -> &'static str {
        self.row().2
    }

    /// Returns the phrase where no target follows.
    pub fn phrase_without_target(self) -> &'static str {
        let phrase = self.phrase();
        [", of", " of", " for", " to"]
            .into_iter()
            .find_map(|end| phrase.strip_suffix(end))
            .unwrap_or(phrase)
    }

    /// Returns the phrase for an actor who is the target as well, which does not follow.
    pub fn phrase_on_oneself(self) -> &'static str {
        match self {
            Self::EventAcknowledged => "acknowledged their own security event",
            Self::ResetLinkMade => "created a password reset link for themselves",
            Self::PasswordReset => "reset their own password",
            Self::ProfileChanged => "changed their own profile",
            Self::EmailChanged => "changed their own email",
            Self::PasswordChanged => "changed their own password",
            Self::SessionsEnded => "ended their own sessions",
            Self::AuthenticatorRemoved => "removed their own authenticator app",
            Self::PasskeyRemoved => "removed their own passkey",
            Self::IdentityLinked => "linked their own single sign-on",
            Self::IdentityUnlinked => "unlinked their own single sign-on",
            _ => self.phrase_without_target(),
        }
    }

    /// Parses the output of [`Action::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == text).map(|row| row.0)
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        // The rows are in the order of the variants; a test checks it.
        &Self::ALL[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::Action;

    #[test]
    fn every_row_is_at_the_index_of_its_action() {
        for (index, (action, name, _)) in Action::ALL.iter().enumerate() {
            assert_eq!(*action as usize, index);
            assert_eq!(Action::parse(name), Some(*action));
        }
    }

    #[test]
    fn a_phrase_on_oneself_names_the_actor_as_the_target() {
        for (action, phrase) in [
            (
                Action::EventAcknowledged,
                "acknowledged their own security event",
            ),
            (
                Action::ResetLinkMade,
                "created a password reset link for themselves",
            ),
            (Action::PasswordReset, "reset their own password"),
            (Action::ProfileChanged, "changed their own profile"),
            (Action::EmailChanged, "changed their own email"),
            (Action::PasswordChanged, "changed their own password"),
            (Action::SessionsEnded, "ended their own sessions"),
            (
                Action::AuthenticatorRemoved,
                "removed their own authenticator app",
            ),
            (Action::PasskeyRemoved, "removed their own passkey"),
            (Action::IdentityLinked, "linked their own single sign-on"),
            (
                Action::IdentityUnlinked,
                "unlinked their own single sign-on",
            ),
            (Action::KeyConfirmed, "confirmed saving the secret"),
        ] {
            assert_eq!(action.phrase_on_oneself(), phrase);
        }
    }
}
