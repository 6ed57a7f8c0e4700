//! The address of a chart and its breakdown: range, dimension and time zone.

use super::with_query;
use domain::usage::{Window, breakdown::Dimension};
use leptos_router::params::ParamsMap;

/// The query of the address; exports of the counts take it too.
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
    /// `responses`, or empty for the outcomes of the gate.
    pub chart: String,
    /// The dimension of the breakdown; empty for the addresses.
    pub by: String,
    /// `all`, or empty for the first rows of the breakdown.
    pub rows: String,
}

/// The chart of the responses that services reported.
const RESPONSES: &str = "responses";
/// All rows of a breakdown.
const ALL_ROWS: &str = "all";

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
            chart: Some(get("chart"))
                .filter(|chart| chart == RESPONSES)
                .unwrap_or_default(),
            by: Dimension::parse(&get("by"))
                .filter(|by| *by != Dimension::Address)
                .map_or_else(String::new, |by| by.as_str().to_owned()),
            rows: Some(get("rows"))
                .filter(|rows| rows == ALL_ROWS)
                .unwrap_or_default(),
        }
    }

    /// The same with the chart of the responses, or with that of the gate.
    #[must_use]
    pub fn with_responses(mut self, responses: bool) -> Self {
        if responses { RESPONSES } else { "" }.clone_into(&mut self.chart);
        self
    }

    /// The same with the first rows of another dimension.
    #[must_use]
    pub fn broken_down_by(mut self, dimension: Dimension) -> Self {
        let by = match dimension {
            Dimension::Address => "",
            other => other.as_str(),
        };
        by.clone_into(&mut self.by);
        self.rows.clear();
        self
    }

    /// The same with all rows of the breakdown, or with the first ones.
    #[must_use]
    pub fn with_all_rows(mut self, all: bool) -> Self {
        if all { ALL_ROWS } else { "" }.clone_into(&mut self.rows);
        self
    }

    /// Whether the chart is that of the responses.
    pub fn shows_responses(&self) -> bool {
        self.chart == RESPONSES
    }

    /// Whether the breakdown has all rows.
    pub fn shows_all_rows(&self) -> bool {
        self.rows == ALL_ROWS
    }

    /// The dimension of the breakdown.
    pub fn dimension(&self) -> Dimension {
        Dimension::parse(&self.by).unwrap_or(Dimension::Address)
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

    /// The window, unless a range is selected.
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
                ("chart", &self.chart),
                ("by", &self.by),
                ("rows", &self.rows),
            ],
        )
    }

    /// The address of a file, which contains all dimensions.
    pub fn file_path(&self, path: &str) -> String {
        Self {
            chart: String::new(),
            by: String::new(),
            rows: String::new(),
            ..self.clone()
        }
        .path(path)
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

    #[test]
    fn the_chart_and_the_breakdown_are_in_the_address_and_in_no_file() {
        let mut query = ParamsMap::new();
        for (name, value) in [("chart", "responses"), ("by", "route"), ("rows", "all")] {
            query.insert(name, value.into());
        }
        let address = UsageAddress::read(&query).over(Window::Week);
        let path = "/x?window=7d&chart=responses&by=route&rows=all";
        assert_eq!(address.path("/x"), path);
        assert_eq!(address.file_path("/x.csv"), "/x.csv?window=7d");
        assert!(address.shows_responses() && address.shows_all_rows());
        assert_eq!(address.dimension(), Dimension::Route);
        let first = address.broken_down_by(Dimension::Address);
        assert_eq!(first.with_responses(false).path("/x"), "/x?window=7d");
        let mut query = ParamsMap::new();
        for name in ["chart", "by", "rows"] {
            query.insert(name, "nonsense".into());
        }
        assert_eq!(UsageAddress::read(&query), UsageAddress::default());
    }
}
