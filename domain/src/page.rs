//! Pages of a list that is read by key, never by offset.

use serde::{Deserialize, Serialize};

/// Rows on a page.
pub const PAGE_SIZE: usize = 50;

/// Where a page begins: behind (or, going back, before) the row with this instant and id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The row's sort key: Unix milliseconds.
    pub at: i64,
    /// The row's id, which settles ties.
    pub id: String,
    /// Towards the beginning of the list.
    pub back: bool,
}

impl Cursor {
    /// The text that stands in a link; [`Cursor::parse`] reads it.
    pub fn to_param(&self) -> String {
        format!(
            "{}{}.{}",
            if self.back { "b" } else { "f" },
            self.at,
            self.id
        )
    }

    /// Reads what [`Cursor::to_param`] wrote; anything else is no cursor, so that the list begins at its first page.
    pub fn parse(text: &str) -> Option<Self> {
        let back = match text.as_bytes().first()? {
            b'b' => true,
            b'f' => false,
            _ => return None,
        };
        let (at, id) = text.get(1..)?.split_once('.')?;
        let plain = id.len() <= 64
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
        plain.then_some(Self {
            at: at.parse().ok()?,
            id: id.into(),
            back,
        })
    }
}

/// One page, with the way to its neighbours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// At most [`PAGE_SIZE`] rows.
    pub rows: Vec<T>,
    /// Behind the last row, where there are more.
    pub next: Option<Cursor>,
    /// Before the first row, where there are some.
    pub previous: Option<Cursor>,
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn a_cursor_comes_back_and_garbage_does_not() {
        let cursor = Cursor {
            at: -5,
            id: "akl_abc".into(),
            back: true,
        };
        assert_eq!(Cursor::parse(&cursor.to_param()), Some(cursor));
        for garbage in ["", "x1.a", "f.a", "f1", "f1.a b", "ü1.a"] {
            assert_eq!(Cursor::parse(garbage), None, "{garbage}");
        }
    }
}
