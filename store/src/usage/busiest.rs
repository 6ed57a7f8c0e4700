//! The keys of an application with the most calls.

use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    id::ApplicationId,
    key::{name::KeyName, token::KeyId},
    time::{DAY, Timestamp},
    usage::{
        Bucket,
        overview::{BusyKey, MANY_REFUSALS},
    },
};
use std::cmp::Reverse;

/// What became of a key's calls on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyDay {
    /// The key.
    pub key: KeyId,
    /// Its application.
    pub application: ApplicationId,
    /// The beginning of the day, in UTC.
    pub day: Timestamp,
    /// The calls.
    pub calls: Bucket,
}

impl Store {
    /// The `most` keys with the most calls in the two days that begin at `since`; only those of whose calls a tenth and
    /// [`MANY_REFUSALS`] did not pass, where `refused` is asked for, and then by these. However many keys there are, a few
    /// rows are read.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn busiest(
        &self,
        app: ApplicationId,
        since: Timestamp,
        most: i64,
        refused: bool,
    ) -> Result<Vec<BusyKey>, StoreError> {
        let (both, one) = if refused {
            (
                sql::KEY_DAYS_MOST_REJECTED_TWO_DAYS,
                sql::KEY_DAYS_MOST_REJECTED_ONE_DAY,
            )
        } else {
            (
                sql::KEY_DAYS_BUSIEST_TWO_DAYS,
                sql::KEY_DAYS_BUSIEST_ONE_DAY,
            )
        };
        // A key's row is of the newest day on which it was called: of the second one, with the first beside it, or of the
        // first one. SQLite joins from left to right where that is a CROSS JOIN.
        let mut keys = Vec::new();
        for (statement, day) in [(both, since.plus(DAY)), (one, since)] {
            let rows: Vec<(String, String, i64, i64, i64)> = read!(self, |pool| {
                let query = sqlx::query_as(statement).bind(app.0).bind(day.0).bind(most);
                let query = if refused {
                    query.bind(MANY_REFUSALS)
                } else {
                    query
                };
                query.fetch_all(pool).await
            })?;
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
        keys.truncate(usize::try_from(most).unwrap_or_default());
        Ok(keys)
    }
}
