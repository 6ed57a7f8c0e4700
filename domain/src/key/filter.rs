//! Filter, order and pagination of the key list.

use super::{
    Environment, KeySummary,
    choice_table::{self, ChoiceRow},
    condition::KeyCondition,
    name::KeyName,
    scope::{Scope, ScopeSet},
};
use crate::{account::Email, id::PersonId, text};

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

/// The column that the key list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The time of creation.
    #[default]
    Created,
    /// The [folded](crate::name::folded) name.
    Name,
    /// The last accepted call; keys that were never used sort first.
    Used,
    /// The expiry; keys that never expire sort last.
    Expires,
}

impl Sort {
    /// The value in links.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Name => "name",
            Self::Used => "used",
            Self::Expires => "expires",
        }
    }
}

/// The order of the key list. The default is newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Order {
    pub by: Sort,
    pub descending: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self::default_for(Sort::default())
    }
}

impl Order {
    /// Returns the order after a first click on a column heading: newest, most recently used, A to Z, or next to expire.
    pub const fn default_for(by: Sort) -> Self {
        let descending = matches!(by, Sort::Created | Sort::Used);
        Self { by, descending }
    }

    /// Parses the query parameters of a link. Unknown values mean the default.
    pub fn parse(sort: &str, direction: &str) -> Self {
        let by = [Sort::Name, Sort::Used, Sort::Expires]
            .into_iter()
            .find(|by| by.as_str() == sort)
            .unwrap_or_default();
        match direction {
            "asc" => Self {
                by,
                descending: false,
            },
            "desc" => Self {
                by,
                descending: true,
            },
            _ => Self::default_for(by),
        }
    }

    /// The direction in links.
    pub const fn direction(self) -> &'static str {
        if self.descending { "desc" } else { "asc" }
    }

    /// Returns the order after a click on the heading of `by`: the current column's direction is reversed.
    #[must_use]
    pub fn clicked(self, by: Sort) -> Self {
        if self.by == by {
            Self {
                by,
                descending: !self.descending,
            }
        } else {
            Self::default_for(by)
        }
    }
}

/// A row's value in the sorted column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    /// An instant in Unix milliseconds.
    Number(i64),
    /// A name.
    Text(String),
}

/// A cursor of the key list: the page starts after the row with this sort key and id, or ends before it if `back` is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCursor {
    /// The row's value in the sorted column.
    pub sort_key: SortKey,
    /// The row's id, which breaks ties.
    pub id: String,
    /// Whether the page precedes the row.
    pub back: bool,
}

impl KeyCursor {
    /// Formats the cursor for a link. [`KeyCursor::parse`] parses it.
    pub fn to_param(&self) -> String {
        let direction = if self.back { 'b' } else { 'f' };
        match &self.sort_key {
            SortKey::Number(number) => format!("{direction}{number}.{}", self.id),
            SortKey::Text(text) => format!("{direction}{text}.{}", self.id),
        }
    }

    /// Parses the output of [`KeyCursor::to_param`] for a list in this order. Anything else is `None`, which means the first
    /// page.
    pub fn parse(text: &str, order: Order) -> Option<Self> {
        let back = match text.as_bytes().first()? {
            b'b' => true,
            b'f' => false,
            _ => return None,
        };
        let (sort_key, id) = text.get(1..)?.rsplit_once('.')?;
        let plain = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let sort_key = match order.by {
            Sort::Name => SortKey::Text(text::single_line(sort_key, KeyName::MAX_CHARS)),
            _ => SortKey::Number(sort_key.parse().ok()?),
        };
        plain.then(|| Self {
            sort_key,
            id: id.into(),
            back,
        })
    }
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
