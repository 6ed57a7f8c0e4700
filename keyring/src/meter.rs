//! Counting calls in memory until they are written.

use crate::verify::Call;
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::Outcome,
    verdict::Verdict,
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use store::{LastUse, UsageBatch, UsageCount};
use uuid::Uuid;

/// A decided call of a key that exists.
pub(crate) struct Observation<'a> {
    pub(crate) key: KeyId,
    pub(crate) application: ApplicationId,
    pub(crate) verdict: Verdict,
    pub(crate) now: Timestamp,
    pub(crate) call: &'a Call<'a>,
}

/// Calls counted by key, minute and outcome. Only keys that exist are counted, so that its memory is bounded by them.
#[derive(Default)]
pub(crate) struct Meter(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    calls: HashMap<(KeyId, ApplicationId, Timestamp, Outcome), i64>,
    last_uses: HashMap<KeyId, LastUse>,
    /// A batch that could not be written yet.
    pending: Option<UsageBatch>,
}

impl Meter {
    pub(crate) fn record(&self, seen: &Observation<'_>) {
        let outcome = seen.verdict.outcome();
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts
            .calls
            .entry((seen.key, seen.application, seen.now.floor(MINUTE), outcome))
            .or_default() += 1;
        if seen.verdict == Verdict::Accepted {
            match counts.last_uses.get_mut(&seen.key) {
                Some(last) if last.at.0 / 1_000 == seen.now.0 / 1_000 => {
                    last.at = last.at.max(seen.now);
                }
                _ => {
                    counts.last_uses.insert(seen.key, last_use(seen));
                }
            }
        }
    }

    /// What is to be written: an earlier batch that failed, or all that was counted since, under a new id.
    pub(crate) fn take(&self, id: Uuid, now: Timestamp) -> Option<UsageBatch> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(batch) = counts.pending.take() {
            return Some(batch);
        }
        let calls = std::mem::take(&mut counts.calls);
        let last_uses = std::mem::take(&mut counts.last_uses);
        drop(counts);
        if calls.is_empty() {
            return None;
        }
        let mut rollup: HashMap<(String, i64, Timestamp, Outcome), i64> = HashMap::new();
        for ((key, application, minute, outcome), count) in calls {
            for subject in [key.to_string(), application.to_string()] {
                for span in [MINUTE, HOUR, DAY] {
                    *rollup
                        .entry((subject.clone(), span, minute.floor(span), outcome))
                        .or_default() += count;
                }
            }
        }
        let mut counts: Vec<UsageCount> = rollup
            .into_iter()
            .map(|((subject, span, bucket, outcome), calls)| UsageCount {
                subject,
                span,
                bucket,
                outcome,
                calls,
            })
            .collect();
        // In one order everywhere, so that two writers never wait for each other in a circle.
        counts.sort_by(|a, b| {
            (&a.subject, a.span, a.bucket, a.outcome)
                .cmp(&(&b.subject, b.span, b.bucket, b.outcome))
        });
        Some(UsageBatch {
            id,
            at: now,
            counts,
            last_uses: last_uses.into_values().collect(),
        })
    }

    /// Keeps a batch that could not be written, to be tried again under the same id.
    pub(crate) fn keep(&self, batch: UsageBatch) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pending = Some(batch);
    }
}

fn last_use(seen: &Observation<'_>) -> LastUse {
    LastUse {
        key: seen.key,
        at: seen.now,
        address: seen
            .call
            .address
            .map(|address| address.to_canonical().to_string())
            .unwrap_or_default(),
        user_agent: seen
            .call
            .user_agent
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect(),
    }
}
