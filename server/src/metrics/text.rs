//! The Prometheus text format, version 0.0.4.

use std::fmt::{Display, Write};

/// Metrics in text form. Label values come from this program and need no escaping.
#[derive(Default)]
pub struct MetricsText {
    text: String,
    family: String,
}

impl MetricsText {
    /// Begins a family of counters.
    pub fn counter(&mut self, name: &str, help: &str) {
        self.begin(name, "counter", help);
    }

    /// Begins a family of gauges.
    pub fn gauge(&mut self, name: &str, help: &str) {
        self.begin(name, "gauge", help);
    }

    /// Begins a histogram.
    pub fn histogram(&mut self, name: &str, help: &str) {
        self.begin(name, "histogram", help);
    }

    fn begin(&mut self, name: &str, kind: &str, help: &str) {
        name.clone_into(&mut self.family);
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// Adds a sample of the current family.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.suffixed_sample("", labels, value);
    }

    /// Adds a sample of the current family whose name has a suffix, such as `_bucket`.
    pub fn suffixed_sample(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let _ = write!(self.text, "{}{suffix}", self.family);
        for (n, (name, value)) in labels.iter().enumerate() {
            let separator = if n == 0 { '{' } else { ',' };
            let _ = write!(self.text, "{separator}{name}=\"{value}\"");
        }
        let end = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.text, "{end} {value}");
    }
}

impl From<MetricsText> for String {
    fn from(metrics: MetricsText) -> Self {
        metrics.text
    }
}
