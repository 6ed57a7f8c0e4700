//! Filter, order and pagination of the key list.

mod order;

pub use order::{KeyCursor, Order, Sort, SortKey};

use super::{
    Environment, KeySummary,
    choice_table::{self, ChoiceRow},
    condition::KeyCondition,
    scope::{Scope, ScopeSet},
};
use crate::{account::Email, id::PersonId, text, time::Timestamp};

/// A status to filter by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum StatusFilter {
    Active,
    Inactive,
    Expired,
    Revoked,
}

impl StatusFilter {
    /// All statuses, as (status, value in links, label).
    pub const ALL: [ChoiceRow<Self>; 4] = [
        (Self::Active, "active", "Active"),
        (Self::Inactive, "inactive", "Inactive"),
        (Self::Expired, "expired", "Expired"),
        (Self::Revoked, "revoked", "Revoked"),
    ];

    /// The value in links.
    pub fn as_str(self) -> &'static str {
        choice_table::link_text(&Self::ALL, self)
    }

    /// The label.
    pub fn label(self) -> &'static str {
        choice_table::label(&Self::ALL, self)
    }

    /// Parses the output of [`StatusFilter::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        choice_table::parse(&Self::ALL, text)
    }
}

/// A group of keys that the list shows together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyGroup {
    /// Active and inactive keys. A retiring key is shown with the key that replaces it, unless that one is revoked.
    Active,
    /// Active and inactive keys that expire within 7 days, whose secret may not have been saved, that were not used for 90
    /// days, with many denied calls ([`OVERVIEW_MIN_REFUSALS`](crate::usage::overview::OVERVIEW_MIN_REFUSALS)), or with an
    /// open critical security event.
    Attention,
    /// Expired and revoked keys.
    Ended,
}

impl KeyGroup {
    /// The value of the list of all keys in links.
    pub const ALL: &str = "all";

    /// The value in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Attention => "attention",
            Self::Ended => "ended",
        }
    }

    /// Parses the value in links; `None` is all keys. Anything else means the active keys, or all of them if they are
    /// filtered otherwise: a search should find a key that has ended.
    pub fn parse(text: &str, filtered: bool) -> Option<Self> {
        let known = [Self::Active, Self::Attention, Self::Ended];
        match known.into_iter().find(|group| group.as_str() == text) {
            Some(group) => Some(group),
            None if filtered || text == Self::ALL => None,
            None => Some(Self::Active),
        }
    }
}

/// The numbers of an application's keys in each [`KeyGroup`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GroupCounts {
    /// Keys in [`KeyGroup::Active`].
    pub active: i64,
    /// Keys in [`KeyGroup::Attention`], at most [`MAX_ATTENTION`].
    pub attention: i64,
    /// Keys in [`KeyGroup::Ended`].
    pub ended: i64,
    /// All keys.
    pub all: i64,
}

impl GroupCounts {
    /// Returns the number of keys in a group, or of all keys.
    pub const fn of(self, group: Option<KeyGroup>) -> i64 {
        match group {
            Some(KeyGroup::Active) => self.active,
            Some(KeyGroup::Attention) => self.attention,
            Some(KeyGroup::Ended) => self.ended,
            None => self.all,
        }
    }
}

/// Maximum number of keys in [`KeyGroup::Attention`]: they are a list of things to do.
pub const MAX_ATTENTION: i64 = 100;

/// A filter of the key list. The default matches all keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names and types of the fields say it")]
pub struct KeyFilter {
    pub group: Option<KeyGroup>,
    /// Part of the name, or a public key id, its prefix or its mask; empty for any.
    pub search: String,
    pub status: Option<StatusFilter>,
    pub environment: Option<Environment>,
    pub condition: Option<KeyCondition>,
    /// A scope that the keys have. No scope implies another.
    pub scope: Option<Scope>,
    /// The person who created the keys.
    pub created_by: Option<PersonId>,
}

impl KeyFilter {
    /// Parses the query parameters of a link; `created_by` is a person's id. Unknown values are ignored.
    pub fn parse(
        group: &str,
        search: &str,
        status: &str,
        environment: &str,
        condition: &str,
        scope: &str,
        created_by: &str,
    ) -> Self {
        let mut filter = Self {
            group: None,
            search: text::single_line(search, 80),
            status: StatusFilter::parse(status),
            environment: Environment::parse(environment),
            condition: KeyCondition::parse(condition),
            scope: Scope::parse(scope).ok(),
            created_by: created_by.parse().ok(),
        };
        filter.group = KeyGroup::parse(group, filter.is_narrow());
        filter
    }

    /// Whether keys of the group are left out.
    pub fn narrows_group(&self) -> bool {
        Self {
            group: None,
            ..self.clone()
        }
        .is_narrow()
    }

    /// Whether the filter excludes any keys.
    pub fn is_narrow(&self) -> bool {
        *self != Self::default()
    }

    /// Whether the filter excludes keys by more than their group and the search.
    pub fn has_conditions(&self) -> bool {
        let group_and_search = Self {
            search: self.search.clone(),
            group: self.group,
            ..Self::default()
        };
        *self != group_and_search
    }
}

/// A person who created keys.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct KeyCreator {
    pub id: PersonId,
    pub email: Email,
}

/// Maximum number of people in [`FilterChoices`].
pub const MAX_CREATORS: i64 = 50;

/// The values of a filter that match keys of an application.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilterChoices {
    /// The scopes that any of its keys has.
    pub scopes: ScopeSet,
    /// The people who created its keys, by e-mail address: at most [`MAX_CREATORS`].
    pub creators: Vec<KeyCreator>,
}

/// A request for one page of the key list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names and types of the fields say it")]
pub struct KeyQuery {
    pub filter: KeyFilter,
    pub order: Order,
    /// The first page if `None`.
    pub cursor: Option<KeyCursor>,
}

impl KeyQuery {
    /// Returns a query for the keys in a condition at `now`, in an order in which they are adjacent, from the first of them on.
    pub fn in_condition(condition: KeyCondition, now: Timestamp) -> Self {
        let filter = KeyFilter {
            condition: Some(condition),
            ..KeyFilter::default()
        };
        let (by, before) = match condition {
            KeyCondition::ExpiresSoon => (Sort::Expires, Some(now)),
            KeyCondition::NeverUsed | KeyCondition::NotConfirmed => (Sort::Used, None),
            KeyCondition::Idle => (Sort::Used, Some(Timestamp(1))),
            KeyCondition::Retiring
            | KeyCondition::NeverExpires
            | KeyCondition::AnyAddress
            | KeyCondition::Old => {
                return Self {
                    filter,
                    ..Self::default()
                };
            }
        };
        Self {
            filter,
            order: Order {
                by,
                descending: false,
            },
            cursor: before.map(|at| KeyCursor {
                sort_key: SortKey::Number(at.0),
                id: String::new(),
                back: false,
            }),
        }
    }
}

/// A page of the key list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct KeyPage {
    pub rows: Vec<KeySummary>,
    /// The cursor of the next page; `None` on the last page.
    pub next: Option<KeyCursor>,
    /// The cursor of the previous page; `None` on the first page.
    pub previous: Option<KeyCursor>,
}

/// The number of keys that a filter matches, counted up to a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyTotal {
    /// The exact number, or the bound if `more` is set.
    pub count: i64,
    /// Whether there are more keys than `count`.
    pub more: bool,
}

#[cfg(test)]
mod tests;
