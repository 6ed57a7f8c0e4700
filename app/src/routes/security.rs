//! The address of security events: what they are narrowed to, and their page.

use super::with_query;
use leptos_router::params::ParamsMap;

/// What stands behind the question mark.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventsAddress {
    /// What happened.
    pub kind: String,
    /// How grave it is.
    pub severity: String,
    /// Whether they were acknowledged; open ones where it is empty.
    pub state: String,
    /// About which key.
    pub key: String,
    /// Where the page begins.
    pub cursor: String,
}

impl EventsAddress {
    /// Reads a query.
    pub fn read(query: &ParamsMap) -> Self {
        let get = |name| query.get(name).unwrap_or_default();
        Self {
            kind: get("kind"),
            severity: get("severity"),
            state: get("state"),
            key: get("key"),
            cursor: get("cursor"),
        }
    }

    /// The open events of a key.
    pub fn of_key(key: &str) -> Self {
        Self {
            key: key.to_owned(),
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
                ("kind", &self.kind),
                ("severity", &self.severity),
                ("state", &self.state),
                ("key", &self.key),
                ("cursor", &self.cursor),
            ],
        )
    }
}
