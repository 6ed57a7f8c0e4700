//! The address of the request log: filter, page, and what is open beside it.

use super::{KeyTab, with_query};
use domain::{
    decision::DecisionFilter,
    key::token::KeyId,
    time::{DAY, HOUR, Timestamp},
};
use leptos_router::params::ParamsMap;

/// The time spans of the filter: value in links, length in milliseconds.
pub const WITHIN: [(&str, i64); 3] = [("1h", HOUR), ("24h", DAY), ("7d", 7 * DAY)];

/// The query of the page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestsAddress {
    /// The key's id.
    pub key: String,
    /// Whether the log is a tab of the key's page.
    pub on_key_page: bool,
    /// [`DecisionFilter::REFUSED`], or the code of a verdict.
    pub outcome: String,
    /// The client's address.
    pub from_address: String,
    /// The route as recorded.
    pub route: String,
    /// A value of [`WITHIN`].
    pub within: String,
    /// The id before which the page begins.
    pub before: String,
    /// The id of the request that is open.
    pub request: String,
    /// Whether the simulator is open.
    pub test: bool,
    /// Whether a request is simulated.
    pub tries: bool,
    /// Its address.
    pub address: String,
    /// The scopes that it needs.
    pub scope: String,
    /// Its time.
    pub at: String,
}

impl RequestsAddress {
    /// Reads a query.
    pub fn read(query: &ParamsMap) -> Self {
        Self::of(|name| query.get(name).unwrap_or_default())
    }

    /// Reads the values of a query.
    pub fn of(get: impl Fn(&str) -> String) -> Self {
        // A value that is not a number is ignored.
        let before = Some(get("before")).filter(|before| before.parse::<i64>().is_ok());
        let tries = !get("try").is_empty();
        let outcome = Some(get("outcome")).filter(|outcome| !outcome.is_empty());
        Self {
            key: get("key"),
            on_key_page: get("tab") == KeyTab::Requests.as_str(),
            outcome: outcome.unwrap_or_else(|| get("code")),
            from_address: get("from_address"),
            route: get("route"),
            within: get("within"),
            before: before.unwrap_or_default(),
            request: get("request"),
            test: tries || !get("test").is_empty(),
            tries,
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

    /// The calls with one result.
    pub fn of_outcome(outcome: String) -> Self {
        Self {
            outcome,
            ..Self::default()
        }
    }

    /// One request.
    pub fn of_request(request: &str) -> Self {
        Self::default().opened(request)
    }

    /// The filter that it means, for a key that exists.
    pub fn filter(&self, key: Option<KeyId>, now: Timestamp) -> DecisionFilter {
        let (outcome, address, route) = (&self.outcome, &self.from_address, &self.route);
        let span = WITHIN.iter().find(|(value, _)| *value == self.within);
        DecisionFilter {
            key,
            from: span.map(|(_, length)| now.plus(-length)),
            ..DecisionFilter::parse(outcome, outcome, address, route, "", "")
        }
    }

    /// Whether the log leaves anything out.
    pub fn is_filtered(&self) -> bool {
        self.newest() != self.unfiltered()
    }

    /// The log from its newest call on, with nothing left out.
    #[must_use]
    pub fn unfiltered(&self) -> Self {
        let key = if self.on_key_page {
            self.key.as_str()
        } else {
            ""
        };
        Self {
            on_key_page: self.on_key_page,
            ..Self::of_key(key)
        }
    }

    /// The log from its newest call on, with nothing open.
    #[must_use]
    pub fn newest(&self) -> Self {
        Self {
            before: String::new(),
            ..self.closed()
        }
    }

    /// The log from before an id on.
    #[must_use]
    pub fn before(&self, id: i64) -> Self {
        Self {
            before: id.to_string(),
            ..self.closed()
        }
    }

    /// The same page of the log with a request open.
    #[must_use]
    pub fn opened(&self, request: &str) -> Self {
        Self {
            request: request.to_owned(),
            ..self.closed()
        }
    }

    /// The same page of the log with the simulator open.
    #[must_use]
    pub fn testing(&self) -> Self {
        Self {
            test: true,
            ..self.closed()
        }
    }

    /// The same page of the log with nothing open.
    #[must_use]
    pub fn closed(&self) -> Self {
        Self {
            request: String::new(),
            test: false,
            tries: false,
            address: String::new(),
            scope: String::new(),
            at: String::new(),
            ..self.clone()
        }
    }

    /// The path of the page in an application.
    pub fn place(&self, app: &str) -> String {
        if self.on_key_page {
            format!("{}/{}", super::list(app), self.key)
        } else {
            super::requests(app)
        }
    }

    /// The address of the page in an application.
    pub fn page(&self, app: &str) -> String {
        self.path(&self.place(app))
    }

    /// The address of the page; the fields of the simulator are not part of it.
    pub fn path(&self, path: &str) -> String {
        with_query(path, &self.values())
    }

    /// The address of the stream of new calls; the id behind which it begins has to be added.
    pub fn live_path(&self, app: &str) -> String {
        let log = self.newest();
        let mut query = log.values();
        // The path of the stream does not name a key.
        for (name, value) in &mut query {
            if *name == "key" {
                *value = log.key.as_str();
            }
        }
        let path = with_query(&format!("{}/live", super::requests(app)), &query);
        let mark = if path.contains('?') { '&' } else { '?' };
        format!("{path}{mark}after=")
    }

    fn values(&self) -> [(&'static str, &str); 9] {
        // The path of the key's page names the key.
        let (tab, key) = if self.on_key_page {
            (KeyTab::Requests.as_str(), "")
        } else {
            ("", self.key.as_str())
        };
        [
            ("tab", tab),
            ("key", key),
            ("outcome", &self.outcome),
            ("from_address", &self.from_address),
            ("route", &self.route),
            ("within", &self.within),
            ("before", &self.before),
            ("request", &self.request),
            ("test", if self.test { "1" } else { "" }),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::verdict::Verdict;

    fn read(values: &[(&'static str, &str)]) -> RequestsAddress {
        let mut query = ParamsMap::new();
        for (name, value) in values {
            query.insert(*name, (*value).to_owned());
        }
        RequestsAddress::read(&query)
    }

    #[test]
    fn a_page_begins_at_a_number_or_at_the_newest_call() {
        let address = read(&[("key", "akl_x"), ("before", "nonsense")]);
        assert_eq!(address.path("/x"), "/x?key=akl_x");
        assert_eq!(address.before(7).path("/x"), "/x?key=akl_x&before=7");
        assert_eq!(address.before(7).newest(), address);
    }

    #[test]
    fn what_is_open_keeps_the_filter_and_the_page() {
        let address = read(&[
            ("outcome", "refused"),
            ("route", "GET /a b"),
            ("before", "7"),
        ]);
        let log = "/x?outcome=refused&route=GET%20/a%20b&before=7";
        assert_eq!(address.path("/x"), log);
        let opened = address.opened("r 1");
        assert_eq!(opened.path("/x"), format!("{log}&request=r%201"));
        assert_eq!(opened.testing().path("/x"), format!("{log}&test=1"));
        assert_eq!(opened.closed(), address);
        assert_eq!(
            RequestsAddress::of_request("a b").path("/x"),
            "/x?request=a%20b"
        );
    }

    #[test]
    fn the_log_of_a_key_is_a_tab_of_its_page() {
        let mut address = read(&[("tab", "requests"), ("outcome", "refused"), ("before", "7")]);
        address.key = "akl_x".into();
        let tab = "/apps/a/settings/api-keys/akl_x?tab=requests";
        assert_eq!(address.page("a"), format!("{tab}&outcome=refused&before=7"));
        assert!(address.is_filtered());
        let all = address.unfiltered();
        assert_eq!(all.page("a"), tab);
        assert!(!all.is_filtered());
        let stream = "/apps/a/settings/requests/live?tab=requests&key=akl_x";
        assert_eq!(all.live_path("a"), format!("{stream}&after="));

        let page = RequestsAddress::of_key("akl_x");
        assert_eq!(page.page("a"), "/apps/a/settings/requests?key=akl_x");
        assert!(page.is_filtered() && !page.unfiltered().is_filtered());
    }

    #[test]
    fn an_outcome_is_all_denials_or_a_code() {
        let now = Timestamp(1_795_442_709_123);
        let denied = read(&[("outcome", "refused")]).filter(None, now);
        assert!(denied.refused && denied.verdict.is_none());
        let code = read(&[("code", "key_revoked"), ("within", "1h")]).filter(None, now);
        assert_eq!(code.verdict.map(Verdict::code), Some("key_revoked"));
        assert_eq!(code.from, Some(now.plus(-HOUR)));
        let unknown = read(&[("outcome", "x"), ("within", "1y")]).filter(None, now);
        assert_eq!(unknown, DecisionFilter::default());
    }
}
