//! The address of a key's page, with its tab.

use super::with_query;

/// A tab of a key's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum KeyTab {
    #[default]
    Overview,
    Requests,
    Security,
    History,
}

impl KeyTab {
    /// Parses the value in links. Anything else is the overview.
    pub fn parse(text: &str) -> Self {
        match text {
            "requests" => Self::Requests,
            "security" => Self::Security,
            "history" => Self::History,
            _ => Self::Overview,
        }
    }

    /// The value in links; empty for the overview.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::Requests => "requests",
            Self::Security => "security",
            Self::History => "history",
        }
    }

    /// The address of this tab; `path` is that of the key's page.
    pub fn path(self, path: &str) -> String {
        with_query(path, &[("tab", self.as_str())])
    }
}

/// The address of the tab with the security events of a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyEventsAddress {
    /// `all` for acknowledged events too.
    pub state: String,
    /// The cursor at which the page begins.
    pub cursor: String,
}

impl KeyEventsAddress {
    /// The address; `path` is that of the key's page.
    pub fn path(&self, path: &str) -> String {
        let query = [
            ("tab", KeyTab::Security.as_str()),
            ("state", &self.state),
            ("cursor", &self.cursor),
        ];
        with_query(path, &query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_is_in_the_query_and_the_overview_is_not() {
        for (tab, path) in [
            (KeyTab::Overview, "/x"),
            (KeyTab::Requests, "/x?tab=requests"),
            (KeyTab::Security, "/x?tab=security"),
            (KeyTab::History, "/x?tab=history"),
        ] {
            assert_eq!(KeyTab::parse(tab.as_str()), tab);
            assert_eq!(tab.path("/x"), path);
        }
        assert_eq!(KeyTab::parse("nonsense"), KeyTab::Overview);
        let events = KeyEventsAddress {
            state: "all".into(),
            cursor: "1.2".into(),
        };
        assert_eq!(events.path("/x"), "/x?tab=security&state=all&cursor=1.2");
    }
}
