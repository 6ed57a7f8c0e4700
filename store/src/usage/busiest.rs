//! The keys of an application with the most calls.

use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    id::ApplicationId,
    key::name::KeyName,
    time::{DAY, Timestamp},
    usage::{
        Bucket,
        overview::{BusyKey, MANY_REFUSALS},
    },
};

impl Store {
    /// The `most` keys with the most calls in days that begin from `since`; only those of whose calls a tenth and
    /// [`MANY_REFUSALS`] did not pass, where `refused` is asked for, and then by these.
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
        // SQLite joins from left to right where that is a CROSS JOIN: from the application's keys to their sums, and never
        // through the sums of all applications.
        let rows: Vec<(String, String, i64, i64, i64)> = read!(self, |pool| {
            let query = sqlx::query_as(if refused {
                sql::USAGE_REFUSED_MOST
            } else {
                sql::USAGE_BUSIEST
            })
            .bind(app.0)
            .bind(DAY)
            .bind(since.0)
            .bind(most);
            let query = if refused {
                query.bind(MANY_REFUSALS)
            } else {
                query
            };
            query.fetch_all(pool).await
        })?;
        rows.into_iter()
            .map(|(id, name, accepted, refused, rate_limited)| {
                Ok(BusyKey {
                    id: id.parse().map_err(|_| corrupt("id"))?,
                    name: KeyName::parse(&name).map_err(|_| corrupt("name"))?,
                    calls: Bucket {
                        accepted,
                        refused,
                        rate_limited,
                    },
                })
            })
            .collect()
    }
}
