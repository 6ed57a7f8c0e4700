//! The address of the audit log: what it is narrowed to, and its page.

use super::with_query;
use domain::time::Timestamp;
use leptos_router::params::ParamsMap;

/// What stands behind the question mark; the files of the log take it too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditAddress {
    /// On what: a key's id, most often.
    pub key: String,
    /// By whom.
    pub person: String,
    /// What was done.
    pub action: String,
    /// The first day, in the reader's time zone.
    pub from: String,
    /// The last day.
    pub until: String,
    /// Where the page begins.
    pub cursor: String,
}

impl AuditAddress {
    /// Reads a query.
    pub fn read(query: &ParamsMap) -> Self {
        let get = |name| query.get(name).unwrap_or_default();
        // What is no day narrows nothing, and a field for days takes none of it.
        let day = |name| Some(get(name)).filter(|day| Timestamp::parse_date(day).is_some());
        Self {
            key: get("key"),
            person: get("person"),
            action: get("action"),
            from: day("from").unwrap_or_default(),
            until: day("until").unwrap_or_default(),
            cursor: get("cursor"),
        }
    }

    /// All that was done to `key`.
    pub fn on(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..Self::default()
        }
    }

    /// Everything that a person did.
    pub fn by(person: &str) -> Self {
        Self {
            person: person.to_owned(),
            ..Self::default()
        }
    }

    /// The page that begins at a cursor.
    #[must_use]
    pub fn at(mut self, cursor: String) -> Self {
        self.cursor = cursor;
        self
    }

    /// The address with this query.
    pub fn path(&self, path: &str) -> String {
        with_query(
            path,
            &[
                ("key", &self.key),
                ("person", &self.person),
                ("action", &self.action),
                ("from", &self.from),
                ("until", &self.until),
                ("cursor", &self.cursor),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_day_stands_in_no_address() {
        let mut query = ParamsMap::new();
        query.insert("key", "akl_x".into());
        query.insert("from", "2026-11-23".into());
        query.insert("until", "tomorrow".into());
        let address = AuditAddress::read(&query);
        assert_eq!(address.path("/x"), "/x?key=akl_x&from=2026-11-23");
        assert_eq!(
            AuditAddress::by("a@b.example").at("f1.2".into()).path("/x"),
            "/x?person=a%40b.example&cursor=f1.2"
        );
    }
}
