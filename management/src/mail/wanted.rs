//! Whether a waiting mail is still to be sent, and which parts of it.

use super::Content;
use crate::{Keyring, ManagementError};
use domain::{account::Role, id::ApplicationId, time::Timestamp};
use std::collections::BTreeSet;
use store::{MailAccess, MailRow};
use verification::TokenPurpose;

/// Returns what is still sent of a mail. Nothing if its link was used, replaced or withdrawn meanwhile, nor if its person is disabled,
/// has another address, has lost the access that it depends on, or has turned such mails off. One about a change of the sign-in
/// always is.
pub(super) async fn wanted(
    keyring: &Keyring,
    mail: &MailRow,
    content: Content,
    now: Timestamp,
) -> Result<Option<Content>, ManagementError> {
    let wanted = match &content {
        Content::Invitation { token, .. } => {
            let digests = keyring
                .hasher()
                .token_digests(TokenPurpose::Invitation, token);
            let mut wanted = false;
            for digest in digests {
                let row = keyring.store().invitation_by_token(&digest, now).await?;
                wanted |= row.is_some_and(|row| row.invitation.email == mail.recipient);
            }
            wanted
        }
        Content::PasswordReset { token, .. } => {
            let digests = keyring
                .hasher()
                .token_digests(TokenPurpose::PasswordReset, token);
            let mut wanted = false;
            for digest in digests {
                let row = keyring.store().password_reset(&digest, now).await?;
                wanted |= row.is_some_and(|row| row.email == mail.recipient);
            }
            wanted
        }
        Content::SignInChange { .. } | Content::Test => true,
        Content::NewSignIn { .. } | Content::WrongCode { .. } => {
            has_access(keyring, mail, &content, None).await?
        }
        Content::KeyExpiry { application, .. } => {
            let application = Some(*application);
            has_access(keyring, mail, &content, application).await?
        }
        Content::SecurityEvents { account, events } => {
            let mut events = events.clone();
            let applications: BTreeSet<_> = events.iter().map(|event| event.application).collect();
            for application in applications {
                if !has_access(keyring, mail, &content, application).await? {
                    events.retain(|event| event.application != application);
                }
            }
            let account = account.clone();
            let rest = (!events.is_empty()).then_some(Content::SecurityEvents { account, events });
            return Ok(rest);
        }
    };
    Ok(wanted.then_some(content))
}

/// Whether the mail's person wants it and has the role that it needs in an application or, for `None`, in the account.
async fn has_access(
    keyring: &Keyring,
    mail: &MailRow,
    content: &Content,
    application: Option<ApplicationId>,
) -> Result<bool, ManagementError> {
    let Some(person) = mail.person else {
        return Ok(false);
    };
    let access = keyring
        .store()
        .mail_access(person, mail.account, application);
    Ok(access.await?.is_some_and(|access| {
        access.email == mail.recipient.as_str() && is_granted(&access, content)
    }))
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
