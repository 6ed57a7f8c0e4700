//! The rows that use each pepper, and moving digests to a newer one.

use crate::{
    ChangeScope, IndexRow, PepperName, Store, StoreError, deferrable_transaction, execute,
    key::index::{advance_position, select_index_row},
    read, sql,
};
use domain::{key::token::KeyId, time::Timestamp};

/// Numbers of rows that use one pepper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PepperUsage {
    /// Secrets of keys, including keys that have ended.
    pub secrets: i64,
    /// Secrets of keys that have not ended, which stop working without the pepper.
    pub live_keys: i64,
    /// Invitations whose links still work.
    pub invitations: i64,
    /// Sessions, which end within twelve hours.
    pub sessions: i64,
    /// Audit logs whose last row is sealed under it.
    pub log_heads: i64,
    /// Secrets of second factors that are encrypted under it: those of authenticator apps, and those of recovery codes.
    pub factor_secrets: i64,
    /// Mails that wait, for 48 hours at most.
    pub mails: i64,
}

impl PepperUsage {
    /// Whether something stops working or can no longer be verified without the pepper.
    pub const fn is_needed(&self) -> bool {
        self.live_keys > 0 || self.invitations > 0 || self.log_heads > 0 || self.factor_secrets > 0
    }
}

/// The replacement of a digest by one under the newest pepper.
#[derive(Clone, Copy, Debug)]
pub struct DigestUpgrade {
    pub key: KeyId,
    /// The expected digest of the row.
    pub old: [u8; 32],
    /// The new digest.
    pub new: [u8; 32],
}

impl Store {
    /// Returns the peppers that any row names.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn peppers_in_use(&self) -> Result<Vec<PepperName>, StoreError> {
        let names: Vec<String> = read!(self, |pool| {
            sqlx::query_scalar(sql::PEPPERS_IN_USE)
                .fetch_all(pool)
                .await
        })?;
        names.into_iter().map(|name| name.parse()).collect()
    }

    /// Counts all rows that use each pepper, sorted by name.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn rows_by_pepper(
        &self,
        now: Timestamp,
    ) -> Result<Vec<(PepperName, PepperUsage)>, StoreError> {
        type Row = (String, i64, i64, i64, i64, i64, i64, i64);
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(sql::PEPPER_ROWS)
                .bind(now.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(
                |(
                    name,
                    secrets,
                    live_keys,
                    invitations,
                    sessions,
                    log_heads,
                    factor_secrets,
                    mails,
                )| {
                    let rows = PepperUsage {
                        secrets,
                        live_keys,
                        invitations,
                        sessions,
                        log_heads,
                        factor_secrets,
                        mails,
                    };
                    Ok((name.parse()?, rows))
                },
            )
            .collect()
    }

    /// Returns at most `limit` keys that have not ended and whose digests use a pepper, sorted by id.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn live_keys_with_pepper(
        &self,
        pepper: PepperName,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<KeyId>, StoreError> {
        let rows: Vec<(String,)> = read!(self, |pool| {
            sqlx::query_as(sql::PEPPER_LIVE_KEYS)
                .bind(now.0)
                .bind(pepper.to_string())
                .bind(limit)
                .fetch_all(pool)
                .await
        })?;
        let ids = rows.into_iter();
        ids.map(|(id,)| crate::row::parse("id", &id)).collect()
    }

    /// Replaces digests by ones under another pepper, in one transaction. Returns the keys for the index. A row whose digest has
    /// changed meanwhile is left as it is.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn upgrade_digests(
        &self,
        upgrades: &[DigestUpgrade],
        newest: PepperName,
    ) -> Result<Vec<IndexRow>, StoreError> {
        let rows = deferrable_transaction!(self, |tx| {
            for upgrade in upgrades {
                execute!(
                    tx,
                    sql::KEY_SECRET_UPDATE_DIGEST,
                    upgrade.key.to_string(),
                    upgrade.old.as_slice(),
                    upgrade.new.as_slice(),
                    newest.to_string()
                )?;
            }
            let changed = upgrades.iter().map(|upgrade| ChangeScope::Key(upgrade.key));
            advance_position!(tx, self, changed)?;
            let mut rows = Vec::with_capacity(upgrades.len());
            for upgrade in upgrades {
                rows.extend(select_index_row!(tx, upgrade.key)?);
            }
            rows
        })?;
        if let Some(row) = rows.first() {
            self.fence().record_position(row.position);
        }
        Ok(rows)
    }
}
