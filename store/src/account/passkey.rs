//! Passkeys of people.

use super::{
    factor_steps::{end_all_but, extend_factor, lock_person, use_challenge, use_proof},
    profile::{NewToken, replace_token},
    second_factor::{FactorAddition, PasskeyUse, UnusedProof},
};
use crate::{
    NewMail, PersonRow, Store, StoreError, change_row, execute, get_row, mail::insert_mail, read,
    record::append_events, row::corrupt, sql, transaction,
};
use domain::{
    account::Email,
    audit::AuditEvent,
    id::{PasskeyId, PersonId, SessionId},
    passkey::{MAX_PASSKEYS, Passkey, PasskeyName},
    time::{MINUTE, Timestamp},
};
use uuid::Uuid;

/// Milliseconds between two records of answers of one passkey with old counters: a copy of its key can make any number of them.
pub const REFUSAL_INTERVAL: i64 = 10 * MINUTE;

/// A stored passkey.
#[derive(Clone, Debug)]
pub struct PasskeyRow {
    pub person: PersonId,
    /// JSON with the public key, the signature counter and the backup state.
    pub credential: String,
    pub passkey: Passkey,
}

/// A passkey to insert.
#[derive(Debug)]
pub struct NewPasskey<'a> {
    pub id: PasskeyId,
    /// As the authenticator chose it.
    pub credential_id: &'a [u8],
    /// JSON with the public key, the signature counter and the backup state.
    pub credential: &'a str,
    pub name: &'a PasskeyName,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct RawPasskey {
    id: Uuid,
    person_id: Uuid,
    credential: String,
    name: String,
    created_at: i64,
    last_used_at: Option<i64>,
    signs_in_alone: bool,
}

impl RawPasskey {
    fn read(self) -> Result<PasskeyRow, StoreError> {
        Ok(PasskeyRow {
            person: PersonId(self.person_id),
            credential: self.credential,
            passkey: Passkey {
                id: PasskeyId(self.id),
                name: PasskeyName::parse(&self.name).map_err(|_| corrupt("name"))?,
                created_at: Timestamp(self.created_at),
                last_used_at: self.last_used_at.map(Timestamp),
                signs_in_alone: self.signs_in_alone,
            },
        })
    }
}

#[derive(sqlx::FromRow)]
struct RawOwnedPasskey {
    #[sqlx(flatten)]
    passkey: RawPasskey,
    email: String,
    password_hash: String,
    is_support: bool,
}

impl Store {
    /// Returns the passkeys of a person, in the order in which they were added.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn passkeys_of(&self, person: PersonId) -> Result<Vec<PasskeyRow>, StoreError> {
        let rows: Vec<RawPasskey> = read!(self, |pool| {
            sqlx::query_as(sql::PASSKEYS_BY_PERSON)
                .bind(person.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(RawPasskey::read).collect()
    }

    /// Returns the passkey with a credential id, and its person unless disabled.
    ///
    /// # Errors
    /// If the database fails or the row cannot be parsed.
    pub async fn passkey_by_credential(
        &self,
        credential_id: &[u8],
    ) -> Result<Option<(PersonRow, PasskeyRow)>, StoreError> {
        let row: Option<RawOwnedPasskey> = read!(self, |pool| {
            sqlx::query_as(sql::PASSKEY_BY_CREDENTIAL)
                .bind(credential_id)
                .fetch_optional(pool)
                .await
        })?;
        row.map(|row| {
            let passkey = row.passkey.read()?;
            let person = PersonRow {
                id: passkey.person,
                email: Email::parse(&row.email).map_err(|_| corrupt("email"))?,
                password_hash: row.password_hash,
                is_support: row.is_support,
            };
            Ok((person, passkey))
        })
        .transpose()
    }

    /// Inserts a passkey that has answered a challenge, by SHA-256 of its handle. If it is the person's first factor, recovery codes are inserted, and the
    /// person's other sessions end: they were opened without one.
    ///
    /// # Errors
    /// `Conflict` if the challenge was answered before or is gone, the credential is known, the person has [`MAX_PASSKEYS`] or no password, or
    /// has a second factor although it is added as the first, or the reverse; `NotFound` if the session has ended.
    pub async fn add_passkey(
        &self,
        (person, session): (PersonId, SessionId),
        new: &NewPasskey<'_>,
        challenge: &[u8; 32],
        addition: &FactorAddition<'_>,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            extend_factor!(tx, person, session, addition)?;
            use_challenge!(tx, challenge)?;
            let (count,): (i64,) = get_row!(tx, sql::PASSKEYS_COUNT, person.0)?;
            if usize::try_from(count).is_ok_and(|count| count >= MAX_PASSKEYS) {
                return Err(StoreError::Conflict);
            }
            if execute!(
                tx,
                sql::PASSKEY_INSERT,
                new.id.0,
                person.0,
                new.credential_id,
                new.credential,
                new.name.as_str(),
                new.at.0
            )? == 0
            {
                return Err(StoreError::Conflict);
            }
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Gives a passkey of a person another name.
    ///
    /// # Errors
    /// `NotFound` if the person has no such passkey.
    pub async fn rename_passkey(
        &self,
        person: PersonId,
        id: PasskeyId,
        name: &PasskeyName,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            // The person before the passkey and the accounts, as everywhere.
            lock_person!(tx, person)?;
            change_row!(tx, sql::PASSKEY_RENAME, id.0, person.0, name.as_str())?;
            append_events!(tx, events)?;
        })
    }

    /// Deletes a passkey of a person who has an authenticator app or another passkey. The person's other sessions end: the lost device
    /// may have one.
    ///
    /// # Errors
    /// `NotFound` if the person has no such passkey, or the session has ended; `Conflict` if it is the last factor.
    pub async fn remove_passkey(
        &self,
        (person, session): (PersonId, SessionId),
        id: PasskeyId,
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            end_all_but!(tx, person, session)?;
            change_row!(tx, sql::PASSKEY_DELETE, id.0, person.0)?;
            let (others,): (i64,) = get_row!(tx, sql::PASSKEY_OTHERS, person.0)?;
            if others == 0 {
                return Err(StoreError::Conflict);
            }
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }

    /// Records that a session's person has confirmed with a passkey, which counts as the password does. The session gets a new token.
    ///
    /// # Errors
    /// `NotFound` if the session has ended or has another token meanwhile; `Conflict` if the answer was used before.
    pub async fn reauthenticate_with_passkey(
        &self,
        person: PersonId,
        token: &NewToken<'_>,
        used: &PasskeyUse,
        events: &[AuditEvent],
    ) -> Result<(), StoreError> {
        let proof = UnusedProof::Passkey(used.clone());
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            replace_token!(tx, token)?;
            use_proof!(tx, person, &proof, token.at)?;
            append_events!(tx, events)?;
        })
    }

    /// Records that a passkey's answer, whose signature was right, was refused because its counter went back. From now on it is used
    /// after the password only: which of the two copies is the person's is unknown.
    ///
    /// # Errors
    /// `Conflict` if the challenge was answered before: the answer was sent twice; or if such an answer was recorded within
    /// [`REFUSAL_INTERVAL`], and the passkey has not signed in alone since.
    pub async fn refuse_passkey(
        &self,
        (person, id): (PersonId, PasskeyId),
        at: Timestamp,
        challenge: &[u8; 32],
        events: &[AuditEvent],
        mail: &[NewMail],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            lock_person!(tx, person)?;
            use_challenge!(tx, challenge)?;
            if execute!(
                tx,
                sql::PASSKEY_REFUSE_ALONE,
                id.0,
                person.0,
                at.0,
                at.0 - REFUSAL_INTERVAL
            )? == 0
            {
                return Err(StoreError::Conflict);
            }
            append_events!(tx, events)?;
            insert_mail!(tx, mail)?;
        })
    }
}
