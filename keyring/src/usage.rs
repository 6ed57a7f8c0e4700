//! Writing counted calls, and reading them back for charts.

use crate::{Keyring, KeyringError, Viewer};
use domain::{
    id::ApplicationId,
    key::{scope::ScopeSet, suggestion::ScopeUse, token::KeyId},
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{
        Count, Outcome, Series, Window,
        breakdown::{Breakdown, Dimension, Impact, Part},
    },
    verdict::Verdict,
};
use std::collections::BTreeMap;
use store::{LastUse, UsageBatch, UsageBy, UsageCount};

/// Values of each dimension that a key's page names.
const NAMED: usize = 8;
/// Values of each dimension that are named before a revocation.
const NAMED_BEFORE_THE_END: usize = 5;

/// Where calls of the past came from and what they wanted, as a demonstration needs it.
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
    /// Its part of the calls, in percent.
    pub percent: i64,
}

/// Where calls came from that nobody says more about.
const SOMEWHERE: Source = Source {
    address: "203.0.113.24",
    route: "",
    scope: "",
    user_agent: "storefront/3.2 (linux)",
    percent: 100,
};

impl Keyring {
    /// Writes all that has been counted until now. What cannot be written is kept and tried again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn flush_usage(&self) -> Result<(), KeyringError> {
        self.flush(true).await
    }

    /// Writes what has been counted; what calls have in common only where a minute has passed, or `all` is asked for.
    pub(crate) async fn flush(&self, all: bool) -> Result<(), KeyringError> {
        let _turn = self.flushing.lock().await;
        // What failed before, and what was counted until now. What is counted meanwhile waits for the next time: else this
        // had no end while calls go on, and whoever reads numbers waited with it.
        for _ in 0..=self.meter.pending() {
            let Some(batch) = self.meter.take(self.new_id(), self.now(), all) else {
                break;
            };
            if let Err(error) = self.store.add_usage(&batch).await {
                self.meter.keep(batch);
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Writes all that has been counted, for somebody who is about to read it; what is written already can be read
    /// whatever comes of that.
    pub(crate) async fn write_now(&self) {
        if let Err(error) = self.flush(true).await {
            tracing::warn!(%error, "the newest calls are not in the numbers that are read now");
        }
    }

    /// Writes calls of the past, as a demonstration needs them: `calls` begin at instants, and count in every rollup.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn record_history(
        &self,
        application: ApplicationId,
        key: KeyId,
        calls: Vec<Count>,
        sources: &[Source],
    ) -> Result<(), KeyringError> {
        let mut rollup: BTreeMap<(String, i64, Timestamp, Outcome), i64> = BTreeMap::new();
        let mut hourly: BTreeMap<(Timestamp, Outcome), i64> = BTreeMap::new();
        let mut last = None;
        for (at, outcome, count) in calls {
            if outcome == Outcome::Accepted && count > 0 {
                last = last.max(Some(at));
            }
            *hourly.entry((at.floor(HOUR), outcome)).or_default() += count;
            for subject in [key.to_string(), application.to_string()] {
                for span in [MINUTE, HOUR, DAY] {
                    *rollup
                        .entry((subject.clone(), span, at.floor(span), outcome))
                        .or_default() += count;
                }
            }
        }
        let counts = rollup
            .into_iter()
            .map(|((subject, span, bucket, outcome), calls)| UsageCount {
                subject,
                span,
                bucket,
                outcome,
                calls,
            })
            .collect();
        let newest = sources.first().unwrap_or(&SOMEWHERE);
        let last_uses = last.map(|at| LastUse {
            key,
            at,
            address: newest.address.into(),
            user_agent: newest.user_agent.into(),
            route: newest.route.into(),
        });
        let batch = UsageBatch {
            id: self.new_id(),
            at: self.now(),
            counts,
            last_uses: last_uses.into_iter().collect(),
            by: parts_of(key, application, &hourly, sources),
            reports: Vec::new(),
        };
        Ok(self.store.add_usage(&batch).await?)
    }
}

/// The calls of each hour, divided among the sources.
fn parts_of(
    key: KeyId,
    application: ApplicationId,
    hourly: &BTreeMap<(Timestamp, Outcome), i64>,
    sources: &[Source],
) -> Vec<UsageBy> {
    let key = key.to_string();
    let mut sums: BTreeMap<(String, i64, Timestamp, Dimension, &str, Outcome), i64> =
        BTreeMap::new();
    for ((hour, outcome), count) in hourly {
        let code = match outcome {
            Outcome::Accepted => None,
            Outcome::Refused => Some(Verdict::InsufficientScope.code()),
            Outcome::RateLimited => Some(Verdict::RateLimited { retry_after_ms: 0 }.code()),
        };
        for subject in [key.clone(), application.to_string()] {
            for (span, code) in [HOUR, DAY].into_iter().zip([code; 2]) {
                let Some(code) = code else { continue };
                let bucket = hour.floor(span);
                *sums
                    .entry((
                        subject.clone(),
                        span,
                        bucket,
                        Dimension::Refusal,
                        code,
                        *outcome,
                    ))
                    .or_default() += count;
            }
        }
        let mut left = *count;
        for source in sources {
            let calls = (count * source.percent / 100).min(left);
            left -= calls;
            let values = [
                (Dimension::Address, source.address),
                (Dimension::Route, source.route),
                (Dimension::Scope, source.scope),
                (Dimension::UserAgent, source.user_agent),
            ];
            for (dimension, value) in values.into_iter().filter(|_| calls > 0) {
                for span in [HOUR, DAY] {
                    *sums
                        .entry((
                            key.clone(),
                            span,
                            hour.floor(span),
                            dimension,
                            value,
                            *outcome,
                        ))
                        .or_default() += calls;
                }
            }
        }
    }
    sums.into_iter()
        .map(
            |((subject, span, bucket, dimension, value, outcome), calls)| UsageBy {
                subject,
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

impl Viewer {
    /// What became of a key's calls.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn key_usage(&self, id: KeyId, window: Window) -> Result<Series, KeyringError> {
        self.key(id).await?;
        self.usage_of(&id.to_string(), window).await
    }

    /// What became of all calls of the application's keys.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn application_usage(&self, window: Window) -> Result<Series, KeyringError> {
        self.usage_of(&self.application().id.to_string(), window)
            .await
    }

    async fn usage_of(&self, subject: &str, window: Window) -> Result<Series, KeyringError> {
        let now = self.now();
        let counts = self
            .keyring()
            .store
            .usage(subject, window.level(), window.start(now), now)
            .await?;
        Ok(Series::fill_gaps(window, now, counts))
    }

    /// What a key's calls had in common.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn key_breakdown(
        &self,
        id: KeyId,
        window: Window,
    ) -> Result<Breakdown, KeyringError> {
        self.key(id).await?;
        let now = self.now();
        let (span, since) = Breakdown::span(window, now);
        let store = &self.keyring().store;
        let parts = store.usage_by(&id.to_string(), span, since, now).await?;
        Ok(Breakdown::new(since, parts, NAMED))
    }

    /// Why calls of the application's keys did not pass.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn application_breakdown(&self, window: Window) -> Result<Breakdown, KeyringError> {
        let (now, app) = (self.now(), self.application().id.to_string());
        let (span, since) = Breakdown::span(window, now);
        let parts = self
            .keyring()
            .store
            .usage_by(&app, span, since, now)
            .await?;
        Ok(Breakdown::new(since, parts, NAMED))
    }

    /// Which scopes a key's calls have asked for, as far back as that is known.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn scope_use(&self, id: KeyId) -> Result<ScopeUse, KeyringError> {
        self.stored_key(id).await?;
        let seen = self.keyring().store.seen(id, DAY, Dimension::Scope).await?;
        Ok(ScopeUse {
            asked: seen
                .iter()
                .filter_map(|seen| ScopeSet::one(&seen.value).ok())
                .fold(ScopeSet::default(), ScopeSet::union),
            since: seen.iter().map(|seen| seen.first).min(),
        })
    }

    /// Whose calls would end with a key: those that passed lately.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn impact(&self, id: KeyId) -> Result<Impact, KeyringError> {
        self.key(id).await?;
        let (day, day_by) = self.passed(id, Window::Day).await?;
        let (week, week_by) = self.passed(id, Window::Week).await?;
        Ok(Impact {
            last_minute: self.keyring().meter.last_minute(id, self.now()),
            day,
            day_by,
            week,
            week_by,
        })
    }

    async fn passed(&self, id: KeyId, window: Window) -> Result<(i64, Breakdown), KeyringError> {
        let store = &self.keyring().store;
        let now = self.now();
        let (span, since) = Breakdown::span(window, now);
        let counts = store.usage(&id.to_string(), span, since, now).await?;
        let parts = store.usage_by(&id.to_string(), span, since, now).await?;
        let passed = parts
            .into_iter()
            .filter(|part: &Part| part.outcome == Outcome::Accepted);
        Ok((
            Series::total(counts).accepted,
            Breakdown::new(since, passed, NAMED_BEFORE_THE_END),
        ))
    }
}
