//! Secrets of second factors, which are encrypted again under another pepper.

use crate::{PepperName, Store, StoreError, execute, read, sql, transaction};
use domain::id::PersonId;
use uuid::Uuid;

/// An encrypted secret with its person.
pub struct EncryptedSecret {
    pub person: PersonId,
    pub secret: Vec<u8>,
    pub pepper: PepperName,
}

/// The kinds of encrypted secrets of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactorSecret {
    /// The secret of the authenticator app.
    Authenticator,
    /// The secret under which recovery codes are stored.
    Recovery,
}

impl FactorSecret {
    const fn under_other_peppers(self) -> &'static str {
        match self {
            Self::Authenticator => sql::AUTHENTICATORS_UNDER_OTHER_PEPPERS,
            Self::Recovery => sql::SECOND_FACTORS_UNDER_OTHER_PEPPERS,
        }
    }

    const fn encrypt_again(self) -> &'static str {
        match self {
            Self::Authenticator => sql::AUTHENTICATOR_ENCRYPT_AGAIN,
            Self::Recovery => sql::SECOND_FACTOR_ENCRYPT_AGAIN,
        }
    }
}

/// Secrets that are encrypted again in one query.
const BATCH: i64 = 500;

impl Store {
    /// Returns some secrets that are encrypted under another pepper than `newest`, of people after `after`, sorted by person.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn secrets_under_other_peppers(
        &self,
        kind: FactorSecret,
        newest: PepperName,
        after: PersonId,
    ) -> Result<Vec<EncryptedSecret>, StoreError> {
        let rows: Vec<(Uuid, Vec<u8>, String)> = read!(self, |pool| {
            sqlx::query_as(kind.under_other_peppers())
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
        kind: FactorSecret,
        pairs: &[(EncryptedSecret, EncryptedSecret)],
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            for (old, new) in pairs {
                execute!(
                    tx,
                    kind.encrypt_again(),
                    old.person.0,
                    old.secret.as_slice(),
                    new.secret.as_slice(),
                    new.pepper.to_string()
                )?;
            }
        })
    }
}
