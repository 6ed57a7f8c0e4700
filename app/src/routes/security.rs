//! The address of security events: filter and page.

use super::query_address::{CURSOR, QueryAddress};

/// The query of the address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventsAddress {
    /// The kind of event.
    pub kind: String,
    /// How grave it is.
    pub severity: String,
    /// Whether they were acknowledged; open ones where it is empty.
    pub state: String,
    /// About which key.
    pub key: String,
    /// The cursor at which the page begins.
    pub cursor: String,
}

impl EventsAddress {
    /// The open events of a key.
    pub fn of_key(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            ..Self::default()
        }
    }
}

impl QueryAddress for EventsAddress {
    fn parameters(&mut self) -> Vec<(&'static str, &mut String)> {
        vec![
            ("kind", &mut self.kind),
            ("severity", &mut self.severity),
            ("state", &mut self.state),
            ("key", &mut self.key),
            (CURSOR, &mut self.cursor),
        ]
    }
}
