//! All keys of an application at once.

use crate::{
    AuditLine, IndexRow, Store, StoreError,
    audit::{Head, append_event, insert_audit_line},
    index::{advance_position, select_index_rows},
    read, sql, transaction,
    transaction::BULK_DEADLINE,
};
use domain::{
    audit::{Event, Facts},
    id::ApplicationId,
    key::state::{Marks, State},
    time::Timestamp,
};

/// What became of the keys of an application that were all revoked.
#[derive(Debug)]
pub struct RevokedKeys {
    /// How many were not revoked before.
    pub count: usize,
    /// All keys of the application, as they are now.
    pub rows: Vec<IndexRow>,
}

/// A key that was just revoked, as it was before.
#[derive(sqlx::FromRow)]
struct Ended {
    id: String,
    deactivated_at: Option<i64>,
    expires_at: Option<i64>,
    retires_at: Option<i64>,
}

impl Ended {
    /// Its own record.
    fn event(&self, one: &Event) -> Event {
        let marks = Marks {
            deactivated_at: self.deactivated_at.map(Timestamp),
            expires_at: self.expires_at.map(Timestamp),
            retires_at: self.retires_at.map(Timestamp),
            ..Marks::default()
        };
        Event {
            target: self.id.clone(),
            before: Facts::from(&State::at(marks, one.at)),
            ..one.clone()
        }
    }
}

impl Store {
    /// Keys of the application that are not revoked.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_unrevoked_keys(&self, app: ApplicationId) -> Result<i64, StoreError> {
        let (count,): (i64,) = read!(self, |pool| {
            sqlx::query_as(sql::KEYS_COUNT_UNREVOKED)
                .bind(app.0)
                .fetch_one(pool)
                .await
        })?;
        Ok(count)
    }

    /// Revokes all keys of the application that are not revoked, in one transaction. Each of them
    /// gets its record: `one` with the key's id as its target and the status that it had. `whole` tells the record of the application from their
    /// number.
    ///
    /// # Errors
    /// Where the database fails: nothing was revoked then.
    pub async fn revoke_all_keys(
        &self,
        app: ApplicationId,
        reason: &str,
        one: Event,
        whole: impl Fn(usize) -> Event,
    ) -> Result<RevokedKeys, StoreError> {
        let revoked = transaction!(self, BULK_DEADLINE, |tx| {
            let keys: Vec<Ended> = sqlx::query_as(sql::KEYS_REVOKE_ALL)
                .bind(app.0)
                .bind(one.at.0)
                .bind(reason)
                .fetch_all(&mut *tx)
                .await?;
            if !keys.is_empty() {
                append_event!(tx, &whole(keys.len()))?;
                // Their numbers are taken at once: three statements a key would hold the account's row for long.
                let many = i64::try_from(keys.len()).unwrap_or(i64::MAX);
                let mut head: Head = sqlx::query_as(sql::AUDIT_TAKE_NUMBERS)
                    .bind(one.account_id.0)
                    .bind(many)
                    .fetch_one(&mut *tx)
                    .await?;
                head.next -= many - 1;
                let sealed = head.is_genuine(tx.seals());
                for key in &keys {
                    let line = AuditLine::after(&head, &key.event(&one), tx.seals(), sealed)?;
                    insert_audit_line!(tx, &line)?;
                    head = line.head();
                }
                sqlx::query(sql::AUDIT_MOVE_HEAD)
                    .bind(one.account_id.0)
                    .bind(head.hash.as_slice())
                    .bind(head.seal.as_deref())
                    .bind(&head.pepper)
                    .execute(&mut *tx)
                    .await?;
            }
            advance_position!(tx, self)?;
            RevokedKeys {
                count: keys.len(),
                rows: select_index_rows!(tx, app)?,
            }
        })?;
        if let Some(row) = revoked.rows.first() {
            self.fence().saw(row.position);
        }
        Ok(revoked)
    }
}
