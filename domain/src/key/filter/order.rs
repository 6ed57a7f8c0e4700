//! Orders of the key list, and cursors in them.

use crate::{key::name::KeyName, text};

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
