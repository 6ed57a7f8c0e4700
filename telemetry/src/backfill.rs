//! Writes usage of the past, as a demo needs it.

use crate::{Retention, Telemetry};
use domain::{
    account::Application,
    decision::DecisionRecord,
    id::ApplicationId,
    key::{scope::ScopeSet, token::KeyId},
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Bucket, Outcome, breakdown::Dimension, reported::ReportedCalls},
    verdict::Verdict,
};
use std::{collections::BTreeMap, sync::Arc};
use store::{
    BreakdownCount, KeyDay, LastUse, PruneTarget, ReportPart, StoreError, UsageBatch, UsageCount,
    UsageReport,
};

/// Past calls that are observed at a time.
const CHUNK: usize = 100;

/// The origin and route of past calls.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The client's address.
    pub address: &'static str,
    /// Method and path.
    pub route: &'static str,
    /// One scope, or none.
    pub scope: &'static str,
    /// The `User-Agent` header.
    pub user_agent: &'static str,
}

/// Equal calls of the past.
#[derive(Clone, Copy, Debug)]
pub struct PastCalls {
    /// When they were made.
    pub at: Timestamp,
    /// The decision about them.
    pub verdict: Verdict,
    /// Their number.
    pub calls: i64,
    /// Their origin.
    pub source: Source,
    /// The services' report about them.
    pub reported: ReportedCalls,
}

impl Telemetry {
    /// Writes a key's past calls to every rollup whose retention includes them, and the security events that they cause.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn backfill(
        &self,
        application: &Application,
        key: KeyId,
        past: &[PastCalls],
    ) -> Result<(), StoreError> {
        let subjects = [key.to_string(), application.id.to_string()];
        let retained = Retained::of(self.retention(), self.now());
        let accepted = past
            .iter()
            .filter(|past| past.verdict == Verdict::Accepted && past.calls > 0);
        let last_use = accepted.max_by_key(|past| past.at).map(|past| LastUse {
            key,
            at: past.at,
            address: past.source.address.into(),
            user_agent: past.source.user_agent.into(),
            route: past.source.route.into(),
        });
        let mut minutes: BTreeMap<Timestamp, ReportedCalls> = BTreeMap::new();
        for past in past.iter().filter(|past| past.reported.calls > 0) {
            let sum = minutes.entry(past.at.floor(MINUTE)).or_default();
            *sum = sum.plus(past.reported);
        }
        let parts = minutes
            .into_iter()
            .map(|(minute, calls)| ReportPart {
                key,
                application: application.id,
                minute,
                calls,
            })
            .collect();
        let batch = UsageBatch {
            id: self.new_id(),
            at: self.now(),
            counts: counts(&subjects, past, &retained),
            days: days(application.id, key, past),
            last_uses: last_use.into_iter().collect(),
            breakdowns: breakdowns(&subjects, past, &retained),
            reports: vec![UsageReport { id: None, parts }],
        };
        self.store.add_usage(&batch).await?;
        self.detect_past_anomalies(application, key, past).await
    }

    async fn detect_past_anomalies(
        &self,
        application: &Application,
        key: KeyId,
        past: &[PastCalls],
    ) -> Result<(), StoreError> {
        // Older refusals are summed by the hour and would look like a burst.
        let fine = self.now().plus(-DAY);
        let mut calls: Vec<_> = past
            .iter()
            .filter(|past| past.at >= fine || past.verdict == Verdict::Accepted)
            .map(|past| (Arc::new(decided(application, key, past)), past.calls))
            .collect();
        calls.sort_by_key(|(call, _)| call.at);
        // In chunks, in the order in which they came.
        for chunk in calls.chunks(CHUNK) {
            let calls = chunk.iter().map(|(call, times)| (call, *times));
            self.anomalies.observe_past(calls);
            self.write_events().await?;
        }
        Ok(())
    }
}

/// Returns a past call as a decision.
fn decided(application: &Application, key: KeyId, past: &PastCalls) -> DecisionRecord {
    DecisionRecord {
        id: 0,
        request_id: String::new(),
        at: past.at,
        key,
        application: application.id,
        account: application.account_id,
        verdict: past.verdict,
        address: past.source.address.parse().ok(),
        required_scopes: ScopeSet::one(past.source.scope).unwrap_or_default(),
        route: past.source.route.to_owned(),
        user_agent: past.source.user_agent.to_owned(),
        from_browser: false,
    }
}

/// The instants since which data is retained.
struct Retained(Vec<(PruneTarget, Timestamp)>);

impl Retained {
    fn of(retention: Retention, now: Timestamp) -> Self {
        Self(retention.expired(now).collect())
    }

    fn includes(&self, what: PruneTarget, bucket: Timestamp) -> bool {
        self.0
            .iter()
            .all(|(old, before)| *old != what || bucket >= *before)
    }
}

fn counts(subjects: &[String; 2], past: &[PastCalls], retained: &Retained) -> Vec<UsageCount> {
    let mut sums: BTreeMap<(i64, Timestamp, Outcome), i64> = BTreeMap::new();
    for past in past {
        for span in [MINUTE, HOUR, DAY] {
            let bucket = past.at.floor(span);
            if retained.includes(PruneTarget::Rollups(span), bucket) {
                *sums
                    .entry((span, bucket, past.verdict.outcome()))
                    .or_default() += past.calls;
            }
        }
    }
    subjects
        .iter()
        .flat_map(|subject| {
            sums.iter()
                .map(|((span, bucket, outcome), calls)| UsageCount {
                    subject: subject.clone(),
                    span: *span,
                    bucket: *bucket,
                    outcome: *outcome,
                    calls: *calls,
                })
        })
        .collect()
}

fn days(application: ApplicationId, key: KeyId, past: &[PastCalls]) -> Vec<KeyDay> {
    let mut sums: BTreeMap<Timestamp, Bucket> = BTreeMap::new();
    for past in past {
        let sum = sums.entry(past.at.floor(DAY)).or_default();
        sum.add(past.verdict.outcome(), past.calls);
    }
    sums.into_iter()
        .map(|(day, calls)| KeyDay {
            key,
            application,
            day,
            calls,
        })
        .collect()
}

/// Returns the breakdowns; for calls without the right secret only by code.
fn breakdowns(
    subjects: &[String; 2],
    past: &[PastCalls],
    retained: &Retained,
) -> Vec<BreakdownCount> {
    let mut sums: BTreeMap<(&str, i64, Timestamp, Dimension, &str, Outcome), i64> = BTreeMap::new();
    for past in past {
        let outcome = past.verdict.outcome();
        let source = past.source;
        let refusal = subjects
            .iter()
            .filter(|_| outcome != Outcome::Accepted)
            .map(|subject| (subject.as_str(), Dimension::Refusal, past.verdict.code()));
        let marks = subjects
            .iter()
            .flat_map(|subject| {
                [
                    (subject.as_str(), Dimension::Address, source.address),
                    (subject, Dimension::Route, source.route),
                    (subject, Dimension::Scope, source.scope),
                    (subject, Dimension::UserAgent, source.user_agent),
                ]
            })
            .filter(|_| past.verdict != Verdict::InvalidCredentials);
        for (subject, dimension, value) in refusal.chain(marks) {
            for span in [HOUR, DAY] {
                let bucket = past.at.floor(span);
                if retained.includes(PruneTarget::Breakdowns(span), bucket) {
                    *sums
                        .entry((subject, span, bucket, dimension, value, outcome))
                        .or_default() += past.calls;
                }
            }
        }
    }
    sums.into_iter()
        .map(
            |((subject, span, bucket, dimension, value, outcome), calls)| BreakdownCount {
                subject: subject.to_owned(),
                span,
                bucket,
                dimension,
                value: value.to_owned(),
                outcome,
                calls,
            },
        )
        .collect()
}
