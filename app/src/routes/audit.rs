//! The address of the audit log: filter and page.

use super::query_address::{CURSOR, QueryAddress};
use domain::time::Timestamp;

/// The query of the address; exports of the log take it too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditAddress {
    /// On what: a key's id, most often.
    pub key: String,
    /// By whom.
    pub person: String,
    /// The action.
    pub action: String,
    /// The first day, in the reader's time zone.
    pub from: String,
    /// The last day.
    pub until: String,
    /// The cursor at which the page begins.
    pub cursor: String,
}

impl AuditAddress {
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
}

impl QueryAddress for AuditAddress {
    fn parameters(&mut self) -> Vec<(&'static str, &mut String)> {
        vec![
            ("key", &mut self.key),
            ("person", &mut self.person),
            ("action", &mut self.action),
            ("from", &mut self.from),
            ("until", &mut self.until),
            (CURSOR, &mut self.cursor),
        ]
    }

    /// Texts that are not days are ignored, and are not shown in a date field.
    fn clear_invalid(&mut self) {
        for day in [&mut self.from, &mut self.until] {
            if Timestamp::parse_date(day).is_none() {
                day.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos_router::params::ParamsMap;

    #[test]
    fn a_text_that_is_not_a_day_is_left_out_of_the_address() {
        let mut query = ParamsMap::new();
        query.insert("key", "akl_x".into());
        query.insert("from", "2026-11-23".into());
        query.insert("until", "tomorrow".into());
        let address = AuditAddress::read(&query);
        assert_eq!(address.path("/x"), "/x?key=akl_x&from=2026-11-23");
        assert_eq!(
            AuditAddress::by("a@b.example").at("f1.2").path("/x"),
            "/x?person=a%40b.example&cursor=f1.2"
        );
    }
}
