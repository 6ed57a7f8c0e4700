//! The list of an application's keys: pages, counts, and calls by the hour.

use crate::{
    Store, StoreError,
    key::escape_like,
    read,
    row::{KeyRow, corrupt},
    sql,
};
use domain::{
    id::ApplicationId,
    key::{
        KeySummary,
        condition::KeyCondition,
        filter::{
            GroupCounts, KeyCursor, KeyFilter, KeyGroup, KeyPage, KeyQuery, KeyTotal,
            MAX_ATTENTION, Order, Sort, SortKey,
        },
        name::KeyName,
        token::KeyId,
    },
    page::PAGE_SIZE,
    security::Severity,
    time::{DAY, HOUR, Timestamp},
    usage::{Bucket, Outcome, Subject, overview::OVERVIEW_MIN_REFUSALS},
};
use std::collections::HashMap;

/// Number up to which filtered keys are counted; the list says that there are more.
const MAX_COUNTED: i64 = 1_000;

/// Calls of the last 24 hours by the hour, the current one last.
pub type HourlyCalls = [Bucket; 24];

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

/// Binds the values of `key/list/fragments/filter.sql`, which follow the four values of every list.
macro_rules! bind_filter {
    ($query:expr, $filter:expr, $attention:expr, $now:expr) => {{
        let filter: &KeyFilter = $filter;
        let attention: &str = $attention;
        let bounds = filter
            .condition
            .map(|known| known.bounds($now))
            .unwrap_or_default();
        let patterns = Patterns::of(&filter.search);
        // Not prepared, so that PostgreSQL plans for these values: a generic plan suits no filter.
        $query
            .bind(filter.environment.map_or("", |known| known.as_str()))
            .bind(patterns.lowercase)
            .bind(patterns.typed)
            .bind(patterns.id)
            .bind(filter.status.map_or("", |known| known.as_str()))
            .bind(filter.condition.map_or("", |known| known.as_str()))
            .bind($now.0)
            .bind(bounds.used.0)
            .bind(bounds.expires.0)
            .bind(filter.group.map_or("", KeyGroup::as_str))
            .bind(attention)
            .bind(
                filter
                    .scope
                    .map_or_else(String::new, |scope| format!("% {scope} %")),
            )
            .bind(filter.created_by.map(|person| person.0))
            .persistent(false)
    }};
}

impl Store {
    /// Returns one page of an application's keys. They are read along the index of the order, or of the creator's keys in the
    /// order of creation. The other conditions are checked row by row, so a filter that few keys match reads up to all keys:
    /// 1 to 2.3 seconds for 1,000,000 in SQLite.
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
        let order = query.order;
        let cursor = query.cursor.as_ref();
        let back = cursor.is_some_and(|cursor| cursor.back);
        let down = order.descending != back;
        let narrow = query.filter.is_narrow();
        let statement = match (order.by, query.filter.created_by) {
            (Sort::Created, Some(_)) if down => sql::KEY_LIST_OF_CREATOR_BY_CREATED_DESC,
            (Sort::Created, Some(_)) => sql::KEY_LIST_OF_CREATOR_BY_CREATED_ASC,
            _ => statement(order.by, down, narrow),
        };
        let id = cursor.map_or("", |cursor| cursor.id.as_str());
        let place = cursor.map_or_else(
            || beginning(order.by, down),
            |cursor| cursor.sort_key.clone(),
        );
        let one_more = i64::try_from(page_size + 1).unwrap_or(i64::MAX);
        let attention = self.attention_of(app, &query.filter, now).await?;
        let mut rows: Vec<KeyRow> = read!(self, |pool| {
            let list = sqlx::query_as(statement).bind(app.0);
            let list = match place {
                SortKey::Number(number) => list.bind(number),
                SortKey::Text(text) => list.bind(text),
            };
            let mut list = list.bind(id).bind(one_more);
            if narrow {
                list = bind_filter!(list, &query.filter, &attention, now);
            }
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
        let attention = self.attention_of(app, filter, now).await?;
        let statement = match filter.created_by {
            Some(_) => sql::KEY_LIST_COUNT_OF_CREATOR,
            None => sql::KEY_LIST_COUNT,
        };
        let (found,): (i64,) = read!(self, |pool| {
            let count = sqlx::query_as(statement)
                .bind(app.0)
                .bind(i64::MIN)
                .bind("")
                .bind(MAX_COUNTED + 1);
            bind_filter!(count, filter, &attention, now)
                .fetch_one(pool)
                .await
        })?;
        Ok(KeyTotal {
            count: found.min(MAX_COUNTED),
            more: found > MAX_COUNTED,
        })
    }

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
        let soon = KeyCondition::ExpiresSoon.bounds(now).expires;
        let idle = KeyCondition::Idle.bounds(now).used;
        let rows: Vec<(String,)> = read!(self, |pool| {
            sqlx::query_as(sql::KEY_LIST_ATTENTION)
                .bind(app.0)
                .bind(now.0)
                .bind(soon.0)
                .bind(idle.0)
                .bind(now.floor(DAY).0)
                .bind(OVERVIEW_MIN_REFUSALS)
                .bind(Severity::Critical.rank())
                .bind(MAX_ATTENTION)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter()
            .map(|(id,)| id.parse().map_err(|_| corrupt("id")))
            .collect()
    }

    /// Returns the ids that a filter needs, separated by spaces.
    async fn attention_of(
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
        let (all, revoked, expired, retired, retiring): (i64, i64, i64, i64, i64) =
            read!(self, |pool| {
                sqlx::query_as(sql::KEY_LIST_GROUP_COUNTS)
                    .bind(app.0)
                    .bind(now.0)
                    .fetch_one(pool)
                    .await
            })?;
        let attention = self.attention(app, now).await?.len();
        let ended = revoked + expired + retired;
        Ok(GroupCounts {
            active: all - ended - retiring,
            attention: i64::try_from(attention).unwrap_or(MAX_ATTENTION),
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

    /// Returns the names of an application's keys, for at most [`PAGE_SIZE`] ids. Ids without a key are omitted.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn key_names(
        &self,
        app: ApplicationId,
        ids: &[KeyId],
    ) -> Result<HashMap<KeyId, KeyName>, StoreError> {
        let ids: Vec<String> = ids.iter().map(KeyId::to_string).collect();
        let rows: Vec<(String, String)> = read!(self, |pool| {
            let mut query = sqlx::query_as(sql::KEY_NAMES).bind(app.0);
            for place in 0..PAGE_SIZE {
                query = query.bind(ids.get(place).map_or("", String::as_str));
            }
            query.fetch_all(pool).await
        })?;
        rows.into_iter()
            .map(|(id, name)| {
                let id = id.parse().map_err(|_| corrupt("id"))?;
                Ok((id, KeyName::parse(&name).map_err(|_| corrupt("name"))?))
            })
            .collect()
    }

    /// Returns the calls of the last 24 hours by subject, for at most [`PAGE_SIZE`] + 1 subjects. Subjects without
    /// calls are left out.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn hourly_calls(
        &self,
        subjects: &[Subject],
        now: Timestamp,
    ) -> Result<HashMap<Subject, HourlyCalls>, StoreError> {
        let texts: Vec<String> = subjects.iter().map(Subject::to_string).collect();
        let start = now.floor(HOUR).plus(-23 * HOUR);
        let rows: Vec<(String, String, String)> = read!(self, |pool| {
            let mut query = sqlx::query_as(sql::KEY_LIST_CALLS_BY_HOUR)
                .bind(HOUR)
                .bind(start.0)
                .bind(now.0);
            for place in 0..=PAGE_SIZE {
                query = query.bind(texts.get(place).map_or("", String::as_str));
            }
            query.fetch_all(pool).await
        })?;
        let mut days = HashMap::new();
        let subjects: HashMap<&str, Subject> = texts
            .iter()
            .map(String::as_str)
            .zip(subjects.iter().copied())
            .collect();
        for (subject, outcome, hours) in rows {
            let subject = *subjects
                .get(subject.as_str())
                .ok_or_else(|| corrupt("subject"))?;
            let outcome = Outcome::parse(&outcome).ok_or_else(|| corrupt("outcome"))?;
            let day: &mut HourlyCalls = days.entry(subject).or_default();
            for pair in hours.split(' ') {
                let (hour, calls) = pair
                    .split_once(':')
                    .and_then(|(hour, calls)| {
                        Some((hour.parse::<usize>().ok()?, calls.parse::<i64>().ok()?))
                    })
                    .ok_or_else(|| corrupt("hours"))?;
                if let Some(bucket) = day.get_mut(hour) {
                    bucket.add(outcome, calls);
                }
            }
        }
        Ok(days)
    }
}

const fn statement(by: Sort, down: bool, narrow: bool) -> &'static str {
    match (by, down, narrow) {
        (Sort::Created, true, false) => sql::KEY_LIST_BY_CREATED_DESC,
        (Sort::Created, true, true) => sql::KEY_LIST_FILTERED_BY_CREATED_DESC,
        (Sort::Created, false, false) => sql::KEY_LIST_BY_CREATED_ASC,
        (Sort::Created, false, true) => sql::KEY_LIST_FILTERED_BY_CREATED_ASC,
        (Sort::Name, true, false) => sql::KEY_LIST_BY_NAME_DESC,
        (Sort::Name, true, true) => sql::KEY_LIST_FILTERED_BY_NAME_DESC,
        (Sort::Name, false, false) => sql::KEY_LIST_BY_NAME_ASC,
        (Sort::Name, false, true) => sql::KEY_LIST_FILTERED_BY_NAME_ASC,
        (Sort::Used, true, false) => sql::KEY_LIST_BY_LAST_USE_DESC,
        (Sort::Used, true, true) => sql::KEY_LIST_FILTERED_BY_LAST_USE_DESC,
        (Sort::Used, false, false) => sql::KEY_LIST_BY_LAST_USE_ASC,
        (Sort::Used, false, true) => sql::KEY_LIST_FILTERED_BY_LAST_USE_ASC,
        (Sort::Expires, true, false) => sql::KEY_LIST_BY_EXPIRY_DESC,
        (Sort::Expires, true, true) => sql::KEY_LIST_FILTERED_BY_EXPIRY_DESC,
        (Sort::Expires, false, false) => sql::KEY_LIST_BY_EXPIRY_ASC,
        (Sort::Expires, false, true) => sql::KEY_LIST_FILTERED_BY_EXPIRY_ASC,
    }
}

/// Returns the cursor position before all rows.
fn beginning(by: Sort, down: bool) -> SortKey {
    match (by, down) {
        (Sort::Name, true) => SortKey::Text('\u{10FFFF}'.into()),
        (Sort::Name, false) => SortKey::Text(String::new()),
        (_, true) => SortKey::Number(i64::MAX),
        (_, false) => SortKey::Number(i64::MIN),
    }
}

/// The value of the column `sort_expiry` of keys that never expire.
const NEVER_EXPIRES: i64 = i64::MAX - 1;

fn edge(row: &KeySummary, order: Order, back: bool) -> KeyCursor {
    let sort_key = match order.by {
        Sort::Created => SortKey::Number(row.created_at.0),
        Sort::Used => SortKey::Number(row.last_used.as_ref().map_or(0, |used| used.at.0)),
        Sort::Expires => SortKey::Number(row.expires_at.map_or(NEVER_EXPIRES, |at| at.0)),
        Sort::Name => SortKey::Text(row.name.as_str().to_owned()),
    };
    KeyCursor {
        sort_key,
        id: row.id.to_string(),
        back,
    }
}

/// `LIKE` patterns of a search.
struct Patterns {
    lowercase: String,
    typed: String,
    id: String,
}

impl Patterns {
    fn of(search: &str) -> Self {
        let typed = search.trim();
        if typed.is_empty() {
            let [lowercase, typed, id] = [const { String::new() }; 3];
            return Self {
                lowercase,
                typed,
                id,
            };
        }
        let literal = escape_like(typed);
        Self {
            lowercase: format!("%{}%", literal.to_lowercase()),
            typed: format!("%{literal}%"),
            // A search for a mask finds its key.
            id: format!("{}%", literal.replace("••••••••", "%")),
        }
    }
}
