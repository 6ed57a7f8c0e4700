//! Candidates of a filter: the keys that fulfil one of its conditions, found along an index.

use super::values::{FilterValues, bind_candidates};
use crate::{Store, StoreError, read, sql};
use domain::{
    id::ApplicationId,
    key::{
        condition::KeyCondition,
        filter::{KeyFilter, KeyGroup, StatusFilter},
    },
};

/// Maximum number of candidates that are looked up and sorted. If there are more, keys are read in the order of the list.
pub(super) const MAX_CANDIDATES: i64 = 1_000;

/// Number up to which the candidates of several conditions are counted, to find the rarest.
const MAX_COUNTED_CANDIDATES: i64 = 10_000;

/// A condition of a filter for which there is an index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Criterion {
    Group(KeyGroup),
    /// A place in [`TextPatterns::indexed`](super::values::TextPatterns::indexed).
    Text(usize),
    Status(StatusFilter),
    Environment,
    Condition(KeyCondition),
    Scope,
    Creator,
}

impl Criterion {
    /// The value of `$5` in `key/list/fragments/candidates.sql`.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Group(KeyGroup::Active) => "not-ended",
            Self::Group(group) => group.as_str(),
            Self::Text(_) => "text",
            Self::Status(status) => status.as_str(),
            Self::Environment => "environment",
            Self::Condition(condition) => condition.as_str(),
            Self::Scope => "scope",
            Self::Creator => "creator",
        }
    }

    /// Returns the criteria of a filter.
    fn all(filter: &KeyFilter, values: &FilterValues) -> Vec<Self> {
        let mut all: Vec<_> = [
            filter.status.map(Self::Status),
            filter.created_by.map(|_| Self::Creator),
            filter.scope.map(|_| Self::Scope),
            filter.environment.map(|_| Self::Environment),
            filter.condition.map(Self::Condition),
            filter.group.map(Self::Group),
        ]
        .into_iter()
        .flatten()
        .collect();
        all.extend((0..values.text.indexed.len()).map(Self::Text));
        all
    }

    /// Whether every candidate matches a filter that has no other condition.
    const fn is_exact(self) -> bool {
        matches!(
            self,
            Self::Creator
                | Self::Scope
                | Self::Environment
                | Self::Status(StatusFilter::Revoked | StatusFilter::Inactive)
        )
    }
}

/// The rarest condition of a filter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rarest {
    pub(super) criterion: Criterion,
    /// The number of its candidates, counted up to a limit above [`MAX_CANDIDATES`].
    pub(super) candidates: i64,
    /// Whether the filter consists of this condition, and all candidates match it.
    pub(super) is_exact: bool,
}

impl Rarest {
    /// Whether so few keys may match that all of them are looked up.
    pub(super) const fn is_rare(self) -> bool {
        self.candidates <= MAX_CANDIDATES
    }

    /// Whether the condition is a text.
    pub(super) const fn is_text(self) -> bool {
        matches!(self.criterion, Criterion::Text(_))
    }
}

impl Store {
    /// Finds the condition of a filter that the fewest keys fulfil; `None` if no condition has an index.
    pub(super) async fn rarest_criterion(
        &self,
        app: ApplicationId,
        filter: &KeyFilter,
        values: &FilterValues,
    ) -> Result<Option<Rarest>, StoreError> {
        let mut rarest: Option<Rarest> = None;
        let all = Criterion::all(filter, values);
        let is_only = all.len() == 1 && filter.search.trim().is_empty();
        for criterion in all.iter().copied() {
            let (limit, is_text) = match criterion {
                Criterion::Text(_) => (MAX_CANDIDATES + 1, true),
                _ if is_only => (MAX_CANDIDATES + 1, false),
                _ => (MAX_COUNTED_CANDIDATES, false),
            };
            // A text of several words is looked up as a whole only if no word is rare: that takes longer.
            if is_text && rarest.is_some_and(Rarest::is_rare) {
                continue;
            }
            let candidates = match criterion {
                // Their ids were read.
                Criterion::Group(KeyGroup::Attention) => 0,
                _ => self.count_candidates(app, criterion, values, limit).await?,
            };
            // How many there are in this application is not known.
            let candidates = if is_text && candidates > MAX_CANDIDATES {
                i64::MAX
            } else {
                candidates
            };
            // The whole text is rarer than its words.
            let is_whole = |known: Rarest| is_text && known.candidates == i64::MAX;
            if rarest.is_none_or(|known| candidates < known.candidates || is_whole(known)) {
                rarest = Some(Rarest {
                    criterion,
                    candidates,
                    is_exact: is_only && criterion.is_exact(),
                });
            }
        }
        Ok(rarest)
    }

    async fn count_candidates(
        &self,
        app: ApplicationId,
        criterion: Criterion,
        values: &FilterValues,
        limit: i64,
    ) -> Result<i64, StoreError> {
        let statement = sql::KEY_LIST_CANDIDATES_COUNT.of(self);
        let (count,): (i64,) = read!(self, |pool| {
            let count = sqlx::query_as(statement)
                .bind(app.0)
                .bind(i64::MIN)
                .bind("")
                .bind(limit);
            bind_candidates!(count, criterion, values)
                .persistent(values.is_prepared)
                .fetch_one(pool)
                .await
        })?;
        Ok(count)
    }
}
