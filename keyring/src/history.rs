//! Calls of the past, as a demonstration needs them.

use crate::{Keyring, KeyringError};
use domain::{
    account::Application,
    decision::Decided,
    id::ApplicationId,
    key::{scope::ScopeSet, token::KeyId},
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Bucket, Outcome, breakdown::Dimension, reported::Reported},
    verdict::Verdict,
};
use std::{collections::BTreeMap, sync::Arc};
use store::{KeyDay, LastUse, Old, ReportPart, UsageBatch, UsageBy, UsageCount, UsageReport};

/// Calls of the past that are looked at in one go.
const AT_ONCE: usize = 100;

/// Where calls of the past came from and what they wanted.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// The client's address.
    pub address: &'static str,
    /// Method and path.
    pub route: &'static str,
    /// One scope, or none.
    pub scope: &'static str,
    /// What the client calls itself.
    pub user_agent: &'static str,
}

/// Calls of the past that have everything in common.
#[derive(Clone, Copy, Debug)]
pub struct Past {
    /// When they came.
    pub at: Timestamp,
    /// What was answered.
    pub verdict: Verdict,
    /// How many there were.
    pub calls: i64,
    /// Where they came from.
    pub source: Source,
    /// What services report of them.
    pub reported: Reported,
}

impl Keyring {
    /// Writes a key's calls of the past into every rollup that would still hold them, and what somebody ought to have
    /// known of them.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn record_history(
        &self,
        application: &Application,
        key: KeyId,
        past: &[Past],
    ) -> Result<(), KeyringError> {
        let subjects = [key.to_string(), application.id.to_string()];
        let kept = Kept::of(self);
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
        let mut minutes: BTreeMap<Timestamp, Reported> = BTreeMap::new();
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
            counts: counts(&subjects, past, &kept),
            days: days(application.id, key, past),
            last_uses: last_use.into_iter().collect(),
            by: common(&subjects, past, &kept),
            reports: vec![UsageReport { id: None, parts }],
        };
        self.store.add_usage(&batch).await?;
        self.look_back(application, key, past).await
    }

    async fn look_back(
        &self,
        application: &Application,
        key: KeyId,
        past: &[Past],
    ) -> Result<(), KeyringError> {
        // Before, calls stand by the hour: as if they had come in a burst.
        let fine = self.now().plus(-DAY);
        let mut calls: Vec<_> = past
            .iter()
            .filter(|past| past.at >= fine || past.verdict == Verdict::Accepted)
            .map(|past| (Arc::new(decided(application, key, past)), past.calls))
            .collect();
        calls.sort_by_key(|(call, _)| call.at);
        // In steps, as they would have come.
        for some in calls.chunks(AT_ONCE) {
            let calls = some.iter().map(|(call, times)| (call, *times));
            self.watch.look(calls);
            self.write_events().await?;
        }
        Ok(())
    }
}

/// A call of the past as it was decided.
fn decided(application: &Application, key: KeyId, past: &Past) -> Decided {
    Decided {
        id: 0,
        request_id: String::new(),
        at: past.at,
        key,
        application: application.id,
        account: application.account_id,
        verdict: past.verdict,
        address: past.source.address.parse().ok(),
        asked: ScopeSet::one(past.source.scope).unwrap_or_default(),
        route: past.source.route.to_owned(),
        user_agent: past.source.user_agent.to_owned(),
        from_browser: false,
    }
}

/// Since when numbers are kept.
struct Kept(Vec<(Old, Timestamp)>);

impl Kept {
    fn of(keyring: &Keyring) -> Self {
        Self(keyring.retention().old(keyring.now()).collect())
    }

    fn holds(&self, what: Old, bucket: Timestamp) -> bool {
        self.0
            .iter()
            .all(|(old, before)| *old != what || bucket >= *before)
    }
}

fn counts(subjects: &[String; 2], past: &[Past], kept: &Kept) -> Vec<UsageCount> {
    let mut sums: BTreeMap<(i64, Timestamp, Outcome), i64> = BTreeMap::new();
    for past in past {
        for span in [MINUTE, HOUR, DAY] {
            let bucket = past.at.floor(span);
            if kept.holds(Old::Calls(span), bucket) {
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

fn days(application: ApplicationId, key: KeyId, past: &[Past]) -> Vec<KeyDay> {
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

/// What the calls had in common: of those without the right secret no more than the code.
fn common(subjects: &[String; 2], past: &[Past], kept: &Kept) -> Vec<UsageBy> {
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
                if kept.holds(Old::Common(span), bucket) {
                    *sums
                        .entry((subject, span, bucket, dimension, value, outcome))
                        .or_default() += past.calls;
                }
            }
        }
    }
    sums.into_iter()
        .map(
            |((subject, span, bucket, dimension, value, outcome), calls)| UsageBy {
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
