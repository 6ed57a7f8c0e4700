//! The keys of an application with the most calls.

use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    id::ApplicationId,
    key::{name::KeyName, token::KeyId},
    time::{DAY, Timestamp},
    usage::{
        Bucket,
        overview::{BusyKey, OVERVIEW_MIN_REFUSALS},
    },
};
use std::cmp::Reverse;

/// The calls of a key on a day, by outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyDay {
    pub key: KeyId,
    pub application: ApplicationId,
    /// The start of the day, in UTC.
    pub day: Timestamp,
    pub calls: Bucket,
}

impl Store {
    /// Returns the `limit` keys with the most calls in the two days that start at `since`. With `refused` it returns the keys
    /// with the most rejected calls, if these are at least [`OVERVIEW_MIN_REFUSALS`] and more than 5 % of the key's calls. The number of rows
    /// that are read does not depend on the number of keys.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn busiest_keys(
        &self,
        app: ApplicationId,
        since: Timestamp,
        limit: i64,
        refused: bool,
    ) -> Result<Vec<BusyKey>, StoreError> {
        let statement = if refused {
            sql::KEY_DAYS_MOST_REJECTED
        } else {
            sql::KEY_DAYS_BUSIEST
        };
        // A key's row is of the newest day on which it was called: the second day, with the counts of the first one beside it, or
        // the first day. SQLite joins a CROSS JOIN from left to right.
        let rows: Vec<(String, String, i64, i64, i64)> = read!(self, |pool| {
            let query = sqlx::query_as(statement)
                .bind(app.0)
                .bind(since.plus(DAY).0)
                .bind(limit);
            let query = if refused {
                query.bind(OVERVIEW_MIN_REFUSALS)
            } else {
                query
            };
            query.fetch_all(pool).await
        })?;
        let mut keys = Vec::with_capacity(rows.len());
        for (id, name, accepted, refused, rate_limited) in rows {
            keys.push(BusyKey {
                id: id.parse().map_err(|_| corrupt("id"))?,
                name: KeyName::parse(&name).map_err(|_| corrupt("name"))?,
                calls: Bucket {
                    accepted,
                    refused,
                    rate_limited,
                },
            });
        }
        keys.sort_by_key(|key| {
            let missed = key.calls.refused + key.calls.rate_limited;
            let sum = if refused {
                missed
            } else {
                missed + key.calls.accepted
            };
            (Reverse(sum), key.id.to_string())
        });
        keys.truncate(usize::try_from(limit).unwrap_or_default());
        Ok(keys)
    }
}
