//! The statement of a page, and positions in its order.

use super::candidates::{Criterion, Rarest};
use crate::{Store, sql};
use domain::{
    key::{
        KeySummary,
        condition::KeyCondition,
        filter::{KeyCursor, KeyFilter, Order, Sort, SortKey, StatusFilter},
    },
    time::{DAY, Timestamp},
};

/// How the keys of a page are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reading {
    /// In the order of the list, without a filter.
    Unfiltered,
    /// The keys with one scope, the newest first. The filter has no other condition.
    OfScope,
    /// All candidates of this criterion, then sorted.
    Candidates(Criterion),
    /// In the order of the list; keys that do not match are skipped. In the order of creation along the index of the criterion.
    Along(Option<Criterion>),
}

impl Reading {
    /// Chooses how the keys that match a narrow filter are read.
    pub(super) fn of(rarest: Option<Rarest>, by: Sort, down: bool) -> Self {
        match rarest {
            Some(rarest) if by == Sort::Created && rarest.is_exact => match rarest.criterion {
                Criterion::Scope if down => Self::OfScope,
                Criterion::Scope | Criterion::Status(StatusFilter::Inactive)
                    if rarest.is_rare() =>
                {
                    Self::Candidates(rarest.criterion)
                }
                criterion => Self::Along(Some(criterion)),
            },
            Some(rarest) if rarest.is_rare() => Self::Candidates(rarest.criterion),
            _ => Self::Along(rarest.map(|rarest| rarest.criterion)),
        }
    }

    /// Returns the statement of a page in one direction.
    pub(super) fn statement(self, store: &Store, by: Sort, down: bool) -> &'static str {
        match self {
            Self::Unfiltered => unfiltered(by, down),
            Self::OfScope => sql::KEY_LIST_OF_SCOPE_BY_CREATED_DESC.of(store),
            Self::Candidates(_) => of_candidates(by, down).of(store),
            Self::Along(criterion) => along(criterion.filter(|_| by == Sort::Created), by, down),
        }
    }
}

const fn unfiltered(by: Sort, down: bool) -> &'static str {
    match (by, down) {
        (Sort::Created, true) => sql::KEY_LIST_BY_CREATED_DESC,
        (Sort::Created, false) => sql::KEY_LIST_BY_CREATED_ASC,
        (Sort::Name, true) => sql::KEY_LIST_BY_NAME_DESC,
        (Sort::Name, false) => sql::KEY_LIST_BY_NAME_ASC,
        (Sort::Used, true) => sql::KEY_LIST_BY_LAST_USE_DESC,
        (Sort::Used, false) => sql::KEY_LIST_BY_LAST_USE_ASC,
        (Sort::Expires, true) => sql::KEY_LIST_BY_EXPIRY_DESC,
        (Sort::Expires, false) => sql::KEY_LIST_BY_EXPIRY_ASC,
    }
}

const fn of_candidates(by: Sort, down: bool) -> sql::PerDatabase {
    match (by, down) {
        (Sort::Created, true) => sql::KEY_LIST_OF_CANDIDATES_BY_CREATED_DESC,
        (Sort::Created, false) => sql::KEY_LIST_OF_CANDIDATES_BY_CREATED_ASC,
        (Sort::Name, true) => sql::KEY_LIST_OF_CANDIDATES_BY_NAME_DESC,
        (Sort::Name, false) => sql::KEY_LIST_OF_CANDIDATES_BY_NAME_ASC,
        (Sort::Used, true) => sql::KEY_LIST_OF_CANDIDATES_BY_LAST_USE_DESC,
        (Sort::Used, false) => sql::KEY_LIST_OF_CANDIDATES_BY_LAST_USE_ASC,
        (Sort::Expires, true) => sql::KEY_LIST_OF_CANDIDATES_BY_EXPIRY_DESC,
        (Sort::Expires, false) => sql::KEY_LIST_OF_CANDIDATES_BY_EXPIRY_ASC,
    }
}

/// Returns the statement along the index of a criterion or, if it has none in the order of creation, of the order.
const fn along(criterion: Option<Criterion>, by: Sort, down: bool) -> &'static str {
    let (descending, ascending) = match criterion {
        Some(Criterion::Creator) => (
            sql::KEY_LIST_OF_CREATOR_BY_CREATED_DESC,
            sql::KEY_LIST_OF_CREATOR_BY_CREATED_ASC,
        ),
        Some(Criterion::Environment) => (
            sql::KEY_LIST_OF_ENVIRONMENT_BY_CREATED_DESC,
            sql::KEY_LIST_OF_ENVIRONMENT_BY_CREATED_ASC,
        ),
        Some(Criterion::Status(StatusFilter::Revoked)) => (
            sql::KEY_LIST_OF_REVOKED_BY_CREATED_DESC,
            sql::KEY_LIST_OF_REVOKED_BY_CREATED_ASC,
        ),
        Some(Criterion::Condition(KeyCondition::AnyAddress)) => (
            sql::KEY_LIST_OF_ANY_ADDRESS_BY_CREATED_DESC,
            sql::KEY_LIST_OF_ANY_ADDRESS_BY_CREATED_ASC,
        ),
        Some(Criterion::Condition(KeyCondition::NeverExpires)) => (
            sql::KEY_LIST_OF_NEVER_EXPIRING_BY_CREATED_DESC,
            sql::KEY_LIST_OF_NEVER_EXPIRING_BY_CREATED_ASC,
        ),
        Some(Criterion::Condition(KeyCondition::Old)) => (
            sql::KEY_LIST_FILTERED_BY_CREATED_DESC,
            sql::KEY_LIST_OF_OLD_BY_CREATED_ASC,
        ),
        _ => match by {
            Sort::Created => (
                sql::KEY_LIST_FILTERED_BY_CREATED_DESC,
                sql::KEY_LIST_FILTERED_BY_CREATED_ASC,
            ),
            Sort::Name => (
                sql::KEY_LIST_FILTERED_BY_NAME_DESC,
                sql::KEY_LIST_FILTERED_BY_NAME_ASC,
            ),
            Sort::Used => (
                sql::KEY_LIST_FILTERED_BY_LAST_USE_DESC,
                sql::KEY_LIST_FILTERED_BY_LAST_USE_ASC,
            ),
            Sort::Expires => (
                sql::KEY_LIST_FILTERED_BY_EXPIRY_DESC,
                sql::KEY_LIST_FILTERED_BY_EXPIRY_ASC,
            ),
        },
    };
    if down { descending } else { ascending }
}

/// Returns a cursor position before all rows of a filter: old keys follow all others, which are not read.
pub(super) fn beginning(filter: &KeyFilter, by: Sort, down: bool, now: Timestamp) -> SortKey {
    match (by, down) {
        (Sort::Name, true) => SortKey::Text('\u{10FFFF}'.into()),
        (Sort::Name, false) => SortKey::Text(String::new()),
        (Sort::Created, true) if filter.condition == Some(KeyCondition::Old) => {
            SortKey::Number(now.plus(1 - 365 * DAY).0)
        }
        (_, true) => SortKey::Number(i64::MAX),
        (_, false) => SortKey::Number(i64::MIN),
    }
}

/// The value of the column `sort_expiry` of keys that never expire.
const NEVER_EXPIRES: i64 = i64::MAX - 1;

/// Returns the cursor after a row, or before it.
pub(super) fn edge(row: &KeySummary, order: Order, back: bool) -> KeyCursor {
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
