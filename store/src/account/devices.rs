//! Browsers that a person has signed in with. Each keeps a token, and the database the time of the oldest one that still counts.

use crate::{Store, StoreError, read, sql};
use domain::{id::PersonId, time::Timestamp};

/// Inside a transaction that has locked the person: forgets the person's browsers, so that tokens made before an instant no
/// longer count. Evaluates to a `Result`.
macro_rules! forget_devices {
    ($tx:ident, $person:expr, $at:expr) => {
        $crate::execute!($tx, $crate::sql::PERSON_FORGET_DEVICES, $person.0, $at.0)
    };
}
pub(crate) use forget_devices;

impl Store {
    /// Returns when the oldest browser token of a person that still counts may have been made; `None` for an unknown person.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn devices_since(&self, person: PersonId) -> Result<Option<Timestamp>, StoreError> {
        let since: Option<i64> = read!(self, |pool| {
            sqlx::query_scalar(sql::PERSON_DEVICES_SINCE)
                .bind(person.0)
                .fetch_optional(pool)
                .await
        })?;
        Ok(since.map(Timestamp))
    }
}
