//! The values of the key list's filter that match keys of an application.

use crate::{
    Store, StoreError, read,
    row::{corrupt, parse},
    sql,
};
use domain::{
    account::Email,
    id::{ApplicationId, PersonId},
    key::{
        filter::{FilterChoices, KeyCreator, MAX_CREATORS},
        scope::ScopeSet,
    },
};
use uuid::Uuid;

/// Sets of scopes that are read. An application with more of them is said to use every scope.
const MAX_SCOPE_SETS: usize = 1_000;

impl Store {
    /// Returns the values of the filter that match keys of an application. The duration does not grow with the number of keys:
    /// one row is read for each different set of scopes, up to 1,000, and one index entry for each creator.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn filter_choices(&self, app: ApplicationId) -> Result<FilterChoices, StoreError> {
        let limit = i64::try_from(MAX_SCOPE_SETS + 1).unwrap_or(i64::MAX);
        let sets: Vec<(String,)> = read!(self, |pool| {
            sqlx::query_as(sql::KEY_LIST_SCOPE_SETS)
                .bind(app.0)
                .bind(limit)
                .fetch_all(pool)
                .await
        })?;
        let scopes = if sets.len() > MAX_SCOPE_SETS {
            ScopeSet::every()
        } else {
            sets.iter().try_fold(ScopeSet::default(), |all, (set,)| {
                Ok::<_, StoreError>(all.union(parse::<ScopeSet>("scopes", set)?))
            })?
        };
        let creators: Vec<(Uuid, String)> = read!(self, |pool| {
            sqlx::query_as(sql::KEY_LIST_CREATORS)
                .bind(app.0)
                .bind(MAX_CREATORS)
                .fetch_all(pool)
                .await
        })?;
        let creators = creators
            .into_iter()
            .map(|(id, email)| {
                Ok(KeyCreator {
                    id: PersonId(id),
                    email: Email::parse(&email).map_err(|_| corrupt("email"))?,
                })
            })
            .collect::<Result<_, StoreError>>()?;
        Ok(FilterChoices { scopes, creators })
    }
}
