//! The groups of the list of keys: counts, keys that need attention, and retiring keys.

use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    id::ApplicationId,
    key::{
        condition::KeyCondition,
        filter::{GroupCounts, KeyFilter, KeyGroup, MAX_ATTENTION},
        token::KeyId,
    },
    page::PAGE_SIZE,
    security::Severity,
    time::{DAY, Timestamp},
    usage::overview::OVERVIEW_MIN_REFUSALS,
};

/// A key that was regenerated, and works until it retires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retiring {
    /// The old key.
    pub id: KeyId,
    /// The key that replaces it.
    pub replaced_by: KeyId,
    /// When it stops working.
    pub retires_at: Timestamp,
}

/// The values of `key/list/attention.sql` from `$2` on.
fn attention_values(now: Timestamp) -> [i64; 7] {
    [
        now.0,
        KeyCondition::ExpiresSoon.bounds(now).expires.0,
        KeyCondition::Idle.bounds(now).used.0,
        now.floor(DAY).0,
        OVERVIEW_MIN_REFUSALS,
        Severity::Critical.rank(),
        MAX_ATTENTION,
    ]
}

impl Store {
    /// Returns the ids of at most [`MAX_ATTENTION`] keys in [`KeyGroup::Attention`], in no order. Denied calls are those of the
    /// current day (UTC).
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn attention(
        &self,
        app: ApplicationId,
        now: Timestamp,
    ) -> Result<Vec<KeyId>, StoreError> {
        let rows: Vec<(String,)> = read!(self, |pool| {
            let mut query = sqlx::query_as(sql::KEY_LIST_ATTENTION).bind(app.0);
            for value in attention_values(now) {
                query = query.bind(value);
            }
            query.fetch_all(pool).await
        })?;
        rows.into_iter()
            .map(|(id,)| id.parse().map_err(|_| corrupt("id")))
            .collect()
    }

    /// Returns the ids that a filter needs, separated by spaces.
    pub(super) async fn attention_of(
        &self,
        app: ApplicationId,
        filter: &KeyFilter,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        if filter.group != Some(KeyGroup::Attention) {
            return Ok(String::new());
        }
        let ids: Vec<_> = self
            .attention(app, now)
            .await?
            .iter()
            .map(KeyId::to_string)
            .collect();
        Ok(ids.join(" "))
    }

    /// Counts the keys in each group.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn group_counts(
        &self,
        app: ApplicationId,
        now: Timestamp,
    ) -> Result<GroupCounts, StoreError> {
        let counts: (i64, i64, i64, i64, i64, i64) = read!(self, |pool| {
            let mut query = sqlx::query_as(sql::KEY_LIST_GROUP_COUNTS).bind(app.0);
            for value in attention_values(now) {
                query = query.bind(value);
            }
            query.fetch_one(pool).await
        })?;
        let (all, revoked, expired, retired, retiring, attention) = counts;
        let ended = revoked + expired + retired;
        Ok(GroupCounts {
            active: all - ended - retiring,
            attention,
            ended,
            all,
        })
    }

    /// Returns the retiring keys of an application that still work, at most [`PAGE_SIZE`], the next to retire first.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn retiring_keys(
        &self,
        app: ApplicationId,
        now: Timestamp,
    ) -> Result<Vec<Retiring>, StoreError> {
        let rows: Vec<(String, String, i64)> = read!(self, |pool| {
            sqlx::query_as(sql::KEY_LIST_RETIRING)
                .bind(app.0)
                .bind(now.0)
                .bind(i64::try_from(PAGE_SIZE).unwrap_or(i64::MAX))
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|(id, replaced_by, retires_at)| {
                Ok(Retiring {
                    id: id.parse().map_err(|_| corrupt("id"))?,
                    replaced_by: replaced_by.parse().map_err(|_| corrupt("replaced_by"))?,
                    retires_at: Timestamp(retires_at),
                })
            })
            .collect()
    }
}
