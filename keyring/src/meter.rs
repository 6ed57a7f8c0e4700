//! Counting calls in memory until they are written.

mod recent;
pub(crate) mod reports;
pub(crate) mod tally;

use crate::verify::Call;
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Outcome, breakdown::Dimension},
    verdict::Verdict,
};
use recent::Recent;
use reports::{Reports, Sums};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};
use store::{LastUse, UsageBatch, UsageBy, UsageCount};
use tally::{Marker, Tally, address_text, clean};
use uuid::Uuid;

/// A key and its application; nothing where there is no such key.
type Called = Option<(KeyId, ApplicationId)>;

/// Calls by key, minute and verdict.
type Calls = HashMap<(Called, Timestamp, Verdict), i64>;

/// A decided call.
pub(crate) struct Observation<'a> {
    pub(crate) key: Called,
    pub(crate) verdict: Verdict,
    /// The secret was the right one.
    pub(crate) proven: bool,
    pub(crate) now: Timestamp,
    pub(crate) call: &'a Call<'a>,
}

/// Calls counted by key, minute and verdict. Only keys that exist are told apart, so that its memory is bounded by them;
/// calls of no key are counted in one, so that they cost what others do.
#[derive(Default)]
pub(crate) struct Meter {
    counts: Mutex<Counts>,
    reports: Mutex<Reports>,
    marker: Marker,
}

#[derive(Default)]
struct Counts {
    calls: Calls,
    last_uses: HashMap<KeyId, LastUse>,
    tally: Tally,
    /// The minute in which the tally was written last.
    tallied: i64,
    recent: Recent,
    /// Batches that could not be written yet.
    pending: Vec<UsageBatch>,
}

impl Meter {
    pub(crate) fn record(&self, seen: &Observation<'_>) {
        let outcome = seen.verdict.outcome();
        // Whoever knows no secret fills no table with values of their own.
        let marks = seen.proven.then(|| self.marker.marks(seen.call));
        let mut counts = self.lock();
        *counts
            .calls
            .entry((seen.key, seen.now.floor(MINUTE), seen.verdict.plain()))
            .or_default() += 1;
        let Some((key, _)) = seen.key else {
            return;
        };
        if let Some(marks) = marks {
            counts.tally.add(key, seen.now, &marks, seen.call, outcome);
        }
        if seen.verdict == Verdict::Accepted {
            counts.recent.add(key, seen.now);
            match counts.last_uses.get_mut(&key) {
                Some(last) if last.at.0 / 1_000 == seen.now.0 / 1_000 => {
                    last.at = last.at.max(seen.now);
                }
                _ => {
                    counts.last_uses.insert(key, last_use(key, seen));
                }
            }
        }
    }

    /// Accepted calls of a key in the last 60 seconds.
    pub(crate) fn last_minute(&self, key: KeyId, now: Timestamp) -> i64 {
        self.lock().recent.of(key, now)
    }

    /// What is to be written: an earlier batch that failed, or all that was counted since, under a new id. What calls
    /// have in common is written once a minute, or where `all` is asked for.
    pub(crate) fn take(&self, id: Uuid, now: Timestamp, all: bool) -> Option<UsageBatch> {
        let mut counts = self.lock();
        if let Some(batch) = counts.pending.pop() {
            return Some(batch);
        }
        let calls = std::mem::take(&mut counts.calls);
        let last_uses = std::mem::take(&mut counts.last_uses);
        let minute = now.0.div_euclid(MINUTE);
        let tally = (all || minute != counts.tallied).then(|| {
            counts.tallied = minute;
            std::mem::take(&mut counts.tally)
        });
        drop(counts);
        let mut by = tally.map(Tally::into_rows).unwrap_or_default();
        by.extend(refusals(&calls));
        let batch = UsageBatch {
            id,
            at: now,
            counts: rollup(&calls),
            last_uses: last_uses.into_values().collect(),
            by,
            reports: std::mem::take(&mut *self.reports()).into_rows(),
        };
        (!batch.is_empty()).then_some(batch)
    }

    /// Takes what a service reports; `false` where there is no room for it.
    pub(crate) fn report(&self, id: Option<Uuid>, sums: Sums) -> bool {
        self.reports().add(id, sums)
    }

    /// How many batches could not be written yet.
    pub(crate) fn pending(&self) -> usize {
        self.lock().pending.len()
    }

    /// Keeps a batch that could not be written, to be tried again under the same id.
    pub(crate) fn keep(&self, batch: UsageBatch) {
        self.lock().pending.push(batch);
    }

    fn reports(&self) -> MutexGuard<'_, Reports> {
        self.reports.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The sums of every level, for keys and applications. They are in one order everywhere, so that two writers never wait for
/// each other in a circle.
fn rollup(calls: &Calls) -> Vec<UsageCount> {
    let mut sums = BTreeMap::new();
    for ((key, minute, verdict), count) in calls {
        let Some((key, application)) = key else {
            continue;
        };
        for subject in [key.to_string(), application.to_string()] {
            for span in [MINUTE, HOUR, DAY] {
                let place = (subject.clone(), span, minute.floor(span), verdict.outcome());
                *sums.entry(place).or_default() += count;
            }
        }
    }
    sums.into_iter()
        .map(|((subject, span, bucket, outcome), calls)| UsageCount {
            subject,
            span,
            bucket,
            outcome,
            calls,
        })
        .collect()
}

/// Calls that did not pass, by the code of their refusal: with and without the right secret.
fn refusals(calls: &Calls) -> impl Iterator<Item = UsageBy> + use<> {
    let mut sums: BTreeMap<(String, i64, Timestamp, &str, Outcome), i64> = BTreeMap::new();
    for ((key, minute, verdict), count) in calls {
        let Some((key, application)) = key.filter(|_| *verdict != Verdict::Accepted) else {
            continue;
        };
        for subject in [key.to_string(), application.to_string()] {
            for span in [HOUR, DAY] {
                let place = (
                    subject.clone(),
                    span,
                    minute.floor(span),
                    verdict.code(),
                    verdict.outcome(),
                );
                *sums.entry(place).or_default() += count;
            }
        }
    }
    sums.into_iter()
        .map(|((subject, span, bucket, code, outcome), calls)| UsageBy {
            subject,
            span,
            bucket,
            dimension: Dimension::Refusal,
            value: code.to_owned(),
            outcome,
            calls,
        })
}

fn last_use(key: KeyId, seen: &Observation<'_>) -> LastUse {
    LastUse {
        key,
        at: seen.now,
        address: address_text(seen.call.address),
        user_agent: clean(seen.call.user_agent),
        route: seen.call.route.text(),
    }
}
