//! Which records of the log somebody wants to see, and where a page of them begins.

use super::{Action, Record};
use crate::{
    text,
    time::{DAY, Timestamp},
};

/// Characters of an actor or a target.
const LONGEST: usize = 254;

/// Which records; the default is all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// On what: a key's id, most often; empty for everything.
    pub target: String,
    /// By whom: an e-mail address, or the id of a key; empty for everybody.
    pub actor: String,
    /// What was done.
    pub action: Option<Action>,
    /// From this instant on.
    pub from: Option<Timestamp>,
    /// Before this instant.
    pub until: Option<Timestamp>,
}

impl AuditFilter {
    /// What a link means: `from` and `until` are days in UTC (`2026-11-23`), both included. What cannot be read narrows
    /// nothing.
    pub fn parse(target: &str, actor: &str, action: &str, from: &str, until: &str) -> Self {
        Self {
            target: text::line(target, LONGEST),
            actor: text::line(actor, LONGEST),
            action: Action::parse(action),
            from: Timestamp::parse_date(from),
            until: Timestamp::parse_date(until).map(|day| day.plus(DAY)),
        }
    }
}

/// Where a page begins: behind (or, going back, before) the record with this instant and number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    /// The record's instant.
    pub at: Timestamp,
    /// Its number, which settles ties.
    pub seq: i64,
    /// Towards the newest.
    pub back: bool,
}

impl AuditCursor {
    /// The text that stands in a link; [`AuditCursor::parse`] reads it.
    pub fn to_param(self) -> String {
        let way = if self.back { 'b' } else { 'f' };
        format!("{way}{}.{}", self.at.0, self.seq)
    }

    /// Reads what [`AuditCursor::to_param`] wrote; anything else is no cursor, so that the log begins at its newest.
    pub fn parse(text: &str) -> Option<Self> {
        let (back, rest) = match text.strip_prefix('b') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('f')?),
        };
        let (at, seq) = rest.split_once('.')?;
        Some(Self {
            at: Timestamp(at.parse().ok()?),
            seq: seq.parse().ok()?,
            back,
        })
    }
}

/// One page of the log, the newest first, with the way to its neighbours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditPage {
    /// The records.
    pub rows: Vec<Record>,
    /// Older ones, where there are some.
    pub next: Option<AuditCursor>,
    /// Newer ones, where there are some.
    pub previous: Option<AuditCursor>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_and_garbage_does_not() {
        for back in [true, false] {
            let cursor = AuditCursor {
                at: Timestamp(-5),
                seq: 17,
                back,
            };
            assert_eq!(AuditCursor::parse(&cursor.to_param()), Some(cursor));
        }
        for garbage in [
            "",
            "f",
            "f1",
            "x1.2",
            "f1.b",
            "f99999999999999999999.1",
            "ü1.2",
        ] {
            assert_eq!(AuditCursor::parse(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn a_day_is_included_and_what_is_no_day_narrows_nothing() {
        let day = AuditFilter::parse("", "", "key.revoked", "2026-11-23", "2026-11-23");
        let (from, until) = (day.from.expect("a day"), day.until.expect("a day"));
        assert_eq!(until.since(from), DAY);
        assert_eq!(day.action, Some(Action::KeyRevoked));
        let nothing = AuditFilter::parse("\0", " ", "x", "yesterday", "2026-13-01");
        assert_eq!(nothing, AuditFilter::default());
    }
}
