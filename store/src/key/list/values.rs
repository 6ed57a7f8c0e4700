//! The values of a filter as they are bound.

use crate::{Store, key::escape_like};
use domain::{
    key::filter::{KeyFilter, KeyGroup},
    name::folded,
    time::Timestamp,
};
use uuid::Uuid;

/// Minimum characters of a text that the trigram index finds.
const MIN_INDEXED_TEXT: usize = 3;

/// Characters that a mask has in place of those of an id.
const MASKED: &str = "••••••••";

/// The values of a filter, for the statements under `key/list/fragments`.
pub(super) struct FilterValues {
    /// Whether the statement is prepared. PostgreSQL plans for the values of each filter: a generic plan suits none.
    pub(super) is_prepared: bool,
    pub(super) text: TextPatterns,
    pub(super) environment: &'static str,
    pub(super) scope: String,
    pub(super) created_by: Option<Uuid>,
    pub(super) now: i64,
    pub(super) used: i64,
    pub(super) expires: i64,
    /// The ids of the keys that need attention, separated by spaces.
    pub(super) attention: String,
    pub(super) status: &'static str,
    pub(super) condition: &'static str,
    pub(super) group: &'static str,
}

impl FilterValues {
    pub(super) fn new(
        store: &Store,
        filter: &KeyFilter,
        attention: String,
        now: Timestamp,
    ) -> Self {
        let bounds = filter
            .condition
            .map(|known| known.bounds(now))
            .unwrap_or_default();
        Self {
            is_prepared: matches!(store, Store::Sqlite { .. }),
            text: TextPatterns::of(store, filter.search.trim()),
            environment: filter.environment.map_or("", |known| known.as_str()),
            scope: filter
                .scope
                .map_or_else(String::new, |scope| format!("% {scope} %")),
            created_by: filter.created_by.map(|person| person.0),
            now: now.0,
            used: bounds.used.0,
            expires: bounds.expires.0,
            attention,
            status: filter.status.map_or("", |known| known.as_str()),
            condition: filter.condition.map_or("", |known| known.as_str()),
            group: filter.group.map_or("", KeyGroup::as_str),
        }
    }
}

/// Patterns of a search.
#[derive(Default)]
pub(super) struct TextPatterns {
    /// The texts to look up in the database's trigram index: each word, and the whole text last.
    pub(super) indexed: Vec<String>,
    /// Of a folded name.
    pub(super) name: String,
    pub(super) id: String,
    /// The first characters of an id.
    pub(super) id_prefix: String,
}

impl TextPatterns {
    fn of(store: &Store, typed: &str) -> Self {
        let text = folded(typed);
        if text.is_empty() {
            return Self::default();
        }
        let indexed = |part: &str| match store {
            Store::Sqlite { .. } => format!("\"{}\"", part.replace('"', "\"\"")),
            Store::Postgres { .. } => format!("%{}%", escape_like(part)),
        };
        let is_long = |part: &&str| part.chars().count() >= MIN_INDEXED_TEXT;
        let words = text.split_whitespace().filter(|word| *word != text);
        Self {
            indexed: words
                .chain([text.as_str()])
                .filter(is_long)
                .map(indexed)
                .collect(),
            name: format!("%{}%", escape_like(&text)),
            // A search for a mask finds its key.
            id: format!("{}%", escape_like(typed).replace(MASKED, "%")),
            id_prefix: typed.split(MASKED).next().unwrap_or_default().to_owned(),
        }
    }
}

/// Binds `$5` to `$14` of `key/list/fragments/candidates.sql`.
macro_rules! bind_candidates {
    ($query:expr, $criterion:expr, $values:expr) => {{
        let criterion: Option<Criterion> = $criterion.into();
        let values: &FilterValues = $values;
        let indexed = match criterion {
            Some(Criterion::Text(place)) => values.text.indexed.get(place),
            _ => None,
        };
        $query
            .bind(criterion.map_or("", Criterion::as_str))
            .bind(indexed.map_or("", String::as_str))
            .bind(values.environment)
            .bind(values.scope.as_str())
            .bind(values.created_by)
            .bind(values.now)
            .bind(values.used)
            .bind(values.expires)
            .bind(values.attention.as_str())
            .bind(values.text.id_prefix.as_str())
    }};
}
pub(super) use bind_candidates;

/// Binds `$5` to `$19` of the statements with `key/list/fragments/filter.sql`.
macro_rules! bind_filter {
    ($query:expr, $criterion:expr, $values:expr) => {{
        let values: &FilterValues = $values;
        bind_candidates!($query, $criterion, values)
            .bind(values.text.name.as_str())
            .bind(values.text.id.as_str())
            .bind(values.status)
            .bind(values.condition)
            .bind(values.group)
            .persistent(values.is_prepared)
    }};
}
pub(super) use bind_filter;
