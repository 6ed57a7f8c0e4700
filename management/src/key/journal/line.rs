//! A line of the journal: time, key, event, position of the change, and a checksum.
//!
//! The checksum detects damage, not forgery: a process that can write the file beside the pepper can read the pepper too.

use domain::{key::token::KeyId, time::Timestamp};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The end of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyEnd {
    /// It was revoked.
    Revoked,
    /// Deactivated at an instant.
    Deactivated { at: Timestamp },
    /// Replaced at an instant; stops working at another.
    Retires { since: Timestamp, end: Timestamp },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct JournalLine {
    /// When it was recorded; informative.
    pub at: Timestamp,
    pub key: KeyId,
    pub end: KeyEnd,
    /// The position of `change_head` as of which it holds; `None` in lines of versions that did not record it.
    pub position: Option<i64>,
}

impl JournalLine {
    /// Appends the line, with a line feed.
    pub(super) fn write(&self, text: &mut String) {
        let start = text.len();
        // Writing to a string cannot fail.
        let _ = write!(text, "{} {} ", self.at.0, self.key);
        let _ = match self.end {
            KeyEnd::Revoked => write!(text, "revoked"),
            KeyEnd::Deactivated { at } => write!(text, "deactivated {}", at.0),
            KeyEnd::Retires { since, end } => write!(text, "retires {} {}", since.0, end.0),
        };
        if let Some(position) = self.position {
            let _ = write!(text, " @{position}");
        }
        let sum = checksum(&text.as_bytes()[start..]);
        let _ = writeln!(text, " {sum}");
    }

    /// Parses a line without its line feed; `None` if it is invalid.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let (said, sum) = std::str::from_utf8(line).ok()?.rsplit_once(' ')?;
        if checksum(said.as_bytes()) != sum {
            return None;
        }
        let instant = |word: &str| word.parse().ok().map(Timestamp);
        let (said, position) = match said.rsplit_once(" @") {
            Some((said, position)) => (said, Some(position.parse().ok()?)),
            None => (said, None),
        };
        let words: Vec<&str> = said.split(' ').collect();
        let (at, key, end) = match words[..] {
            [at, key, "revoked"] => (at, key, KeyEnd::Revoked),
            [at, key, "deactivated", since] => {
                let since = instant(since)?;
                (at, key, KeyEnd::Deactivated { at: since })
            }
            [at, key, "retires", since, end] => {
                let (since, end) = (instant(since)?, instant(end)?);
                (at, key, KeyEnd::Retires { since, end })
            }
            _ => return None,
        };
        Some(Self {
            at: instant(at)?,
            key: key.parse().ok()?,
            end,
            position,
        })
    }
}

fn checksum(text: &[u8]) -> String {
    hex::encode(&Sha256::digest(text)[..8])
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::Environment;

    #[test]
    fn a_written_line_is_parsed_and_a_damaged_one_is_not() {
        let (since, end) = (Timestamp(1_700_000_000_000), Timestamp(-5));
        for (end, position) in [
            (KeyEnd::Revoked, None),
            (KeyEnd::Revoked, Some(12)),
            (KeyEnd::Deactivated { at: since }, Some(i64::MAX)),
            (KeyEnd::Retires { since, end }, Some(0)),
        ] {
            let line = JournalLine {
                at: Timestamp(1_800_000_000_000),
                key: KeyId::from_number(Environment::Live, 7),
                end,
                position,
            };
            let mut text = String::new();
            line.write(&mut text);
            let bytes = text.strip_suffix('\n').expect("an end").as_bytes();
            assert_eq!(JournalLine::read(bytes), Some(line));
            for place in 0..bytes.len() {
                let mut changed = bytes.to_vec();
                changed[place] ^= 1;
                assert_eq!(JournalLine::read(&changed), None, "byte {place} of {text}");
                assert_eq!(JournalLine::read(&bytes[..place]), None);
            }
        }
    }
}
