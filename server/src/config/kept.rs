//! How long numbers and decisions are kept.

use super::Wrong;
use domain::time::{DAY, HOUR};
use std::ops::RangeInclusive;
use telemetry::Retention;

/// A setting that says how long something is kept. The least is what the charts need.
struct Kept {
    variable: &'static str,
    usual: i64,
    range: RangeInclusive<i64>,
    what: &'static str,
    allowed: &'static str,
}

const KEEP_MINUTES: Kept = Kept {
    variable: "LATCHKEY_KEEP_MINUTES",
    usual: 48,
    range: 25..=1_000,
    what: "is no number of hours",
    allowed: "a whole number from 25 to 1000",
};
const KEEP_HOURS: Kept = Kept {
    variable: "LATCHKEY_KEEP_HOURS",
    usual: 90,
    range: 31..=1_000,
    what: "is no number of days",
    allowed: "a whole number from 31 to 1000",
};
const KEEP_DAYS: Kept = Kept {
    variable: "LATCHKEY_KEEP_DAYS",
    usual: 400,
    range: 91..=4_000,
    what: "is no number of days",
    allowed: "a whole number from 91 to 4000",
};
const KEEP_BREAKDOWNS: Kept = Kept {
    variable: "LATCHKEY_KEEP_BREAKDOWNS",
    usual: 90,
    range: 1..=1_000,
    what: "is no number of days",
    allowed: "a whole number from 1 to 1000",
};

const KEEP_DECISIONS: Kept = Kept {
    variable: "LATCHKEY_KEEP_DECISIONS",
    usual: 7,
    range: 1..=400,
    what: "is no number of days",
    allowed: "a whole number from 1 to 400",
};
const KEEP_EVENTS: Kept = Kept {
    variable: "LATCHKEY_KEEP_EVENTS",
    usual: 400,
    range: 31..=4_000,
    what: "is no number of days",
    allowed: "a whole number from 31 to 4000",
};
const MOST_DECISIONS: Kept = Kept {
    variable: "LATCHKEY_MOST_DECISIONS",
    usual: 1_000_000,
    range: 1_000..=100_000_000,
    what: "is no number of decisions",
    allowed: "a whole number from 1000 to 100000000",
};

/// Reads them through `get`.
pub(super) fn read(
    get: impl Fn(&'static str) -> Result<Option<String>, Wrong>,
) -> Result<Retention, Wrong> {
    let kept = |kept: &Kept| parse(kept, get(kept.variable)?);
    Ok(Retention {
        minutes: HOUR * kept(&KEEP_MINUTES)?,
        hours: DAY * kept(&KEEP_HOURS)?,
        days: DAY * kept(&KEEP_DAYS)?,
        breakdowns: DAY * kept(&KEEP_BREAKDOWNS)?,
        decisions: DAY * kept(&KEEP_DECISIONS)?,
        events: DAY * kept(&KEEP_EVENTS)?,
        max_decisions: kept(&MOST_DECISIONS)?,
    })
}

fn parse(kept: &Kept, text: Option<String>) -> Result<i64, Wrong> {
    let Some(text) = text else {
        return Ok(kept.usual);
    };
    text.parse()
        .ok()
        .filter(|number| kept.range.contains(number))
        .ok_or_else(|| Wrong::value(kept.variable, &text, kept.what, kept.allowed))
}
