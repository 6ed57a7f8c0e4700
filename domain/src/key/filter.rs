//! Which keys a list shows, and in which order.

use super::{Environment, KeySummary, name::KeyName, notable::Notable};
use crate::text;

/// The status a list is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusFilter {
    /// Works now.
    Active,
    /// Switched off.
    Inactive,
    /// Its time is over.
    Expired,
    /// Revoked.
    Revoked,
}

impl StatusFilter {
    /// All of them, with the value in links and the word on the page.
    pub const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Active, "active", "Active"),
        (Self::Inactive, "inactive", "Inactive"),
        (Self::Expired, "expired", "Expired"),
        (Self::Revoked, "revoked", "Revoked"),
    ];

    /// The value in links.
    pub fn as_str(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|row| row.0 == self)
            .map_or("", |row| row.1)
    }

    /// Reads [`StatusFilter::as_str`] back.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == text).map(|row| row.0)
    }
}

/// Which keys a list shows; the default shows all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Text in the name, or a public key id, its beginning or its mask; empty for any.
    pub search: String,
    /// Only keys in this status.
    pub status: Option<StatusFilter>,
    /// Only live, or only test keys.
    pub environment: Option<Environment>,
    /// Only keys of which this is true.
    pub notable: Option<Notable>,
}

impl KeyFilter {
    /// The filter that a link means; unknown words filter nothing.
    pub fn parse(search: &str, status: &str, environment: &str, notable: &str) -> Self {
        Self {
            search: text::line(search, 80),
            status: StatusFilter::parse(status),
            environment: Environment::parse(environment),
            notable: Notable::parse(notable),
        }
    }

    /// Whether it leaves anything out.
    pub fn is_narrow(&self) -> bool {
        *self != Self::default()
    }
}

/// What a list is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// When keys were made.
    #[default]
    Created,
    /// Their names, capitals alike.
    Name,
    /// Their last accepted call; never stands before all others.
    Used,
    /// Their end; never stands behind all others.
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

/// The order of a list; the default has the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// By what.
    pub by: Sort,
    /// The largest first.
    pub down: bool,
}

impl Default for Order {
    fn default() -> Self {
        Self::natural(Sort::default())
    }
}

impl Order {
    /// The direction that a first click means: the newest, the last used, A, what ends next.
    pub const fn natural(by: Sort) -> Self {
        let down = matches!(by, Sort::Created | Sort::Used);
        Self { by, down }
    }

    /// The order that a link means.
    pub fn parse(sort: &str, direction: &str) -> Self {
        let by = [Sort::Name, Sort::Used, Sort::Expires]
            .into_iter()
            .find(|by| by.as_str() == sort)
            .unwrap_or_default();
        match direction {
            "asc" => Self { by, down: false },
            "desc" => Self { by, down: true },
            _ => Self::natural(by),
        }
    }

    /// The direction in links.
    pub const fn direction(self) -> &'static str {
        if self.down { "desc" } else { "asc" }
    }

    /// What a click on the heading of `by` leads to.
    #[must_use]
    pub fn clicked(self, by: Sort) -> Self {
        if self.by == by {
            Self {
                by,
                down: !self.down,
            }
        } else {
            Self::natural(by)
        }
    }
}

/// What a row is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// An instant in Unix milliseconds.
    Number(i64),
    /// A name.
    Text(String),
}

/// Where a page begins: behind (or, going back, before) the row with this place and id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyCursor {
    /// The row's place in the order.
    pub place: Place,
    /// The row's id, which settles ties.
    pub id: String,
    /// Towards the beginning of the list.
    pub back: bool,
}

impl KeyCursor {
    /// The text that stands in a link; [`KeyCursor::parse`] reads it.
    pub fn to_param(&self) -> String {
        let way = if self.back { 'b' } else { 'f' };
        match &self.place {
            Place::Number(number) => format!("{way}{number}.{}", self.id),
            Place::Text(text) => format!("{way}{text}.{}", self.id),
        }
    }

    /// Reads what [`KeyCursor::to_param`] wrote in a list of this order; anything else is no cursor, so that the list
    /// begins at its first page.
    pub fn parse(text: &str, order: Order) -> Option<Self> {
        let back = match text.as_bytes().first()? {
            b'b' => true,
            b'f' => false,
            _ => return None,
        };
        let (place, id) = text.get(1..)?.rsplit_once('.')?;
        let plain = id.len() <= 64 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let place = match order.by {
            Sort::Name => Place::Text(text::line(place, KeyName::LONGEST)),
            _ => Place::Number(place.parse().ok()?),
        };
        plain.then(|| Self {
            place,
            id: id.into(),
            back,
        })
    }
}

/// One page of a list of keys, as it is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyQuery {
    /// Which keys.
    pub filter: KeyFilter,
    /// In which order.
    pub order: Order,
    /// From where; the first page where there is none.
    pub cursor: Option<KeyCursor>,
}

/// One page of keys, with the way to its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPage {
    /// The rows.
    pub rows: Vec<KeySummary>,
    /// Behind the last row, where there are more.
    pub next: Option<KeyCursor>,
    /// Before the first row, where there are some.
    pub previous: Option<KeyCursor>,
}

/// How many keys a filter leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// So many.
    pub count: i64,
    /// There are more than that.
    pub more: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_garbage_does_not() {
        let by_name = Order::natural(Sort::Name);
        for (place, order) in [
            (Place::Number(-5), Order::default()),
            (Place::Text("a. b.ü".into()), by_name),
            (Place::Text(String::new()), by_name),
        ] {
            let cursor = KeyCursor {
                place,
                id: "akl_abc".into(),
                back: true,
            };
            assert_eq!(KeyCursor::parse(&cursor.to_param(), order), Some(cursor));
        }
        for garbage in ["", "x1.a", "f.a", "f1", "f1.a b", "ü1.a", "fname.akl_abc"] {
            let parsed = KeyCursor::parse(garbage, Order::default());
            assert_eq!(parsed, None, "{garbage}");
        }
    }

    #[test]
    fn a_second_click_turns_the_order_round() {
        let order = Order::default().clicked(Sort::Name);
        assert_eq!((order.by, order.direction()), (Sort::Name, "asc"));
        assert_eq!(order.clicked(Sort::Name).direction(), "desc");
        assert_eq!(Order::parse("name", "desc"), order.clicked(Sort::Name));
        assert_eq!(Order::parse("no such column", ""), Order::default());
    }

    #[test]
    fn unknown_words_filter_nothing() {
        assert!(!KeyFilter::parse(" ", "x", "y", "z").is_narrow());
        assert!(KeyFilter::parse("", "", "", "idle").is_narrow());
    }
}
