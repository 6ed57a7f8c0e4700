//! Incidents in the demo's past: a failed deployment and a leaked key.

use super::{
    sources::{self, SourceShare},
    traffic,
};
use domain::{
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Outcome, StoredCount, reported::ReportedCalls},
    verdict::Verdict,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use telemetry::{PastCalls, Source};

/// Days before today of the failed deployment, which was rolled back four hours later. At weekends, the Friday before.
const DEPLOYMENT_DAYS_AGO: i64 = 3;
const DEPLOYMENT_HOURS: [i64; 2] = [13, 17];
/// The affected keys: the new version needed a scope that they lack. They have a rate limit.
const AFFECTED_KEYS: [&str; 2] = ["Checkout service", "Mobile app backend"];
/// The key that leaked tonight. Its IP rules refuse the attackers.
const LEAKED: &str = "Accounting sync";
/// Hours during which attackers have tried it.
const LEAK_HOURS: i64 = 9;

/// Percentages of responses within 25, 100, 250, 1,000 and 5,000 milliseconds, and the average.
const FAST: ([i64; 5], i64) = ([38, 47, 11, 3, 1], 74);
const SLOW: ([i64; 5], i64) = ([9, 22, 27, 29, 10], 690);

/// Returns a key's calls, which are the same at every start.
pub(super) fn past(
    seed: u64,
    name: &str,
    from: Timestamp,
    to: Timestamp,
    peak_calls: i64,
) -> Vec<PastCalls> {
    let mut rng = StdRng::seed_from_u64(seed ^ 0x001e_ad5e);
    let mut past = Vec::new();
    for call in traffic::calls(seed, from, to, peak_calls) {
        let affected = AFFECTED_KEYS.contains(&name);
        // The other keys have no rate limit.
        if call.1 == Outcome::RateLimited && !affected {
            continue;
        }
        let broken = affected && is_during_deployment(call.0, to);
        divide(&mut past, &mut rng, call, sources::of(name), broken);
    }
    if name == LEAKED {
        leak(&mut past, &mut rng, to);
    }
    past
}

/// Divides calls among the sources; the remainder goes to the first.
fn divide(
    past: &mut Vec<PastCalls>,
    rng: &mut StdRng,
    call: StoredCount,
    shares: &[SourceShare],
    broken: bool,
) {
    let (at, outcome, count) = call;
    let mut left = count;
    for (n, share) in shares.iter().enumerate().rev() {
        let calls = if n == 0 {
            left
        } else {
            (count * share.percent / 100).min(left)
        };
        left -= calls;
        let refused = match outcome {
            Outcome::Accepted if broken => calls * rng.random_range(22..=34) / 100,
            _ => 0,
        };
        // Some clients use an outdated secret.
        let verdict = match outcome {
            Outcome::Accepted => Verdict::Accepted,
            Outcome::Refused if rng.random_range(0..4) == 0 => Verdict::InvalidCredentials,
            Outcome::Refused => Verdict::InsufficientScope,
            Outcome::RateLimited => Verdict::RateLimited { retry_after_ms: 0 },
        };
        for (verdict, calls) in [
            (verdict, calls - refused),
            (Verdict::InsufficientScope, refused),
        ] {
            if calls > 0 {
                past.push(PastCalls {
                    at,
                    verdict,
                    calls,
                    source: share.source,
                    reported: if verdict == Verdict::Accepted {
                        reported_outcomes(rng, calls, broken)
                    } else {
                        ReportedCalls::default()
                    },
                });
            }
        }
    }
}

/// Returns what services report: most calls succeed, and most of them quickly.
fn reported_outcomes(rng: &mut StdRng, calls: i64, broken: bool) -> ReportedCalls {
    let (shape, average, failing) = if broken {
        (SLOW.0, SLOW.1, rng.random_range(120..=210))
    } else {
        (FAST.0, FAST.1, rng.random_range(0..=4))
    };
    let (at, mut percent, mut before) = (rng.random_range(0..100), 0, 0);
    let within = shape.map(|more| {
        percent += more;
        let all = (calls * percent + at) / 100;
        all - std::mem::replace(&mut before, all)
    });
    // In thousandths, so that a quiet minute has the same rate as a busy one.
    let mut part = |thousandths: i64| {
        let exact = calls * thousandths;
        exact / 1_000 + i64::from(rng.random_range(0..1_000) < exact % 1_000)
    };
    ReportedCalls {
        calls,
        server_errors: part(failing).min(calls),
        client_errors: part(18),
        latency_ms: calls * average,
        within,
    }
}

fn is_during_deployment(at: Timestamp, to: Timestamp) -> bool {
    let day = deployment_day(to);
    let [begin, end] = DEPLOYMENT_HOURS.map(|hour| day.plus(hour * HOUR));
    at >= begin && at < end
}

/// Returns the day of the deployment, which is not at a weekend. 1 January 1970 was a Thursday.
fn deployment_day(to: Timestamp) -> Timestamp {
    let day = to.floor(DAY).plus(-DEPLOYMENT_DAYS_AGO * DAY);
    let weekday = (day.0.div_euclid(DAY) + 3).rem_euclid(7);
    day.plus(-(weekday - 4).max(0) * DAY)
}

/// Adds calls of attackers from many networks, which the IP rules refuse.
fn leak(past: &mut Vec<PastCalls>, rng: &mut StdRng, to: Timestamp) {
    let mut at = to.plus(-LEAK_HOURS * HOUR).floor(MINUTE);
    while at < to {
        let calls = rng.random_range(0..=6);
        let source: Option<&Source> =
            sources::ATTACKERS.get(rng.random_range(0..sources::ATTACKERS.len()));
        if let Some(source) = source.filter(|_| calls > 0) {
            past.push(PastCalls {
                at,
                verdict: Verdict::IpNotAllowed,
                calls,
                source: *source,
                reported: ReportedCalls::default(),
            });
        }
        at = at.plus(MINUTE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TO: Timestamp = Timestamp(1_795_442_709_123);

    fn sum(past: &[PastCalls], of: impl Fn(&PastCalls) -> i64) -> i64 {
        past.iter().map(of).sum()
    }

    #[test]
    fn the_same_seed_gives_the_same_calls_and_none_is_lost() {
        let from = TO.plus(-10 * DAY);
        let past = past(1, AFFECTED_KEYS[0], from, TO, 900);
        let again = super::past(1, AFFECTED_KEYS[0], from, TO, 900);
        assert_eq!(format!("{past:?}"), format!("{again:?}"));
        let calls = traffic::calls(1, from, TO, 900);
        let all: i64 = calls.iter().map(|call| call.2).sum();
        assert_eq!(sum(&past, |past| past.calls), all);
        assert!(past.iter().all(|past| {
            let reported = past.reported;
            reported.server_errors + reported.client_errors <= reported.calls.max(1) + 1
                && reported.within.iter().sum::<i64>() <= reported.calls
        }));
    }

    #[test]
    fn failures_rise_only_during_the_failed_deployment() {
        let past = past(1, AFFECTED_KEYS[0], TO.plus(-10 * DAY), TO, 900);
        let rate = |during: bool, of: fn(&PastCalls) -> i64| {
            let these: Vec<_> = past
                .iter()
                .copied()
                .filter(|past| is_during_deployment(past.at, TO) == during)
                .collect();
            sum(&these, of) * 1_000 / sum(&these, |past| past.calls)
        };
        let failed: fn(&PastCalls) -> i64 = |past| past.reported.server_errors;
        assert!(rate(true, failed) > 50 && rate(false, failed) < 10);
        let refused: fn(&PastCalls) -> i64 = |past| match past.verdict {
            Verdict::InsufficientScope => past.calls,
            _ => 0,
        };
        assert!(rate(true, refused) > 150 && rate(false, refused) < 50);
    }

    #[test]
    fn attackers_from_many_networks_are_refused_by_the_ip_rules_of_the_leaked_key() {
        let past = past(1, LEAKED, TO.plus(-2 * DAY), TO, 120);
        let attackers: Vec<_> = past
            .iter()
            .filter(|past| past.verdict == Verdict::IpNotAllowed)
            .collect();
        let mut addresses: Vec<_> = attackers.iter().map(|past| past.source.address).collect();
        addresses.sort_unstable();
        addresses.dedup();
        assert!(addresses.len() >= 10);
        assert!(
            attackers
                .iter()
                .all(|past| TO.since(past.at) <= LEAK_HOURS * HOUR + MINUTE)
        );
    }
}
