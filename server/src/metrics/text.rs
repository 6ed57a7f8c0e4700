//! Writes the text format, version 0.0.4.

use std::fmt::{Display, Write};

/// A text under way. Labels are words of ours: nothing in them needs to be escaped.
#[derive(Default)]
pub struct Text {
    written: String,
    family: String,
}

impl Text {
    pub fn counter(&mut self, name: &str, help: &str) {
        self.begin(name, "counter", help);
    }

    pub fn gauge(&mut self, name: &str, help: &str) {
        self.begin(name, "gauge", help);
    }

    pub fn histogram(&mut self, name: &str, help: &str) {
        self.begin(name, "histogram", help);
    }

    fn begin(&mut self, name: &str, kind: &str, help: &str) {
        name.clone_into(&mut self.family);
        // To write into a string cannot fail.
        let _ = writeln!(self.written, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// A value of the family that was begun last.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.part("", labels, value);
    }

    /// As [`Text::sample`], of a family that has several names.
    pub fn part(&mut self, suffix: &str, labels: &[(&str, &str)], value: impl Display) {
        let _ = write!(self.written, "{}{suffix}", self.family);
        for (n, (name, value)) in labels.iter().enumerate() {
            let before = if n == 0 { '{' } else { ',' };
            let _ = write!(self.written, "{before}{name}=\"{value}\"");
        }
        let after = if labels.is_empty() { "" } else { "}" };
        let _ = writeln!(self.written, "{after} {value}");
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.written
    }
}
