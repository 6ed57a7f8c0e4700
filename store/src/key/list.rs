//! The list of an application's keys: pages, and the number of keys that match a filter.
//!
//! A filter that few keys match is answered by the index of its rarest condition: up to 1,000 keys are looked up and sorted.
//! Otherwise keys are read in the order of the list, and those that do not match are skipped.

mod calls;
mod candidates;
mod groups;
mod statements;
mod values;

pub use calls::HourlyCalls;
pub use groups::Retiring;

use crate::{Store, StoreError, read, row::KeyRow, sql};
use candidates::Criterion;
use domain::{
    id::ApplicationId,
    key::filter::{KeyFilter, KeyPage, KeyQuery, KeyTotal, SortKey},
    name::folded,
    page::PAGE_SIZE,
    time::Timestamp,
};
use statements::{Reading, beginning, edge};
use values::{FilterValues, bind_candidates, bind_filter};

/// Number up to which filtered keys are counted; the list says that there are more.
const MAX_COUNTED: i64 = 1_000;

impl Store {
    /// Returns one page of an application's keys.
    ///
    /// In the order of creation, the duration of a filter with one condition does not grow with the number of keys, except for a
    /// search that more than 1,000 keys match, or has less than three characters, and for conditions that depend on the time.
    /// Several conditions that more than 1,000 keys fulfil each, and these in another order, read keys that do not match.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn keys(
        &self,
        app: ApplicationId,
        query: &KeyQuery,
        now: Timestamp,
    ) -> Result<KeyPage, StoreError> {
        self.keys_at_most(app, query, PAGE_SIZE, now).await
    }

    /// Like [`Store::keys`], with another page size.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn keys_at_most(
        &self,
        app: ApplicationId,
        query: &KeyQuery,
        page_size: usize,
        now: Timestamp,
    ) -> Result<KeyPage, StoreError> {
        let (order, filter) = (query.order, &query.filter);
        let cursor = query.cursor.as_ref();
        let back = cursor.is_some_and(|cursor| cursor.back);
        let down = order.descending != back;
        let values = self.filter_values(app, filter, now).await?;
        let reading = if filter.is_narrow() {
            let rarest = self.rarest_criterion(app, filter, &values).await?;
            Reading::of(rarest, order.by, down)
        } else {
            Reading::Unfiltered
        };
        let statement = reading.statement(self, order.by, down);
        let id = cursor.map_or("", |cursor| cursor.id.as_str());
        let place = cursor.map_or_else(
            || beginning(filter, order.by, down, now),
            |cursor| cursor.sort_key.clone(),
        );
        let one_more = i64::try_from(page_size + 1).unwrap_or(i64::MAX);
        let mut rows: Vec<KeyRow> = read!(self, |pool| {
            let list = sqlx::query_as(statement).bind(app.0);
            let list = match place {
                SortKey::Number(number) => list.bind(number),
                SortKey::Text(name) => list.bind(folded(&name)),
            };
            let list = list.bind(id).bind(one_more);
            let list = match reading {
                Reading::Unfiltered => list,
                Reading::OfScope => list
                    .bind(values.scope.as_str())
                    .persistent(values.is_prepared),
                Reading::Candidates(criterion) => bind_filter!(list, criterion, &values),
                Reading::Along(_) => bind_filter!(list, None, &values),
            };
            list.fetch_all(pool).await
        })?;
        let more = rows.len() > page_size;
        rows.truncate(page_size);
        if back {
            rows.reverse();
        }
        let rows = rows
            .into_iter()
            .map(|row| row.summary(now))
            .collect::<Result<Vec<_>, _>>()?;
        let next = rows.last().map(|row| edge(row, order, false));
        let previous = rows.first().map(|row| edge(row, order, true));
        Ok(KeyPage {
            next: next.filter(|_| more || back),
            previous: previous.filter(|_| if back { more } else { cursor.is_some() }),
            rows,
        })
    }

    /// Counts the keys that match a filter, up to 1,000. Without a filter the exact number is read, which is kept up to date.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_keys(
        &self,
        app: ApplicationId,
        filter: &KeyFilter,
        now: Timestamp,
    ) -> Result<KeyTotal, StoreError> {
        if !filter.is_narrow() {
            let (count,): (i64,) = read!(self, |pool| {
                sqlx::query_as(sql::KEY_LIST_TOTAL)
                    .bind(app.0)
                    .fetch_one(pool)
                    .await
            })?;
            return Ok(KeyTotal { count, more: false });
        }
        let values = self.filter_values(app, filter, now).await?;
        let rarest = self.rarest_criterion(app, filter, &values).await?;
        let found = match rarest {
            Some(rarest) if rarest.is_exact => rarest.candidates,
            Some(rarest) => {
                let criterion = Some(rarest.criterion);
                let found = self.count_matching(app, criterion, &values).await?;
                // Some names of a frequent text are not read.
                if rarest.is_rare() || !rarest.is_text() || found > MAX_COUNTED {
                    found
                } else {
                    self.count_matching(app, None, &values).await?
                }
            }
            None => self.count_matching(app, None, &values).await?,
        };
        Ok(KeyTotal {
            count: found.min(MAX_COUNTED),
            more: found > MAX_COUNTED,
        })
    }

    /// Counts the candidates of a criterion, or all keys, that match a filter.
    async fn count_matching(
        &self,
        app: ApplicationId,
        criterion: Option<Criterion>,
        values: &FilterValues,
    ) -> Result<i64, StoreError> {
        let statement = match criterion {
            Some(_) => sql::KEY_LIST_COUNT_OF_CANDIDATES.of(self),
            None => sql::KEY_LIST_COUNT,
        };
        let (found,): (i64,) = read!(self, |pool| {
            let count = sqlx::query_as(statement)
                .bind(app.0)
                .bind(i64::MIN)
                .bind("")
                .bind(MAX_COUNTED + 1);
            bind_filter!(count, criterion, values).fetch_one(pool).await
        })?;
        Ok(found)
    }

    async fn filter_values(
        &self,
        app: ApplicationId,
        filter: &KeyFilter,
        now: Timestamp,
    ) -> Result<FilterValues, StoreError> {
        let attention = self.attention_of(app, filter, now).await?;
        Ok(FilterValues::new(self, filter, attention, now))
    }
}
