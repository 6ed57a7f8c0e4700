//! The names that rows give the peppers, and how many rows each pepper has.

use crate::{
    IndexRow, Store, StoreError, deferrable_transaction,
    index::{advance_position, select_index_row},
    read,
    row::corrupt,
    sql,
};
use domain::{key::token::KeyId, time::Timestamp};
use std::{fmt, str::FromStr};

/// The name that rows give a pepper: eight hexadecimal digits of a hash of it. The pepper itself is never stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PepperName(pub u32);

impl fmt::Display for PepperName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl FromStr for PepperName {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let plain = text.len() == 8 && text.bytes().all(|b| b.is_ascii_hexdigit());
        let number = u32::from_str_radix(text, 16).ok().filter(|_| plain);
        number.map(Self).ok_or_else(|| corrupt("pepper"))
    }
}

/// The rows that were made under one pepper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PepperRows {
    /// Secrets of keys, those of ended keys included.
    pub secrets: i64,
    /// Secrets of keys that have not ended: they stop working without the pepper.
    pub live_keys: i64,
    /// Invitations whose links still work.
    pub invitations: i64,
    /// Sessions, which end within twelve hours.
    pub sessions: i64,
    /// Audit logs whose last row is sealed under it.
    pub log_heads: i64,
}

impl PepperRows {
    /// Whether something stops working, or cannot be proven any more, without the pepper.
    pub const fn is_needed(&self) -> bool {
        self.live_keys > 0 || self.invitations > 0 || self.log_heads > 0
    }
}

/// A digest under an older pepper that is replaced by one under the newest.
#[derive(Clone, Copy, Debug)]
pub struct DigestUpgrade {
    /// Whose.
    pub key: KeyId,
    /// The digest that the row has.
    pub old: [u8; 32],
    /// The digest that it gets.
    pub new: [u8; 32],
}

impl Store {
    /// How many secrets there are under each pepper that any row names. One may come more than once.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn secrets_by_pepper(&self) -> Result<Vec<(PepperName, i64)>, StoreError> {
        let rows: Vec<(String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::PEPPER_SECRETS).fetch_all(pool).await
        })?;
        rows.into_iter()
            .map(|(name, count)| Ok((name.parse()?, count)))
            .collect()
    }

    /// All rows under each pepper, by its name.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn rows_by_pepper(
        &self,
        now: Timestamp,
    ) -> Result<Vec<(PepperName, PepperRows)>, StoreError> {
        type Row = (String, i64, i64, i64, i64, i64);
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(sql::PEPPER_ROWS)
                .bind(now.0)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(
                |(name, secrets, live_keys, invitations, sessions, log_heads)| {
                    let rows = PepperRows {
                        secrets,
                        live_keys,
                        invitations,
                        sessions,
                        log_heads,
                    };
                    Ok((name.parse()?, rows))
                },
            )
            .collect()
    }

    /// The keys that have not ended and whose secrets are under a pepper, at most `limit`, by id.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn live_keys_under(
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

    /// Replaces digests by ones under another pepper, in one transaction; returns what the gate's index has to know of their
    /// keys now. A row whose digest is another one by now is left alone.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn upgrade_digests(
        &self,
        upgrades: &[DigestUpgrade],
        newest: PepperName,
    ) -> Result<Vec<IndexRow>, StoreError> {
        let rows = deferrable_transaction!(self, |tx| {
            for upgrade in upgrades {
                sqlx::query(sql::KEY_SECRET_UPDATE_DIGEST)
                    .bind(upgrade.key.to_string())
                    .bind(upgrade.old.as_slice())
                    .bind(upgrade.new.as_slice())
                    .bind(newest.to_string())
                    .execute(&mut *tx)
                    .await?;
            }
            advance_position!(tx, self)?;
            let mut rows = Vec::with_capacity(upgrades.len());
            for upgrade in upgrades {
                rows.extend(select_index_row!(tx, upgrade.key)?);
            }
            rows
        })?;
        if let Some(row) = rows.first() {
            self.fence().saw(row.position);
        }
        Ok(rows)
    }
}
