//! Texts that may break a server.

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

/// Texts that are known to break servers.
pub const HOSTILE: &[&str] = &[
    "\0",
    "a\0b",
    "f\0.akl_0000000000000000",
    "fa\0b.akl_0000000000000000",
    "b\u{10FFFF}.akl_0000000000000000",
    "f9223372036854775807.akl_0000000000000000",
    "f-9223372036854775808.9223372036854775807",
    "99999999999999999999999",
    "-9223372036854775808",
    "\u{1}\u{7f}\u{85}\u{9f}",
    "\\",
    "%_\\%",
    "'; DROP TABLE api_keys; --",
    "\u{202E}\u{200B}\u{FEFF}",
    "\u{FFFD}\u{10FFFF}",
    "9999-99-99",
    "-262144-01-01",
    "0000-00-00",
    "1.1.1.1/99",
    "NaN",
    "\r\n\r\n",
    "akl_0000000000000000",
];

/// Returns known and random hostile texts in turn.
pub struct HostileTexts {
    runner: TestRunner,
    next: usize,
}

impl Default for HostileTexts {
    fn default() -> Self {
        Self {
            runner: TestRunner::deterministic(),
            next: 0,
        }
    }
}

impl HostileTexts {
    /// Returns some texts for a parameter, one of them with NUL.
    pub fn some(&mut self) -> Vec<String> {
        let made_up = proptest::string::string_regex(
            "[\\x00-\\x1f\\x7f-\\u{9f}a-z%_\\\\.:{}-]{0,40}|\\PC{0,20}\\x00\\PC{0,20}",
        )
        .expect("a pattern")
        .new_tree(&mut self.runner)
        .expect("a text")
        .current();
        self.next += 1;
        let known = HOSTILE[self.next % HOSTILE.len()];
        vec!["a\0b".into(), known.into(), made_up]
    }
}
