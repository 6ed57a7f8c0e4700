//! All keys of an application at once.

use crate::{
    Store, StoreError,
    audit::{actor_id, append, link},
    keys::{IndexRow, RawIndexRow},
    read, sql, write,
};
use domain::{audit::Event, id::ApplicationId};

impl Store {
    /// Keys of the application that are not revoked.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_unrevoked_keys(&self, app: ApplicationId) -> Result<i64, StoreError> {
        let (count,): (i64,) = read!(self, |pool| {
            sqlx::query_as(sql::KEYS_UNREVOKED)
                .bind(app.0)
                .fetch_one(pool)
                .await
        })?;
        Ok(count)
    }

    /// Revokes all keys of the application that are not revoked, in one transaction; returns how many. Each of them
    /// gets its record: `one` with the key's id as its target. `whole` tells the record of the application from their
    /// number.
    ///
    /// # Errors
    /// Where the database fails: nothing was revoked then.
    pub async fn revoke_all_keys(
        &self,
        app: ApplicationId,
        reason: &str,
        mut one: Event,
        whole: impl Fn(usize) -> Event,
    ) -> Result<usize, StoreError> {
        let count = write!(self, |tx| {
            let ids: Vec<(String,)> = sqlx::query_as(sql::KEYS_REVOKE_ALL)
                .bind(app.0)
                .bind(one.at.0)
                .bind(reason)
                .fetch_all(&mut *tx)
                .await?;
            if !ids.is_empty() {
                append!(tx, &whole(ids.len()));
                // Their numbers are taken at once: three statements a key would hold the account's row for long.
                let many = i64::try_from(ids.len()).unwrap_or(i64::MAX);
                let (last, mut hash): (i64, Vec<u8>) = sqlx::query_as(sql::AUDIT_HEAD_BY)
                    .bind(one.account_id.0)
                    .bind(many)
                    .fetch_one(&mut *tx)
                    .await?;
                for (seq, (id,)) in (last - many + 1..).zip(&ids) {
                    one.target.clone_from(id);
                    hash = link(&hash, seq, &one).to_vec();
                    sqlx::query(sql::AUDIT_INSERT)
                        .bind(one.account_id.0)
                        .bind(seq)
                        .bind(one.at.0)
                        .bind(actor_id(&one))
                        .bind(one.actor.to_string())
                        .bind(one.action.as_str())
                        .bind(id)
                        .bind(&one.detail)
                        .bind(&one.address)
                        .bind(&one.request_id)
                        .bind(hash.as_slice())
                        .execute(&mut *tx)
                        .await?;
                }
                sqlx::query(sql::AUDIT_MOVE_HEAD)
                    .bind(one.account_id.0)
                    .bind(hash.as_slice())
                    .execute(&mut *tx)
                    .await?;
            }
            ids.len()
        });
        Ok(count)
    }

    /// The application's keys for the gate's index.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn index_rows_of(&self, app: ApplicationId) -> Result<Vec<IndexRow>, StoreError> {
        let rows: Vec<RawIndexRow> = read!(self, |pool| {
            sqlx::query_as(sql::KEY_ENTRIES_BY_APPLICATION)
                .bind(app.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(RawIndexRow::read).collect()
    }
}
