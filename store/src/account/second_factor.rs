//! Authenticator apps and recovery codes of people.

use super::{owner::require_owner, password_reset::require_only_member};
use crate::{
    NewMail, PepperName, Store, StoreError, audit::append_event, mail::insert_mail, read, sql,
    transaction,
};
use domain::{
    audit::AuditEvent,
    id::{AccountId, PersonId, SessionId},
    time::Timestamp,
};
use uuid::Uuid;

/// The authenticator app of a person.
#[derive(Clone)]
pub struct AuthenticatorRow {
    /// Nonce, ciphertext and tag.
    pub secret: Vec<u8>,
    /// The pepper from which the key is derived.
    pub pepper: PepperName,
    pub since: Timestamp,
    /// The time step of the last code that was used.
    pub last_step: i64,
}

/// An encrypted secret with its person.
pub struct EncryptedSecret {
    pub person: PersonId,
    pub secret: Vec<u8>,
    pub pepper: PepperName,
}

/// New recovery codes.
pub struct NewRecoveryCodes<'a> {
    /// HMAC-SHA-256 of each code under the authenticator secret.
    pub hashes: &'a [[u8; 32]],
    pub at: Timestamp,
}

/// A correct code that has not been used.
#[derive(Clone, Copy)]
pub enum UnusedCode {
    /// The time step of an authenticator app's code.
    Step(i64),
    /// HMAC-SHA-256 of a recovery code.
    Recovery([u8; 32]),
}

/// Secrets that are encrypted again in one query.
const BATCH: i64 = 500;

/// Inside a transaction: uses a code. Evaluates to a `Result`: `Conflict` if it was used before, or is none.
macro_rules! use_code {
    ($tx:ident, $person:expr, $code:expr, $at:expr) => {{
        let code: &$crate::UnusedCode = $code;
        let used = match code {
            $crate::UnusedCode::Step(step) => {
                sqlx::query($crate::sql::AUTHENTICATOR_USE_STEP)
                    .bind($person.0)
                    .bind(*step)
                    .execute(&mut *$tx)
                    .await
            }
            $crate::UnusedCode::Recovery(hash) => {
                sqlx::query($crate::sql::RECOVERY_CODE_USE)
                    .bind($person.0)
                    .bind(hash.as_slice())
                    .bind($at.0)
                    .execute(&mut *$tx)
                    .await
            }
        };
        used.map_err($crate::StoreError::from)
            .and_then(|used| match used.rows_affected() {
                0 => Err($crate::StoreError::Conflict),
                _ => Ok(()),
            })
    }};
}
pub(crate) use use_code;

/// Inside a transaction: locks the person's row, before any other row of theirs. Evaluates to a `Result`.
macro_rules! lock_person {
    ($tx:ident, $person:expr) => {
        sqlx::query(sql::PERSON_LOCK)
            .bind($person.0)
            .execute(&mut *$tx)
            .await
    };
}

/// Inside a transaction that has locked the person: ends all sessions but one, and all pending sign-ins. Evaluates to a `Result`:
/// `NotFound` if that session has ended.
macro_rules! end_all_but {
    ($tx:ident, $person:expr, $session:expr) => {
        async {
            let kept = sqlx::query(sql::SESSION_LOCK)
                .bind($person.0)
                .bind($session.0)
                .execute(&mut *$tx)
                .await?;
            if kept.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            sqlx::query(sql::SESSIONS_DELETE_OTHERS)
                .bind($person.0)
                .bind($session.0)
                .execute(&mut *$tx)
                .await?;
            sqlx::query(sql::PENDING_SIGN_INS_DELETE_BY_PERSON)
                .bind($person.0)
                .execute(&mut *$tx)
                .await?;
            Ok::<(), StoreError>(())
        }
        .await
    };
}

/// Inside a transaction: replaces the person's recovery codes. Evaluates to a `Result`.
macro_rules! replace_recovery_codes {
    ($tx:ident, $person:expr, $codes:expr) => {
        async {
            let codes: &NewRecoveryCodes<'_> = $codes;
            sqlx::query(sql::RECOVERY_CODES_DELETE_BY_PERSON)
                .bind($person.0)
                .execute(&mut *$tx)
                .await?;
            for hash in codes.hashes {
                sqlx::query(sql::RECOVERY_CODE_INSERT)
                    .bind(hash.as_slice())
                    .bind($person.0)
                    .bind(codes.at.0)
                    .execute(&mut *$tx)
                    .await?;
            }
            Ok::<(), StoreError>(())
        }
        .await
    };
}

impl Store {
    /// Returns the authenticator app of a person.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn authenticator(
        &self,
        person: PersonId,
    ) -> Result<Option<AuthenticatorRow>, StoreError> {
        let row: Option<(Vec<u8>, String, i64, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::AUTHENTICATOR_BY_PERSON)
                .bind(person.0)
                .fetch_optional(pool)
                .await
        })?;
        row.map(|(secret, pepper, since, last_step)| {
            Ok(AuthenticatorRow {
                secret,
                pepper: pepper.parse()?,
                since: Timestamp(since),
                last_step,
            })
        })
        .transpose()
    }

    /// Counts the unused recovery codes of a person.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn unused_recovery_codes(&self, person: PersonId) -> Result<i64, StoreError> {
        let (count,): (i64,) = read!(self, |pool| {
            sqlx::query_as(sql::RECOVERY_CODES_COUNT_UNUSED)
                .bind(person.0)
                .fetch_one(pool)
                .await
        })?;
        Ok(count)
    }

    /// Inserts the authenticator app of a person, whose first code was just used, and recovery codes. The person's other sessions
    /// end: they were opened without a code.
    ///
    /// # Errors
    /// `Conflict` if the person has one; `NotFound` if the session has ended.
    pub async fn add_authenticator(
        &self,
        (person, session): (PersonId, SessionId),
        app: &AuthenticatorRow,
        codes: &NewRecoveryCodes<'_>,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            end_all_but!(tx, person, session)?;
            sqlx::query(sql::AUTHENTICATOR_INSERT)
                .bind(person.0)
                .bind(app.secret.as_slice())
                .bind(app.pepper.to_string())
                .bind(app.since.0)
                .bind(app.last_step)
                .execute(&mut *tx)
                .await?;
            replace_recovery_codes!(tx, person, codes)?;
            for event in events {
                append_event!(tx, event)?;
            }
            insert_mail!(tx, mail)?;
        })?;
        Ok(())
    }

    /// Uses a code to replace the recovery codes.
    ///
    /// # Errors
    /// `Conflict` if the code was used before.
    pub async fn renew_recovery_codes(
        &self,
        person: PersonId,
        code: &UnusedCode,
        codes: &NewRecoveryCodes<'_>,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            use_code!(tx, person, code, codes.at)?;
            replace_recovery_codes!(tx, person, codes)?;
            for event in events {
                append_event!(tx, event)?;
            }
            insert_mail!(tx, mail)?;
        })?;
        Ok(())
    }

    /// Uses a code to delete the second factor of a person, whose other sessions end.
    ///
    /// # Errors
    /// `Conflict` if the code was used before; `NotFound` if the session has ended.
    pub async fn remove_second_factor(
        &self,
        (person, session): (PersonId, SessionId),
        code: &UnusedCode,
        at: Timestamp,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            end_all_but!(tx, person, session)?;
            use_code!(tx, person, code, at)?;
            for statement in [
                sql::AUTHENTICATOR_DELETE,
                sql::RECOVERY_CODES_DELETE_BY_PERSON,
            ] {
                sqlx::query(statement)
                    .bind(person.0)
                    .execute(&mut *tx)
                    .await?;
            }
            for event in events {
                append_event!(tx, event)?;
            }
            insert_mail!(tx, mail)?;
        })?;
        Ok(())
    }

    /// Deletes the second factor of a person without a code, and ends all of the person's sessions. `made_by` is the
    /// only account that the person may belong to, and its owner who does this; `None` for the command line.
    ///
    /// # Errors
    /// `NotFound` if the person has no second factor or is not a member, or the owner is none any more; `Conflict` if the person
    /// belongs to another account too.
    pub async fn reset_second_factor(
        &self,
        person: PersonId,
        made_by: Option<(AccountId, PersonId)>,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            // First, because it locks the accounts.
            for event in events {
                append_event!(tx, event)?;
            }
            if let Some((account, owner)) = made_by {
                require_owner!(tx, account, owner)?;
                require_only_member!(tx, person, account)?;
            }
            let deleted = sqlx::query(sql::AUTHENTICATOR_DELETE)
                .bind(person.0)
                .execute(&mut *tx)
                .await?;
            if deleted.rows_affected() == 0 {
                return Err(StoreError::NotFound);
            }
            for statement in [
                sql::RECOVERY_CODES_DELETE_BY_PERSON,
                sql::PENDING_SIGN_INS_DELETE_BY_PERSON,
                sql::SESSIONS_DELETE_BY_PERSON,
            ] {
                sqlx::query(statement)
                    .bind(person.0)
                    .execute(&mut *tx)
                    .await?;
            }
            insert_mail!(tx, mail)?;
        })?;
        Ok(())
    }

    /// Returns some secrets that are encrypted under another pepper than `newest`, of people after `after`, sorted by person.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn secrets_under_other_peppers(
        &self,
        newest: PepperName,
        after: PersonId,
    ) -> Result<Vec<EncryptedSecret>, StoreError> {
        let rows: Vec<(Uuid, Vec<u8>, String)> = read!(self, |pool| {
            sqlx::query_as(sql::AUTHENTICATORS_UNDER_OTHER_PEPPERS)
                .bind(newest.to_string())
                .bind(after.0)
                .bind(BATCH)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|(person, secret, pepper)| {
                Ok(EncryptedSecret {
                    person: PersonId(person),
                    secret,
                    pepper: pepper.parse()?,
                })
            })
            .collect()
    }

    /// Replaces encrypted secrets: each pair is the old row and the new one. A secret that has changed meanwhile is left as it is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn encrypt_secrets_again(
        &self,
        pairs: &[(EncryptedSecret, EncryptedSecret)],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            for (old, new) in pairs {
                sqlx::query(sql::AUTHENTICATOR_ENCRYPT_AGAIN)
                    .bind(old.person.0)
                    .bind(old.secret.as_slice())
                    .bind(new.secret.as_slice())
                    .bind(new.pepper.to_string())
                    .execute(&mut *tx)
                    .await?;
            }
        })?;
        Ok(())
    }
}
