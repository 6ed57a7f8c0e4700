//! The address of single calls: which of them, and what is asked about them.

use super::with_query;
use leptos_router::params::ParamsMap;

/// What stands behind the question mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestsAddress {
    /// One request, which is explained.
    pub request: String,
    /// The key that the list is narrowed to.
    pub key: String,
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

    /// The list from before an id on.
    #[must_use]
    pub fn before(&self, id: i64) -> Self {
        Self {
            before: id.to_string(),
            ..Self::of_key(&self.key)
        }
    }

    /// The address with what the list shows; what was tried is not part of it.
    pub fn path(&self, path: &str) -> String {
        with_query(
            path,
            &[
                ("request", &self.request),
                ("key", &self.key),
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
        assert_eq!(
            RequestsAddress::of_request("a b").path("/x"),
            "/x?request=a%20b"
        );
    }
}
