//! Revoking all keys of an application in one transaction.

use crate::{
    AuditLine, IndexRow, Store, StoreError,
    audit::{Head, append_event, insert_audit_line},
    database::transaction::BULK_DEADLINE,
    key::index::{advance_position, select_index_rows},
    read, sql, transaction,
};
use domain::{
    audit::{AuditEvent, FieldValues},
    id::ApplicationId,
    key::state::{State, StateColumns},
    time::Timestamp,
};

/// The keys of an application after all of them were revoked.
#[derive(Debug)]
pub struct RevokedKeys {
    /// The number of keys that were revoked by this.
    pub count: usize,
    /// All keys of the application, for the index.
    pub rows: Vec<IndexRow>,
}

/// A revoked key, as it was before.
#[derive(sqlx::FromRow)]
struct KeyBefore {
    id: String,
    deactivated_at: Option<i64>,
    expires_at: Option<i64>,
    retires_at: Option<i64>,
}

impl KeyBefore {
    /// Returns the event of this key.
    fn event(&self, one: &AuditEvent) -> AuditEvent {
        let marks = StateColumns {
            deactivated_at: self.deactivated_at.map(Timestamp),
            expires_at: self.expires_at.map(Timestamp),
            retires_at: self.retires_at.map(Timestamp),
            ..StateColumns::default()
        };
        AuditEvent {
            target: self.id.clone(),
            before: FieldValues::from(&State::at(marks, one.at)),
            ..one.clone()
        }
    }
}

impl Store {
    /// Counts the keys of the application that are not revoked.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_unrevoked_keys(&self, app: ApplicationId) -> Result<i64, StoreError> {
        let (count,): (i64,) = read!(self, |pool| {
            sqlx::query_as(sql::KEYS_COUNT_UNREVOKED)
                .bind(app.0)
                .fetch_one(pool)
                .await
        })?;
        Ok(count)
    }

    /// Revokes all keys of the application that are not revoked, in one transaction. Each key gets its own audit record: `one`,
    /// with the key's id as target and its former status. `whole` makes the application's record from the number of keys.
    ///
    /// # Errors
    /// If the database fails: nothing was revoked then.
    pub async fn revoke_all_keys(
        &self,
        app: ApplicationId,
        reason: &str,
        one: AuditEvent,
        whole: impl Fn(usize) -> AuditEvent,
    ) -> Result<RevokedKeys, StoreError> {
        let revoked = transaction!(self, BULK_DEADLINE, |tx| {
            let keys: Vec<KeyBefore> = sqlx::query_as(sql::KEYS_REVOKE_ALL)
                .bind(app.0)
                .bind(one.at.0)
                .bind(reason)
                .fetch_all(&mut *tx)
                .await?;
            if !keys.is_empty() {
                append_event!(tx, &whole(keys.len()))?;
                // All numbers are taken at once: three statements a key would lock the account's row for long.
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
            self.fence().record_position(row.position);
        }
        Ok(revoked)
    }
}
