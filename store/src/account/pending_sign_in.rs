//! Sign-ins whose password was correct, or that came through the identity provider, and that wait for a code of the second factor.

use super::identity::CompletedSignIn;
use crate::{
    PepperName, PersonRow, ProviderSignIn, Store, StoreError, execute, read, record::append_events,
    row::corrupt, sql, transaction,
};
use domain::{
    account::Email,
    audit::AuditEvent,
    id::{AccountId, PersonId},
    second_factor::MAX_CODE_ATTEMPTS,
    time::Timestamp,
};
use uuid::Uuid;

/// A pending sign-in to insert. It has no `Debug`, because of the hash.
pub struct NewPendingSignIn<'a> {
    /// HMAC-SHA-256 of the token.
    pub token_hash: &'a [u8; 32],
    /// The pepper of the hash.
    pub pepper: PepperName,
    pub person: PersonId,
    /// The hash that the password was checked against.
    pub password_hash: &'a str,
    pub at: Timestamp,
    pub expires_at: Timestamp,
    /// The sign-in at the identity provider, and how the person signed in there; `None` after a password.
    pub provider: Option<(ProviderSignIn<'a>, &'a str)>,
}

/// A pending sign-in.
#[derive(Clone)]
pub struct PendingSignInRow {
    pub person: PersonRow,
    /// `None` after a password.
    pub provider: Option<PendingProviderSignIn>,
}

/// A sign-in at the identity provider that waits for a code.
#[derive(Clone, Debug)]
pub struct PendingProviderSignIn {
    issuer: String,
    subject: String,
    authenticated_at: Option<Timestamp>,
    account: Option<AccountId>,
    /// How the person signed in there.
    pub detail: String,
}

impl PendingProviderSignIn {
    /// The sign-in, which was completed when it began to wait.
    pub fn sign_in(&self) -> ProviderSignIn<'_> {
        ProviderSignIn {
            completed: CompletedSignIn(()),
            identity: (&self.issuer, &self.subject),
            authenticated_at: self.authenticated_at,
            account: self.account,
        }
    }
}

#[derive(sqlx::FromRow)]
struct RawPendingSignIn {
    person_id: Uuid,
    email: String,
    password_hash: String,
    is_support: bool,
    issuer: Option<String>,
    subject: Option<String>,
    provider_account: Option<Uuid>,
    authenticated_at: Option<i64>,
    detail: String,
}

impl RawPendingSignIn {
    fn read(self) -> Result<PendingSignInRow, StoreError> {
        let identity = self.issuer.zip(self.subject);
        Ok(PendingSignInRow {
            person: PersonRow {
                id: PersonId(self.person_id),
                email: Email::parse(&self.email).map_err(|_| corrupt("email"))?,
                password_hash: self.password_hash,
                is_support: self.is_support,
            },
            provider: identity.map(|(issuer, subject)| PendingProviderSignIn {
                issuer,
                subject,
                authenticated_at: self.authenticated_at.map(Timestamp),
                account: self.provider_account.map(AccountId),
                detail: self.detail,
            }),
        })
    }
}

impl Store {
    /// Inserts a pending sign-in, and deletes those that have expired.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn begin_sign_in(
        &self,
        new: &NewPendingSignIn<'_>,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        let (provider, detail) = new.provider.unzip();
        let identity = provider.map(|provider| provider.identity);
        transaction!(self, |tx| {
            execute!(tx, sql::PENDING_SIGN_INS_PRUNE, new.at.0)?;
            execute!(
                tx,
                sql::PENDING_SIGN_IN_INSERT,
                new.token_hash.as_slice(),
                new.pepper.to_string(),
                new.person.0,
                new.password_hash,
                new.at.0,
                new.expires_at.0,
                identity.map(|(issuer, _)| issuer),
                identity.map(|(_, subject)| subject),
                provider.and_then(|one| one.account).map(|one| one.0),
                provider
                    .and_then(|one| one.authenticated_at)
                    .map(|one| one.0),
                detail.unwrap_or_default()
            )?;
            append_events!(tx, events)?;
        })
    }

    /// Returns a pending sign-in, unless it has expired or failed too often, the person is disabled, or the password
    /// has changed.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn pending_sign_in(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<Option<PendingSignInRow>, StoreError> {
        let row: Option<RawPendingSignIn> = read!(self, |pool| {
            sqlx::query_as(sql::PENDING_SIGN_IN_BY_TOKEN)
                .bind(token_hash.as_slice())
                .bind(now.0)
                .bind(MAX_CODE_ATTEMPTS)
                .fetch_optional(pool)
                .await
        })?;
        row.map(RawPendingSignIn::read).transpose()
    }

    /// Counts an attempt at the code before it is checked; whether another one is allowed. So concurrent attempts count too.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_code_attempt(
        &self,
        token_hash: &[u8; 32],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        transaction!(self, |tx| {
            execute!(
                tx,
                sql::PENDING_SIGN_IN_COUNT_ATTEMPT,
                token_hash.as_slice(),
                now.0,
                MAX_CODE_ATTEMPTS
            )? > 0
        })
    }
}
