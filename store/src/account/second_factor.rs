//! Second factors of people: authenticator apps, recovery codes, and what they have in common with passkeys.

use super::{
    factor_steps::{
        end_all_but, extend_factor, lock_person, replace_recovery_codes, require_session, use_proof,
    },
    members::require_only_member,
};
use crate::{
    NewMail, PepperName, Store, StoreError, change_row, execute, mail::insert_mail,
    owner::require_owner, read, record::append_events, sql, transaction,
};
use domain::{
    audit::AuditEvent,
    id::{AccountId, PasskeyId, PersonId, SessionId},
    time::Timestamp,
};

/// The second factor of a person.
#[derive(Clone)]
pub struct SecondFactorRow {
    /// Nonce, ciphertext and tag of the secret under which recovery codes are stored.
    pub recovery_secret: Vec<u8>,
    /// The pepper from which the key is derived.
    pub pepper: PepperName,
    pub since: Timestamp,
}

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

/// The second factor to insert with a person's first app or passkey.
pub struct NewSecondFactor<'a> {
    /// Nonce, ciphertext and tag.
    pub recovery_secret: &'a [u8],
    /// The pepper from which the key is derived.
    pub pepper: PepperName,
    pub codes: NewRecoveryCodes<'a>,
}

/// How an app or a passkey is added.
pub enum FactorAddition<'a> {
    /// As the person's first factor, with recovery codes.
    First(NewSecondFactor<'a>),
    /// To a second factor of which the person has given a proof.
    Proven,
}

/// New recovery codes.
pub struct NewRecoveryCodes<'a> {
    /// HMAC-SHA-256 of each code under the secret of the second factor.
    pub hashes: &'a [[u8; 32]],
    pub at: Timestamp,
}

/// A passkey's correct answer to a challenge.
#[derive(Clone)]
pub struct PasskeyUse {
    pub id: PasskeyId,
    /// The credential that the answer was checked against.
    pub before: String,
    /// The credential with the answer's counter and backup state.
    pub after: String,
    /// SHA-256 of the challenge's handle.
    pub challenge: [u8; 32],
}

/// A correct code or a passkey's answer that has not been used.
#[derive(Clone)]
pub enum UnusedProof {
    /// The time step of an authenticator app's code.
    Step(i64),
    /// HMAC-SHA-256 of a recovery code.
    Recovery([u8; 32]),
    /// A passkey's answer to a challenge.
    Passkey(PasskeyUse),
}

impl Store {
    /// Returns the second factor of a person.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn second_factor(
        &self,
        person: PersonId,
    ) -> Result<Option<SecondFactorRow>, StoreError> {
        let row: Option<(Vec<u8>, String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::SECOND_FACTOR_BY_PERSON)
                .bind(person.0)
                .fetch_optional(pool)
                .await
        })?;
        row.map(|(recovery_secret, pepper, since)| {
            Ok(SecondFactorRow {
                recovery_secret,
                pepper: pepper.parse()?,
                since: Timestamp(since),
            })
        })
        .transpose()
    }

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

    /// Uses a proof of the second factor, to add to it.
    ///
    /// # Errors
    /// `Conflict` if the proof was used before; `NotFound` if the session has ended.
    pub async fn prove_second_factor(
        &self,
        (person, session): (PersonId, SessionId),
        proof: &UnusedProof,
        at: Timestamp,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            require_session!(tx, person, session)?;
            use_proof!(tx, person, proof, at)?;
            append_events!(tx, events)?;
        })
    }

    /// Inserts the authenticator app of a person, whose first code was just used. If it is the person's first factor, recovery codes
    /// are inserted, and the person's other sessions end: they were opened without one.
    ///
    /// # Errors
    /// `Conflict` if the person has one, or has a second factor although it is added as the first, or the reverse; `NotFound` if the
    /// session has ended.
    pub async fn add_authenticator(
        &self,
        (person, session): (PersonId, SessionId),
        app: &AuthenticatorRow,
        addition: &FactorAddition<'_>,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            extend_factor!(tx, person, session, addition)?;
            execute!(
                tx,
                sql::AUTHENTICATOR_INSERT,
                person.0,
                app.secret.as_slice(),
                app.pepper.to_string(),
                app.since.0,
                app.last_step
            )?;
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Deletes the authenticator app of a person who has a passkey. The person's other sessions end.
    ///
    /// # Errors
    /// `Conflict` if there is no app or no passkey; `NotFound` if the session has ended.
    pub async fn remove_authenticator(
        &self,
        (person, session): (PersonId, SessionId),
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            end_all_but!(tx, person, session)?;
            if execute!(tx, sql::AUTHENTICATOR_DELETE, person.0)? == 0 {
                return Err(StoreError::Conflict);
            }
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Uses a proof of the second factor to replace the recovery codes, whose digests are under its secret.
    ///
    /// # Errors
    /// `Conflict` if the proof was used before; `NotFound` if the session has ended, or the second factor has another secret meanwhile.
    pub async fn renew_recovery_codes(
        &self,
        (person, session): (PersonId, SessionId),
        (factor, proof): (&SecondFactorRow, &UnusedProof),
        codes: &NewRecoveryCodes<'_>,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            require_session!(tx, person, session)?;
            change_row!(
                tx,
                sql::SECOND_FACTOR_LOCK_SECRET,
                person.0,
                factor.recovery_secret.as_slice()
            )?;
            use_proof!(tx, person, proof, codes.at)?;
            replace_recovery_codes!(tx, person, codes)?;
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Uses a proof of the second factor to delete it, with the app, the passkeys and the recovery codes. The person's other sessions
    /// end.
    ///
    /// # Errors
    /// `Conflict` if the proof was used before; `NotFound` if the session has ended.
    pub async fn remove_second_factor(
        &self,
        (person, session): (PersonId, SessionId),
        proof: &UnusedProof,
        at: Timestamp,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            end_all_but!(tx, person, session)?;
            use_proof!(tx, person, proof, at)?;
            execute!(tx, sql::SECOND_FACTOR_DELETE, person.0)?;
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Deletes the second factor of a person without a proof of it, and ends all of the person's sessions. `made_by` is the
    /// only account that the person may belong to, and its owner who does this; `None` for the command line.
    ///
    /// # Errors
    /// `NotFound` if the person has no second factor or is not a member, or the owner is no longer one; `Conflict` if the person
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
            append_events!(tx, events)?;
            if let Some((account, owner)) = made_by {
                require_owner!(tx, account, owner)?;
                require_only_member!(tx, person, account)?;
            }
            change_row!(tx, sql::SECOND_FACTOR_DELETE, person.0)?;
            for statement in [
                sql::PENDING_SIGN_INS_DELETE_BY_PERSON,
                sql::SESSIONS_DELETE_BY_PERSON,
            ] {
                execute!(tx, statement, person.0)?;
            }
            insert_mail!(tx, mail)?;
        })
    }
}
