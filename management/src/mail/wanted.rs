//! Whether a mail that waits is still sent.

use super::Content;
use crate::{Keyring, ManagementError};
use domain::{account::Role, time::Timestamp};
use store::{MailAccess, MailRow};
use verification::TokenPurpose;

impl Keyring {
    /// Whether a mail is still sent. Not if its link was used, replaced or withdrawn meanwhile, nor if its person is disabled, has another
    /// address, has lost the access that it depends on, or has turned such mails off. One about a change of the sign-in always is.
    pub(super) async fn is_wanted(
        &self,
        mail: &MailRow,
        content: &Content,
        now: Timestamp,
    ) -> Result<bool, ManagementError> {
        match content {
            Content::Invitation { token, .. } => {
                let digests = self.hasher.token_digests(TokenPurpose::Invitation, token);
                for digest in digests {
                    if let Some(row) = self.store.invitation_by_token(&digest, now).await? {
                        return Ok(row.invitation.email == mail.recipient);
                    }
                }
                Ok(false)
            }
            Content::PasswordReset { token, .. } => {
                let digests = self
                    .hasher
                    .token_digests(TokenPurpose::PasswordReset, token);
                for digest in digests {
                    if let Some(row) = self.store.password_reset(&digest, now).await? {
                        return Ok(row.email == mail.recipient);
                    }
                }
                Ok(false)
            }
            Content::SignInChange { .. } | Content::Test => Ok(true),
            Content::NewSignIn { .. }
            | Content::KeyExpiry { .. }
            | Content::SecurityEvents { .. } => self.has_access(mail, content).await,
        }
    }

    async fn has_access(&self, mail: &MailRow, content: &Content) -> Result<bool, ManagementError> {
        let Some(person) = mail.person else {
            return Ok(false);
        };
        let applications = match content {
            Content::KeyExpiry { application, .. } => vec![Some(*application)],
            Content::SecurityEvents { applications, .. } => applications.clone(),
            _ => vec![None],
        };
        for application in applications {
            let access = self.store.mail_access(person, mail.account, application);
            let access = access.await?;
            let granted = access.is_some_and(|access| {
                access.email == mail.recipient.as_str() && is_granted(&access, content)
            });
            if !granted {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Whether a person wants such mails, and has the role that they need.
fn is_granted(access: &MailAccess, content: &Content) -> bool {
    let is_owner = access.role == Some(Role::Owner);
    match content {
        Content::KeyExpiry { as_owner, .. } => {
            let edits = access.role.is_some_and(Role::can_edit_keys);
            access.wanted.key_expiry && (is_owner || (!as_owner && edits))
        }
        Content::SecurityEvents { .. } => access.wanted.security_events && is_owner,
        _ => access.wanted.new_sign_ins,
    }
}
