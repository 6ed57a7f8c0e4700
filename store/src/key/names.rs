//! Names of keys.

use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    id::{AccountId, ApplicationId},
    key::{name::KeyName, token::KeyId},
    page::PAGE_SIZE,
};
use std::collections::HashMap;
use uuid::Uuid;

impl Store {
    /// Returns the names of an application's keys, for at most [`PAGE_SIZE`] ids. Ids without a key are omitted.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn key_names(
        &self,
        app: ApplicationId,
        ids: &[KeyId],
    ) -> Result<HashMap<KeyId, KeyName>, StoreError> {
        self.names_by_id(sql::KEY_NAMES, app.0, ids).await
    }

    /// As [`Store::key_names`], for the keys of all applications of an account.
    ///
    /// # Errors
    /// As [`Store::key_names`].
    pub async fn key_names_in_account(
        &self,
        account: AccountId,
        ids: &[KeyId],
    ) -> Result<HashMap<KeyId, KeyName>, StoreError> {
        self.names_by_id(sql::AUDIT_KEY_NAMES, account.0, ids).await
    }

    async fn names_by_id(
        &self,
        statement: &'static str,
        owner: Uuid,
        ids: &[KeyId],
    ) -> Result<HashMap<KeyId, KeyName>, StoreError> {
        let ids: Vec<String> = ids.iter().map(KeyId::to_string).collect();
        let rows: Vec<(String, String)> = read!(self, |pool| {
            let mut query = sqlx::query_as(statement).bind(owner);
            for place in 0..PAGE_SIZE {
                query = query.bind(ids.get(place).map_or("", String::as_str));
            }
            query.fetch_all(pool).await
        })?;
        rows.iter().map(parse).collect()
    }

    /// Returns the names of an application's newest `limit` keys, the newest first.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn newest_key_names(
        &self,
        app: ApplicationId,
        limit: i64,
    ) -> Result<Vec<(KeyId, KeyName)>, StoreError> {
        let rows: Vec<(String, String)> = read!(self, |pool| {
            sqlx::query_as(sql::KEY_NEWEST_NAMES)
                .bind(app.0)
                .bind(limit)
                .fetch_all(pool)
                .await
        })?;
        rows.iter().map(parse).collect()
    }
}

fn parse((id, name): &(String, String)) -> Result<(KeyId, KeyName), StoreError> {
    let id = id.parse().map_err(|_| corrupt("id"))?;
    Ok((id, KeyName::parse(name).map_err(|_| corrupt("name"))?))
}
