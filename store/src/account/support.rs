//! Lookups by support staff in all accounts. Each lookup is recorded in the logs of the accounts that it found.

use super::application_row::ApplicationWithAccountRow;
use crate::{
    Store, StoreError, key::escape_like, read, record::append_events, row::corrupt, sql,
    transaction,
};
use domain::{
    account::Application,
    audit::AuditEvent,
    id::AccountId,
    key::{name::KeyName, token::KeyId},
    name::folded,
    support::FoundAccount,
    time::Timestamp,
};
use uuid::Uuid;

/// A key with its application.
#[derive(Clone, Debug)]
pub struct KeyWithApplication {
    pub id: KeyId,
    pub name: KeyName,
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
    archived_at: Option<i64>,
}

impl Store {
    /// Appends events to the logs of their accounts: all of them or none.
    ///
    /// # Errors
    /// If the database fails: the result of the lookup must not be shown then.
    pub async fn append_audit_events(&self, events: &[AuditEvent]) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            append_events!(tx, events)?;
        })
    }

    /// Returns at most `limit` accounts with this id, or with this text in their names; an empty text finds none.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_accounts(
        &self,
        id: Uuid,
        name: &str,
        limit: i64,
    ) -> Result<Vec<FoundAccount>, StoreError> {
        let rows: Vec<(Uuid, String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::SUPPORT_ACCOUNTS)
                .bind(id)
                .bind(containing(name))
                .bind(limit)
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

    /// Returns at most `limit` applications with this id, of the account with this id, or with this text in their names.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_applications(
        &self,
        id: Uuid,
        name: &str,
        limit: i64,
    ) -> Result<Vec<Application>, StoreError> {
        let rows: Vec<ApplicationWithAccountRow> = read!(self, |pool| {
            sqlx::query_as(sql::SUPPORT_APPLICATIONS)
                .bind(id)
                .bind(containing(name))
                .bind(limit)
                .fetch_all(pool)
                .await
        })?;
        Ok(rows
            .into_iter()
            .map(ApplicationWithAccountRow::application)
            .collect())
    }

    /// Returns at most `limit` keys whose mask shows these characters.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn find_keys_by_mask(
        &self,
        head: &str,
        tail: &str,
        limit: i64,
    ) -> Result<Vec<KeyWithApplication>, StoreError> {
        let rows: Vec<FoundKeyRow> = read!(self, |pool| {
            sqlx::query_as(sql::SUPPORT_KEYS_BY_MASK)
                .bind(head)
                .bind(tail)
                .bind(limit)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|row| {
                Ok(KeyWithApplication {
                    id: row.id.parse().map_err(|_| corrupt("id"))?,
                    name: KeyName::parse(&row.key_name).map_err(|_| corrupt("name"))?,
                    application: Application {
                        id: domain::id::ApplicationId(row.application_id),
                        account_id: AccountId(row.account_id),
                        account_name: row.account_name,
                        name: row.name,
                        time_zone: row.time_zone,
                        archived_at: row.archived_at.map(Timestamp),
                    },
                })
            })
            .collect()
    }

    /// Returns the application that a key belongs to.
    ///
    /// # Errors
    /// `NotFound` if there is no such key.
    pub async fn application_of_key(&self, id: KeyId) -> Result<Application, StoreError> {
        let row: ApplicationWithAccountRow = read!(self, |pool| {
            sqlx::query_as(sql::SUPPORT_APPLICATION_OF_KEY)
                .bind(id.to_string())
                .fetch_one(pool)
                .await
        })?;
        Ok(row.application())
    }
}

/// Returns a `LIKE` pattern for names that contain a text; empty for an empty text.
fn containing(text: &str) -> String {
    let text = folded(text);
    if text.is_empty() {
        String::new()
    } else {
        format!("%{}%", escape_like(&text))
    }
}
