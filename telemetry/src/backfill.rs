//! Writes usage of the past, as a demo needs it.

use crate::{Retention, Telemetry};
use domain::{
    account::Application,
    decision::DecisionRecord,
    id::ApplicationId,
    key::{scope::ScopeSet, token::KeyId},
    time::{DAY, MINUTE, Timestamp},
    usage::{
        Bucket, Level, Outcome, Subject,
        breakdown::Dimension,
        reported::ReportedCalls,
        top_values::{CountedValue, TopValues},
    },
    verdict::Verdict,
};
use std::{collections::BTreeMap, sync::Arc};
use store::{
    BreakdownSums, KeyDay, LastUse, PruneTarget, RefusalCount, ReportPart, StoreError, UsageBatch,
    UsageCount, UsageReport,
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
        let subjects = [Subject::Key(key), Subject::Application(application.id)];
        let retained = Retained::of(self.retention(), self.now());
        let accepted = past
            .iter()
            .filter(|past| past.verdict == Verdict::Accepted && past.calls > 0);
        let last_use = accepted.max_by_key(|past| past.at).map(|past| LastUse {
            key,
            application: application.id,
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
            counts: counts(subjects, past, &retained),
            days: days(application.id, key, past),
            last_uses: last_use.into_iter().collect(),
            refusals: refusals(subjects, past, &retained),
            breakdowns: breakdowns(subjects, past, &retained),
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

fn counts(subjects: [Subject; 2], past: &[PastCalls], retained: &Retained) -> Vec<UsageCount> {
    let mut sums: BTreeMap<(Level, Timestamp, Outcome), i64> = BTreeMap::new();
    for past in past {
        for level in Level::ALL {
            let bucket = past.at.floor(level.ms());
            if retained.includes(PruneTarget::Rollups(level), bucket) {
                *sums
                    .entry((level, bucket, past.verdict.outcome()))
                    .or_default() += past.calls;
            }
        }
    }
    subjects
        .iter()
        .flat_map(|subject| {
            sums.iter()
                .map(|((level, bucket, outcome), calls)| UsageCount {
                    subject: *subject,
                    level: *level,
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

fn refusals(subjects: [Subject; 2], past: &[PastCalls], retained: &Retained) -> Vec<RefusalCount> {
    let mut sums: BTreeMap<(Level, Timestamp, &'static str, Outcome), i64> = BTreeMap::new();
    for past in past.iter().filter(|past| past.verdict != Verdict::Accepted) {
        for level in [Level::Hour, Level::Day] {
            let bucket = past.at.floor(level.ms());
            if retained.includes(PruneTarget::Refusals(level), bucket) {
                let row = (level, bucket, past.verdict.code(), past.verdict.outcome());
                *sums.entry(row).or_default() += past.calls;
            }
        }
    }
    subjects
        .iter()
        .flat_map(|subject| {
            sums.iter()
                .map(|((level, bucket, code, outcome), calls)| RefusalCount {
                    subject: *subject,
                    level: *level,
                    bucket: *bucket,
                    code,
                    outcome: *outcome,
                    calls: *calls,
                })
        })
        .collect()
}

/// Returns the breakdowns of calls with the right secret.
fn breakdowns(
    subjects: [Subject; 2],
    past: &[PastCalls],
    retained: &Retained,
) -> Vec<BreakdownSums> {
    type Values = BTreeMap<Dimension, TopValues>;
    let mut sums: BTreeMap<(Level, Timestamp), Values> = BTreeMap::new();
    for past in past
        .iter()
        .filter(|past| past.verdict != Verdict::InvalidCredentials)
    {
        let mut calls = Bucket::default();
        calls.add(past.verdict.outcome(), past.calls);
        for level in [Level::Hour, Level::Day] {
            let bucket = past.at.floor(level.ms());
            if !retained.includes(PruneTarget::Breakdowns(level), bucket) {
                continue;
            }
            let values = sums.entry((level, bucket)).or_default();
            for (dimension, value) in [
                (Dimension::Address, past.source.address),
                (Dimension::Route, past.source.route),
                (Dimension::Scope, past.source.scope),
                (Dimension::UserAgent, past.source.user_agent),
            ] {
                let one = CountedValue {
                    value: value.to_owned(),
                    calls,
                    missed: 0,
                };
                let one = TopValues::new(vec![one], Bucket::default(), 0);
                values.entry(dimension).or_default().merge(&one);
            }
        }
    }
    sums.into_iter()
        .flat_map(|((level, bucket), values)| {
            subjects.map(|subject| BreakdownSums {
                subject,
                level,
                bucket,
                values: values.clone(),
            })
        })
        .collect()
}
