//! Filter and pagination of the audit log.

use super::{Action, AuditRecord};
use crate::{
    text,
    time::{DAY, Timestamp},
};

/// Maximum characters of an actor or a target.
const MAX_CHARS: usize = 254;

/// A filter of the audit log. The default matches all records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct AuditFilter {
    /// A target, such as a key id; empty for any.
    pub target: String,
    /// An actor: an e-mail address or a key id; empty for any.
    pub actor: String,
    pub action: Option<Action>,
    /// The start, inclusive.
    pub from: Option<Timestamp>,
    /// The end, exclusive.
    pub until: Option<Timestamp>,
}

impl AuditFilter {
    /// Parses the query parameters of a link. `from` and `until` are inclusive days (`2026-11-23`); `midnight` returns the start of a
    /// day, which it is given as midnight UTC. Invalid values are ignored.
    pub fn parse(
        target: &str,
        actor: &str,
        action: &str,
        [from, until]: [&str; 2],
        midnight: impl Fn(Timestamp) -> Timestamp,
    ) -> Self {
        Self {
            target: text::single_line(target, MAX_CHARS),
            actor: text::single_line(actor, MAX_CHARS),
            action: Action::parse(action),
            from: Timestamp::parse_date(from).map(&midnight),
            until: Timestamp::parse_date(until).map(|day| midnight(day.plus(DAY))),
        }
    }
}

/// A cursor of the audit log: the page starts after this record, or ends before it if `back` is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditCursor {
    /// The record's time.
    pub at: Timestamp,
    /// The record's sequence number, which breaks ties.
    pub seq: i64,
    /// Whether the page precedes the record, towards the newest.
    pub back: bool,
}

impl AuditCursor {
    /// Formats the cursor for a link. [`AuditCursor::parse`] parses it.
    pub fn to_param(self) -> String {
        let direction = if self.back { 'b' } else { 'f' };
        format!("{direction}{}.{}", self.at.0, self.seq)
    }

    /// Parses the output of [`AuditCursor::to_param`]. Anything else is `None`, which means the first page.
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

/// A page of the audit log, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct AuditPage {
    pub rows: Vec<AuditRecord>,
    /// The cursor of the next page, with older records; `None` on the last page.
    pub next: Option<AuditCursor>,
    /// The cursor of the previous page, with newer records; `None` on the first page.
    pub previous: Option<AuditCursor>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::HOUR;
    use std::convert::identity;

    #[test]
    fn a_cursor_is_parsed_back_and_invalid_text_is_not() {
        for back in [true, false] {
            let cursor = AuditCursor {
                at: Timestamp(-5),
                seq: 17,
                back,
            };
            assert_eq!(AuditCursor::parse(&cursor.to_param()), Some(cursor));
        }
        for invalid in [
            "",
            "f",
            "f1",
            "x1.2",
            "f1.b",
            "f99999999999999999999.1",
            "ü1.2",
        ] {
            assert_eq!(AuditCursor::parse(invalid), None, "{invalid}");
        }
    }

    #[test]
    fn both_days_are_inclusive_and_invalid_values_are_ignored() {
        let day = AuditFilter::parse("", "", "key.revoked", ["2026-11-23"; 2], identity);
        let (from, until) = (day.from.expect("a day"), day.until.expect("a day"));
        assert_eq!(until.since(from), DAY);
        assert_eq!(day.action, Some(Action::KeyRevoked));
        let nothing = AuditFilter::parse("\0", " ", "x", ["yesterday", "2026-13-01"], identity);
        assert_eq!(nothing, AuditFilter::default());
    }

    #[test]
    fn a_day_is_one_of_the_time_zone() {
        // Berlin is an hour ahead of UTC.
        let berlin = |day: Timestamp| day.plus(-HOUR);
        let day = AuditFilter::parse("", "", "", ["2026-11-23"; 2], berlin);
        assert_eq!(day.from, Timestamp::parse("2026-11-22T23:00:00Z"));
        assert_eq!(day.until, Timestamp::parse("2026-11-23T23:00:00Z"));
    }
}
