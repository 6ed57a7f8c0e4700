//! Sign-in sessions. The table holds keyed hashes of their tokens, never a token.

use super::{
    factor_steps::{lock_enabled_person, lock_person, use_proof},
    identity::require_identity,
    profile::{NewToken, replace_token},
};
use crate::{
    NewMail, PepperName, ProviderSignIn, Store, StoreError, UnusedProof, change_row, execute,
    find_row, mail::insert_mail, read, record::append_events, row::corrupt, sql, transaction,
};
use domain::{
    account::Email,
    audit::AuditEvent,
    id::{AccountId, ApplicationId, PersonId, SessionId},
    profile::{DisplayName, Profile},
    second_factor::EnrolmentDeadline,
    time::Timestamp,
};
use uuid::Uuid;

/// A session to insert.
pub struct NewSession<'a> {
    /// HMAC-SHA-256 of the token.
    pub token_hash: &'a [u8; 32],
    /// The pepper of the hash.
    pub pepper: PepperName,
    pub id: SessionId,
    pub person: PersonId,
    /// The hash that the password was checked against.
    pub password_hash: &'a str,
    pub at: Timestamp,
    pub address: &'a str,
    pub user_agent: &'a str,
    /// HMAC-SHA-256 of the token of the browser's previous session, which ends.
    pub replaces: Option<&'a [u8; 32]>,
    /// The second factor; required of a person who has one.
    pub factor: Option<FactorProof<'a>>,
    /// The sign-in at the identity provider, whose factors replace those of this person, except for other accounts that require one.
    pub provider: Option<ProviderSignIn<'a>>,
}

/// A proof of the second factor.
pub struct FactorProof<'a> {
    /// HMAC-SHA-256 of the token of the pending sign-in that it completes; `None` for a passkey in place of the password.
    pub pending: Option<&'a [u8; 32]>,
    pub proof: UnusedProof,
}

/// A session with its person.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "they are columns")]
pub struct SessionRow {
    pub id: SessionId,
    pub person: PersonId,
    pub email: Email,
    /// Whether the person is support staff of the platform.
    pub is_support: bool,
    /// The time of the sign-in.
    pub created_at: Timestamp,
    /// The time of the last request, to the minute.
    pub seen_at: Timestamp,
    /// When the person last entered the password, used a passkey, or signed in at the identity provider; 0 if the provider does not say
    /// when.
    pub authenticated_at: Timestamp,
    /// Whether the person has a password.
    pub has_password: bool,
    /// Whether the person signed in through the identity provider.
    pub through_provider: bool,
    pub profile: Profile,
    /// The application whose pages the person read last; it may no longer be theirs.
    pub last_application: Option<ApplicationId>,
    /// Whether the person has a passkey.
    pub has_passkey: bool,
    /// Set if an account of the person requires a second factor, and the person has none.
    pub enrolment: Option<EnrolmentDeadline>,
}

#[derive(sqlx::FromRow)]
#[expect(clippy::struct_excessive_bools, reason = "they are columns")]
struct RawSession {
    id: Uuid,
    person_id: Uuid,
    created_at: i64,
    seen_at: i64,
    authenticated_at: i64,
    email: String,
    is_support: bool,
    name: String,
    time_zone: String,
    shortcuts: bool,
    last_application: Option<Uuid>,
    has_passkey: bool,
    has_password: bool,
    through_provider: bool,
    factor_needed_since: Option<i64>,
}

impl RawSession {
    fn read(self) -> Result<SessionRow, StoreError> {
        Ok(SessionRow {
            id: SessionId(self.id),
            person: PersonId(self.person_id),
            email: Email::parse(&self.email).map_err(|_| corrupt("email"))?,
            is_support: self.is_support,
            created_at: Timestamp(self.created_at),
            seen_at: Timestamp(self.seen_at),
            authenticated_at: Timestamp(self.authenticated_at),
            has_password: self.has_password,
            through_provider: self.through_provider,
            profile: Profile {
                name: DisplayName::parse(&self.name).map_err(|_| corrupt("name"))?,
                time_zone: self.time_zone,
                shortcuts: self.shortcuts,
            },
            last_application: self.last_application.map(ApplicationId),
            has_passkey: self.has_passkey,
            enrolment: self
                .factor_needed_since
                .map(|since| EnrolmentDeadline::after(Timestamp(since))),
        })
    }
}

impl Store {
    /// Returns the accounts that the person belongs to. Sign-ins are recorded in their audit logs.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn account_ids_of(&self, person: PersonId) -> Result<Vec<AccountId>, StoreError> {
        let rows: Vec<(Uuid,)> = read!(self, |pool| sqlx::query_as(sql::ACCOUNT_IDS_BY_PERSON)
            .bind(person.0)
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(|row| AccountId(row.0)).collect())
    }

    /// Inserts a session and the events of the sign-in. Deletes the session that it replaces, and sessions that were last used before
    /// the first instant of `ended` or created before the second.
    ///
    /// # Errors
    /// `NotFound` if the person is disabled, the password has changed or the identity was unlinked meanwhile, a second factor is
    /// missing, or its pending sign-in has ended; `Conflict` if the proof was used before, or is a passkey that does not sign in alone.
    pub async fn start_session(
        &self,
        new: &NewSession<'_>,
        events: &[AuditEvent],
        ended: (Timestamp, Timestamp),
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        // Never in the future: the provider's clock may be ahead.
        let authenticated_at = new.provider.map_or(new.at, |provider| {
            provider
                .authenticated_at
                .unwrap_or(Timestamp(0))
                .min(new.at)
        });
        transaction!(self, |tx| {
            // First: it waits for changes that delete sessions (another password, another second factor, disabling the person).
            // A statement of its own: under READ COMMITTED, one that has waited sees other tables as they were before.
            lock_enabled_person!(tx, new.person)?;
            if let Some(provider) = &new.provider {
                require_identity!(tx, provider.identity, new.person)?;
                let needed: Option<(Uuid,)> = find_row!(
                    tx,
                    sql::PERSON_NEEDS_FACTOR_ELSEWHERE,
                    new.person.0,
                    provider.account_or_nil()
                )?;
                if needed.is_some() && new.factor.is_none() {
                    return Err(StoreError::NotFound);
                }
            }
            execute!(tx, sql::SESSIONS_PRUNE, ended.0.0, ended.1.0)?;
            change_row!(
                tx,
                sql::PERSON_SIGN_IN,
                new.person.0,
                new.at.0,
                new.password_hash,
                new.factor.is_some() || new.provider.is_some()
            )?;
            if let Some(factor) = &new.factor {
                if let Some(pending) = factor.pending {
                    change_row!(
                        tx,
                        sql::PENDING_SIGN_IN_DELETE,
                        pending.as_slice(),
                        new.at.0
                    )?;
                }
                use_proof!(tx, new.person, &factor.proof, new.at)?;
                if let UnusedProof::Passkey(used) = &factor.proof {
                    if factor.pending.is_none() {
                        let alone: Option<(bool,)> =
                            find_row!(tx, sql::PASSKEY_SIGNS_IN_ALONE, used.id.0, new.person.0)?;
                        if alone != Some((true,)) {
                            return Err(StoreError::Conflict);
                        }
                    } else if new.provider.is_none() {
                        // After the password.
                        execute!(tx, sql::PASSKEY_ALLOW_ALONE, used.id.0, new.person.0)?;
                    }
                }
            }
            if let Some(replaced) = new.replaces {
                execute!(tx, sql::SESSION_DELETE, replaced.as_slice())?;
            }
            execute!(
                tx,
                sql::SESSION_INSERT,
                new.token_hash.as_slice(),
                new.id.0,
                new.person.0,
                new.at.0,
                authenticated_at.0,
                new.address,
                new.user_agent,
                new.pepper.to_string(),
                new.provider.is_some(),
                new.provider
                    .and_then(|provider| provider.account)
                    .map(|account| account.0)
            )?;
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Returns the session with this token hash, unless its person is disabled.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn session(&self, token_hash: &[u8; 32]) -> Result<Option<SessionRow>, StoreError> {
        let row: Option<RawSession> = read!(self, |pool| {
            sqlx::query_as(sql::SESSION_BY_TOKEN)
                .bind(token_hash.as_slice())
                .fetch_optional(pool)
                .await
        })?;
        row.map(RawSession::read).transpose()
    }

    /// Records a request of the session and its person. Does nothing if the session has ended.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn touch_session(
        &self,
        token_hash: &[u8; 32],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // The person before the session, as everywhere.
            for statement in [sql::PERSON_TOUCH_BY_SESSION, sql::SESSION_TOUCH] {
                execute!(tx, statement, token_hash.as_slice(), at.0)?;
            }
        })
    }

    /// Records that the session's person has entered the password again, or signed in at the identity provider again with an
    /// identity, and replaces the session's token. What the session has already is not moved back.
    ///
    /// # Errors
    /// `NotFound` if the session has ended or has another token meanwhile, the person is disabled, or the identity is not the person's.
    pub async fn reauthenticate_session(
        &self,
        token: &NewToken<'_>,
        (person, identity): (PersonId, Option<(&str, &str)>),
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // The person before the session, as everywhere.
            lock_enabled_person!(tx, person)?;
            if let Some(identity) = identity {
                require_identity!(tx, identity, person)?;
            }
            replace_token!(tx, token)?;
            append_events!(tx, events)?;
        })
    }

    /// Deletes a session, whatever its token is meanwhile, and appends the events if it existed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn end_session(
        &self,
        (person, id): (PersonId, SessionId),
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            let ended = execute!(tx, sql::SESSION_DELETE_BY_ID, person.0, id.0)?;
            if ended > 0 {
                append_events!(tx, events)?;
            }
        })
    }
}
