//! What platform staff may find, in any account. Each look stands in the logs of the accounts that it reached.

use crate::{
    Store, StoreError,
    audit::append_event,
    keys::literally,
    read,
    row::{PlaceRow, corrupt},
    sql, transaction,
};
use domain::{
    account::Application,
    audit::Event,
    id::AccountId,
    key::{name::KeyName, token::KeyId},
    support::FoundAccount,
};
use uuid::Uuid;

/// A key with its place.
#[derive(Clone, Debug)]
pub struct FoundKey {
    /// The public key id.
    pub id: KeyId,
    /// Its name.
    pub name: KeyName,
    /// Where it belongs.
    pub application: Application,
}

#[derive(sqlx::FromRow)]
struct FoundKeyRow {
    id: String,
    key_name: String,
    application_id: Uuid,
    account_id: Uuid,
    account_name: String,
    name: String,
    time_zone: String,
}

impl Store {
    /// Writes that somebody looked, in each log that the events name: all of them or none.
    ///
    /// # Errors
    /// Where the database fails: nobody may see anything then.
    pub async fn record_looks(&self, events: &[Event]) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            for event in events {
                append_event!(tx, event)?;
            }
        })?;
        Ok(())
    }

    /// Accounts with this id, or with this text in their names (no text finds none).
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn find_accounts(
        &self,
        id: Uuid,
        name: &str,
        most: i64,
    ) -> Result<Vec<FoundAccount>, StoreError> {
        let rows: Vec<(Uuid, String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::SUPPORT_ACCOUNTS)
                .bind(id)
                .bind(anywhere(name))
                .bind(most)
                .fetch_all(pool)
                .await
        })?;
        Ok(rows
            .into_iter()
            .map(|(id, name, applications)| FoundAccount {
                id: AccountId(id),
                name,
                applications,
            })
            .collect())
    }

    /// Applications with this id or of the account with this id, or with this text in their names.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn find_applications(
        &self,
        id: Uuid,
        name: &str,
        most: i64,
    ) -> Result<Vec<Application>, StoreError> {
        let rows: Vec<PlaceRow> = read!(self, |pool| {
            sqlx::query_as(sql::SUPPORT_APPLICATIONS)
                .bind(id)
                .bind(anywhere(name))
                .bind(most)
                .fetch_all(pool)
                .await
        })?;
        Ok(rows.into_iter().map(PlaceRow::application).collect())
    }

    /// Keys whose mask shows these characters.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn find_keys_by_mask(
        &self,
        head: &str,
        tail: &str,
        most: i64,
    ) -> Result<Vec<FoundKey>, StoreError> {
        let rows: Vec<FoundKeyRow> = read!(self, |pool| {
            sqlx::query_as(sql::SUPPORT_KEYS_BY_MASK)
                .bind(head)
                .bind(tail)
                .bind(most)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|row| {
                Ok(FoundKey {
                    id: row.id.parse().map_err(|_| corrupt("id"))?,
                    name: KeyName::parse(&row.key_name).map_err(|_| corrupt("name"))?,
                    application: Application {
                        id: domain::id::ApplicationId(row.application_id),
                        account_id: AccountId(row.account_id),
                        account_name: row.account_name,
                        name: row.name,
                        time_zone: row.time_zone,
                    },
                })
            })
            .collect()
    }

    /// The application that a key belongs to.
    ///
    /// # Errors
    /// `NotFound` where there is no such key.
    pub async fn application_of_key(&self, id: KeyId) -> Result<Application, StoreError> {
        let row: PlaceRow = read!(self, |pool| {
            sqlx::query_as(sql::SUPPORT_APPLICATION_OF_KEY)
                .bind(id.to_string())
                .fetch_one(pool)
                .await
        })?;
        Ok(row.application())
    }
}

/// A pattern for text that stands anywhere in a name; empty for no text.
fn anywhere(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("%{}%", literally(&text.to_lowercase()))
    }
}
