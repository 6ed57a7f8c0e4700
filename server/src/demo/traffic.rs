//! The numbers of the demo's calls: fewer at night and on Sundays, the same at every start.

use domain::{
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Outcome, StoredCount},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Calls in each hour of a day, in percent of the peak.
const DAILY: [i64; 24] = [
    9, 6, 4, 3, 4, 7, 14, 28, 52, 74, 88, 95, 90, 92, 100, 97, 91, 84, 78, 70, 56, 41, 27, 16,
];
/// Calls on each day of a week, from Monday on, in percent of the peak.
const WEEKLY: [i64; 7] = [92, 100, 98, 95, 90, 46, 31];

/// Returns the calls from `from` to `to`: by the minute for the last 25 hours, before that by the hour.
pub fn calls(seed: u64, from: Timestamp, to: Timestamp, peak_calls: i64) -> Vec<StoredCount> {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut calls = Vec::new();
    if peak_calls == 0 {
        return calls;
    }
    let fine_from = to.plus(-25 * HOUR).floor(HOUR);
    let mut at = from.floor(HOUR);
    while at < to {
        let span = if at < fine_from { HOUR } else { MINUTE };
        let jitter = rng.random_range(70..=130);
        // Thousandths of a call: a quiet minute has less than one.
        let expected =
            peak_calls * 1_000 * daily(at) * weekly(at) / 10_000 * jitter / 100 * span / HOUR;
        let accepted = expected / 1_000 + i64::from(rng.random_range(0..1_000) < expected % 1_000);
        push(&mut calls, at, Outcome::Accepted, accepted);
        let refused = accepted * rng.random_range(0..=4) / 100;
        push(&mut calls, at, Outcome::Refused, refused);
        // Rarely a client exceeds its rate limit.
        if rng.random_range(0..400) == 0 {
            push(&mut calls, at, Outcome::RateLimited, accepted / 5 + 1);
        }
        at = at.plus(span);
    }
    calls
}

fn push(calls: &mut Vec<StoredCount>, at: Timestamp, outcome: Outcome, count: i64) {
    if count > 0 {
        calls.push((at, outcome, count));
    }
}

fn daily(at: Timestamp) -> i64 {
    usize::try_from(at.0.rem_euclid(DAY) / HOUR)
        .ok()
        .and_then(|hour| DAILY.get(hour))
        .copied()
        .unwrap_or_default()
}

/// 1 January 1970 was a Thursday.
fn weekly(at: Timestamp) -> i64 {
    usize::try_from((at.0.div_euclid(DAY) + 3).rem_euclid(7))
        .ok()
        .and_then(|day| WEEKLY.get(day))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_calls_within_the_range() {
        let to = Timestamp(1_795_442_709_123);
        let from = to.plus(-30 * DAY);
        let first = calls(1, from, to, 900);
        assert_eq!(first, calls(1, from, to, 900));
        assert!(
            first
                .iter()
                .all(|call| call.0 >= from.floor(HOUR) && call.0 < to)
        );
        assert!(calls(1, from, to, 0).is_empty());
    }

    #[test]
    fn nights_and_sundays_are_quiet() {
        // 23 November 2026 is a Monday.
        let monday = Timestamp::parse_date("2026-11-23").expect("a date");
        assert!(daily(monday.plus(3 * HOUR)) < daily(monday.plus(14 * HOUR)));
        assert_eq!(weekly(monday), WEEKLY[0]);
        assert!(weekly(monday.plus(-DAY)) < weekly(monday));
    }
}
