//! The page of a reset link, and setting a new password with it.

use super::event;
use crate::{
    ManagementError, PasswordResets,
    sign_in::{
        password::{Lane, check_new},
        session::log_without_account,
    },
};
use domain::{
    account::Email,
    audit::{Action, Actor, AuditEvent},
    id::PersonId,
    mail::SignInChange,
    origin::Origin,
    time::Timestamp,
};
use secrecy::{ExposeSecret, SecretString};
use verification::TokenPurpose;

/// A reset link, as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReset {
    /// The person's e-mail address.
    pub email: Email,
    /// When it expires.
    pub expires_at: Timestamp,
}

impl PasswordResets<'_> {
    /// Returns the reset link with this token; `None` if it no longer works.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find(self, token: &str) -> Result<Option<OpenReset>, ManagementError> {
        let found = self.find_reset(token).await?;
        Ok(found.map(|(open, ..)| open))
    }

    async fn find_reset(
        self,
        token: &str,
    ) -> Result<Option<(OpenReset, PersonId, [u8; 32])>, ManagementError> {
        for digest in self
            .keyring
            .hasher()
            .token_digests(TokenPurpose::PasswordReset, token)
        {
            let row = self
                .keyring
                .store()
                .password_reset(&digest, self.keyring.now())
                .await?;
            if let Some(row) = row {
                let open = OpenReset {
                    email: row.email,
                    expires_at: row.expires_at,
                };
                return Ok(Some((open, row.person, digest)));
            }
        }
        Ok(None)
    }

    /// Sets a new password once, and ends all sessions of the person.
    ///
    /// # Errors
    /// `NotFound` if the link no longer works; `Invalid` if the password is too weak: the link still works;
    /// `Busy` while too many passwords are being checked.
    pub async fn complete(
        self,
        token: &str,
        password: SecretString,
        origin: &Origin,
    ) -> Result<(), ManagementError> {
        let Some((open, id, token_hash)) = self.find_reset(token).await? else {
            return Err(ManagementError::NotFound);
        };
        check_new(password.expose_secret(), &open.email)?;
        // The holder of the link is authenticated by it.
        let password = password.expose_secret();
        let Some(password_hash) = self
            .keyring
            .sign_in_state()
            .passwords()
            .try_hash(password, Lane::Known)
            .await?
        else {
            return Err(ManagementError::Busy);
        };
        let (keyring, origin) = (self.keyring.clone(), origin.clone());
        self.keyring
            .run_to_completion(async move {
                let at = keyring.now();
                let accounts = keyring.store().account_ids_of(id).await?;
                log_without_account(&accounts, Action::PasswordReset, id);
                let events: Vec<AuditEvent> = accounts
                    .into_iter()
                    .map(|account| {
                        let actor = Actor::Person {
                            id,
                            email: open.email.to_string(),
                        };
                        AuditEvent {
                            address: origin.address_text(),
                            request_id: origin.request_id.clone(),
                            ..event(account, actor, Action::PasswordReset, &open.email, at)
                        }
                    })
                    .collect();
                let change = SignInChange::PasswordReset {
                    keeps_passkeys: !keyring.store().passkeys_of(id).await?.is_empty(),
                };
                let mail = keyring
                    .outbox()
                    .sign_in_change(&open.email, change, &origin);
                let store = keyring.store();
                let reset =
                    store.reset_password(&token_hash, id, &password_hash, at, &events, &mail);
                Ok(keyring.outbox().charge(&mail, reset.await)?)
            })
            .await
    }
}
