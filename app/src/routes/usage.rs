//! The address of a chart: what it covers, and in which zone its times are.

use super::with_query;
use domain::usage::Window;
use leptos_router::params::ParamsMap;

/// What stands behind the question mark; the files of the numbers take it too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsageAddress {
    /// One of the windows; empty where there is a range.
    pub window: String,
    /// The first day of a range.
    pub from: String,
    /// Its last day.
    pub until: String,
    /// `utc`, or empty for the application's zone.
    pub zone: String,
}

impl UsageAddress {
    /// Reads a query.
    pub fn read(query: &ParamsMap) -> Self {
        let get = |name| query.get(name).unwrap_or_default();
        Self {
            window: get("window"),
            from: get("from"),
            until: get("until"),
            zone: Some(get("zone"))
                .filter(|zone| zone == "utc")
                .unwrap_or_default(),
        }
    }

    /// The same with a window.
    #[must_use]
    pub fn over(mut self, window: Window) -> Self {
        window.as_str().clone_into(&mut self.window);
        self.from.clear();
        self.until.clear();
        self
    }

    /// The same with times in UTC, or in the application's zone.
    #[must_use]
    pub fn in_utc(mut self, utc: bool) -> Self {
        if utc { "utc" } else { "" }.clone_into(&mut self.zone);
        self
    }

    /// Whether it is a range of one's own.
    pub const fn is_range(&self) -> bool {
        !self.from.is_empty() || !self.until.is_empty()
    }

    /// The window, where it is no range.
    pub fn window(&self) -> Option<Window> {
        (!self.is_range()).then(|| Window::parse(&self.window))
    }

    /// The address with this query.
    pub fn path(&self, path: &str) -> String {
        let window = if self.is_range() { "" } else { &self.window };
        with_query(
            path,
            &[
                ("window", window),
                ("from", &self.from),
                ("until", &self.until),
                ("zone", &self.zone),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_and_a_window_are_never_both_in_an_address() {
        let mut query = ParamsMap::new();
        query.insert("window", "7d".into());
        query.insert("from", "2026-11-01".into());
        query.insert("zone", "Mars".into());
        let address = UsageAddress::read(&query);
        assert_eq!(address.window(), None);
        assert_eq!(address.path("/x"), "/x?from=2026-11-01");
        let window = address.in_utc(true).over(Window::Month);
        assert_eq!(window.path("/x"), "/x?window=30d&zone=utc");
        assert_eq!(window.in_utc(false).window(), Some(Window::Month));
    }
}
