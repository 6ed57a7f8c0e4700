//! The address of single calls: which of them, and what is asked about them.

use super::with_query;
use leptos_router::params::ParamsMap;

/// The outcome of calls that did not pass, in links and in what the page asks.
pub const REFUSED: &str = "refused";

/// What stands behind the question mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestsAddress {
    /// One request, which is explained.
    pub request: String,
    /// The key that the list is narrowed to.
    pub key: String,
    /// Whether it shows only calls that did not pass.
    pub refused: bool,
    /// The id before which the page begins.
    pub before: String,
    /// Whether a call is tried.
    pub tries: bool,
    /// From where.
    pub address: String,
    /// What it needs.
    pub scope: String,
    /// When.
    pub at: String,
}

impl RequestsAddress {
    /// Reads a query.
    pub fn read(query: &ParamsMap) -> Self {
        let get = |name| query.get(name).unwrap_or_default();
        // What is no number begins nowhere.
        let before = Some(get("before")).filter(|before| before.parse::<i64>().is_ok());
        Self {
            request: get("request"),
            key: get("key"),
            refused: get("outcome") == REFUSED,
            before: before.unwrap_or_default(),
            tries: !get("try").is_empty(),
            address: get("address"),
            scope: get("scope"),
            at: get("at"),
        }
    }

    /// The calls with one key.
    pub fn of_key(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..Self::default()
        }
    }

    /// One request.
    pub fn of_request(request: &str) -> Self {
        Self {
            request: request.to_owned(),
            ..Self::default()
        }
    }

    /// The list from its newest call on, of all of its calls or of those that did not pass.
    #[must_use]
    pub fn newest(&self, refused: bool) -> Self {
        Self {
            refused,
            ..Self::of_key(&self.key)
        }
    }

    /// The list from before an id on.
    #[must_use]
    pub fn before(&self, id: i64) -> Self {
        Self {
            before: id.to_string(),
            ..self.newest(self.refused)
        }
    }

    /// The outcome that the list is narrowed to; empty for any.
    pub const fn outcome(&self) -> &'static str {
        if self.refused { REFUSED } else { "" }
    }

    /// The address with what the list shows; what was tried is not part of it.
    pub fn path(&self, path: &str) -> String {
        with_query(
            path,
            &[
                ("request", &self.request),
                ("key", &self.key),
                ("outcome", self.outcome()),
                ("before", &self.before),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_begins_at_a_number_or_at_the_newest_call() {
        let mut query = ParamsMap::new();
        query.insert("key", "akl_x".into());
        query.insert("before", "nonsense".into());
        let address = RequestsAddress::read(&query);
        assert_eq!(address.path("/x"), "/x?key=akl_x");
        assert_eq!(address.before(7).path("/x"), "/x?key=akl_x&before=7");
        let refused = address.newest(true);
        assert_eq!(refused.path("/x"), "/x?key=akl_x&outcome=refused");
        let older = "/x?key=akl_x&outcome=refused&before=7";
        assert_eq!(refused.before(7).path("/x"), older);
        query.insert("outcome", "refused".into());
        assert!(RequestsAddress::read(&query).refused);
        assert_eq!(
            RequestsAddress::of_request("a b").path("/x"),
            "/x?request=a%20b"
        );
    }
}
