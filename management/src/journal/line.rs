//! A line of the journal: when it was written, the key, what became of it, and a checksum over all of that.
//!
//! The checksum finds damage and not forgery: who can write the file beside the pepper can read the pepper.

use domain::{key::token::KeyId, time::Timestamp};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// It was revoked.
    Revoked,
    /// It was switched off at an instant.
    Deactivated { at: Timestamp },
    /// It was replaced at an instant, and ends at another.
    Retires { since: Timestamp, end: Timestamp },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// When it was written down; for people who read the file.
    pub at: Timestamp,
    pub key: KeyId,
    pub what: What,
}

impl Line {
    /// Appends the line with its end.
    pub(super) fn write(&self, text: &mut String) {
        let start = text.len();
        // To write into a string cannot fail.
        let _ = write!(text, "{} {} ", self.at.0, self.key);
        let _ = match self.what {
            What::Revoked => write!(text, "revoked"),
            What::Deactivated { at } => write!(text, "deactivated {}", at.0),
            What::Retires { since, end } => write!(text, "retires {} {}", since.0, end.0),
        };
        let sum = checksum(&text.as_bytes()[start..]);
        let _ = writeln!(text, " {sum}");
    }

    /// Reads a line without its end; `None` where it is not what was written.
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let (said, sum) = std::str::from_utf8(line).ok()?.rsplit_once(' ')?;
        if checksum(said.as_bytes()) != sum {
            return None;
        }
        let instant = |word: &str| word.parse().ok().map(Timestamp);
        let words: Vec<&str> = said.split(' ').collect();
        let (at, key, what) = match words[..] {
            [at, key, "revoked"] => (at, key, What::Revoked),
            [at, key, "deactivated", since] => {
                let since = instant(since)?;
                (at, key, What::Deactivated { at: since })
            }
            [at, key, "retires", since, end] => {
                let (since, end) = (instant(since)?, instant(end)?);
                (at, key, What::Retires { since, end })
            }
            _ => return None,
        };
        Some(Self {
            at: instant(at)?,
            key: key.parse().ok()?,
            what,
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
    fn a_line_comes_back_and_no_changed_one_does() {
        let (since, end) = (Timestamp(1_700_000_000_000), Timestamp(-5));
        for what in [
            What::Revoked,
            What::Deactivated { at: since },
            What::Retires { since, end },
        ] {
            let line = Line {
                at: Timestamp(1_800_000_000_000),
                key: KeyId::from_number(Environment::Live, 7),
                what,
            };
            let mut text = String::new();
            line.write(&mut text);
            let bytes = text.strip_suffix('\n').expect("an end").as_bytes();
            assert_eq!(Line::read(bytes), Some(line));
            for place in 0..bytes.len() {
                let mut changed = bytes.to_vec();
                changed[place] ^= 1;
                assert_eq!(Line::read(&changed), None, "byte {place} of {text}");
                assert_eq!(Line::read(&bytes[..place]), None);
            }
        }
    }
}
