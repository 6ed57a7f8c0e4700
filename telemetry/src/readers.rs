//! Reads usage and decisions for charts, breakdowns and lists.

use crate::{Telemetry, decisions::ids_between};
use domain::{
    decision::{DecisionFilter, DecisionRecord, RequestPage},
    id::ApplicationId,
    key::{scope::ScopeSet, suggestion::ScopeUsage, token::KeyId},
    text,
    time::Timestamp,
    usage::{
        Bucket, ChartRange, Level, Outcome, Series, Subject, Window,
        breakdown::{Breakdown, BreakdownRow, Dimension, Impact},
        reported::ReportedCalls,
    },
};
use std::sync::Arc;
use store::{BucketRange, StoreError};

/// Values of each dimension that a breakdown names.
pub const MAX_NAMED_VALUES: usize = 8;
/// Values of each dimension that the impact of a revocation names.
const MAX_IMPACT_VALUES: usize = 5;
/// Decisions on one page.
const PAGE: i64 = 50;
/// Decisions under one request id: a request about up to 100 calls, and its own.
const MAX_OF_REQUEST: i64 = 101;
/// Characters of a request id.
const MAX_REQUEST_ID: usize = 64;

/// The numbers of one bar of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageBar {
    /// When the bucket begins.
    pub at: Timestamp,
    /// The calls by outcome.
    pub calls: Bucket,
    /// The services' reports about them.
    pub reported: ReportedCalls,
}

/// The numbers of a chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageBars {
    /// The bars of the range, without gaps.
    pub bars: Vec<UsageBar>,
    /// The number of calls in [`ChartRange::before`]; `None` without one, and if a part of it may be pruned.
    pub before: Option<i64>,
}

impl UsageBars {
    /// Returns all calls of the range by outcome.
    pub fn sum(&self) -> Bucket {
        self.bars
            .iter()
            .fold(Bucket::default(), |sum, bar| sum.plus(bar.calls))
    }
}

/// Returns the stored buckets of a range.
fn buckets(range: ChartRange) -> BucketRange {
    BucketRange {
        level: range.level,
        start: range.start,
        end: range.end().plus(-1),
    }
}

impl Telemetry {
    /// Returns the calls of a subject in a window, without gaps.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn series(&self, subject: Subject, window: Window) -> Result<Series, StoreError> {
        let now = self.now();
        let range = ChartRange::of(window, now);
        let counts = self
            .store
            .usage(subject, range.level, range.start, now)
            .await?;
        Ok(Series::fill_gaps(range, now, counts))
    }

    /// Returns the numbers of a subject's chart.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn bars(&self, subject: Subject, range: ChartRange) -> Result<UsageBars, StoreError> {
        let now = self.now();
        let kept = self.retention();
        let before = range.before().filter(|before| kept.covers(*before, now));
        let stored = self
            .store
            .usage_bars(subject, buckets(range), before.map(buckets))
            .await?;
        let series = Series::fill_gaps(range, now, stored.counts);
        let mut bars: Vec<_> = series
            .times()
            .map(|(at, calls)| UsageBar {
                at,
                calls,
                reported: ReportedCalls::default(),
            })
            .collect();
        for (at, reported) in stored.reports {
            if let Some(bar) = range.bar_index(at).and_then(|index| bars.get_mut(index)) {
                bar.reported = bar.reported.plus(reported);
            }
        }
        Ok(UsageBars {
            bars,
            before: before.map(|_| stored.before),
        })
    }

    /// Returns a subject's calls by address, route, scope, user agent and refusal.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn breakdown(
        &self,
        subject: Subject,
        range: ChartRange,
    ) -> Result<Breakdown, StoreError> {
        let (level, since) = Breakdown::level(range, self.now());
        let end = range.end().plus(-1);
        let parts = self
            .store
            .usage_breakdown(subject, level, since, end)
            .await?;
        Ok(Breakdown::new(since, parts, MAX_NAMED_VALUES))
    }

    /// As [`Telemetry::breakdown`], of a key, and beside it the scopes that its calls have required, as far back as it is known.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn breakdown_with_scopes(
        &self,
        key: KeyId,
        range: ChartRange,
    ) -> Result<(Breakdown, ScopeUsage), StoreError> {
        let (level, start) = Breakdown::level(range, self.now());
        let buckets = BucketRange {
            level,
            start,
            ..buckets(range)
        };
        let history = (Level::Day, Dimension::Scope);
        let (parts, seen) = self
            .store
            .usage_breakdown_with_history(key.into(), buckets, history)
            .await?;
        let breakdown = Breakdown::new(start, parts, MAX_NAMED_VALUES);
        let scopes = ScopeUsage {
            used: seen
                .iter()
                .filter_map(|seen| ScopeSet::one(&seen.value).ok())
                .fold(ScopeSet::default(), ScopeSet::union),
            since: seen.iter().map(|seen| seen.first).min(),
        };
        Ok((breakdown, scopes))
    }

    /// Returns the recent accepted calls of a key, which a revocation would stop.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn impact(&self, key: KeyId) -> Result<Impact, StoreError> {
        let (day, day_by) = self.accepted(key.into(), Window::Day).await?;
        let (week, week_by) = self.accepted(key.into(), Window::Week).await?;
        Ok(Impact {
            last_minute: self.usage.last_minute(key, self.now()),
            day,
            day_by,
            week,
            week_by,
        })
    }

    async fn accepted(
        &self,
        subject: Subject,
        window: Window,
    ) -> Result<(i64, Breakdown), StoreError> {
        let now = self.now();
        let (level, since) = Breakdown::level(ChartRange::of(window, now), now);
        let counts = self.store.usage(subject, level, since, now).await?;
        let parts = self
            .store
            .usage_breakdown(subject, level, since, now)
            .await?;
        let accepted = parts
            .into_iter()
            .filter(|part: &BreakdownRow| part.outcome == Outcome::Accepted);
        Ok((
            Series::total(counts).accepted,
            Breakdown::new(since, accepted, MAX_IMPACT_VALUES),
        ))
    }

    /// Writes pending decisions and returns the id of the newest one. A [`crate::Tail`] from there continues a page of
    /// [`Telemetry::requests`] without gap or repetition.
    pub async fn latest_decision(self: &Arc<Self>) -> i64 {
        self.write_decisions_before_read().await;
        self.decisions.last()
    }

    /// Returns a page of an application's decisions that match a filter, newest first, up to `latest` and before the decision
    /// `before`. With [`DecisionFilter::until`], decisions are not found that were made while the clock was more than an hour
    /// behind, after it had been set back.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn requests(
        &self,
        application: ApplicationId,
        filter: &DecisionFilter,
        before: Option<i64>,
        latest: i64,
    ) -> Result<RequestPage, StoreError> {
        let end = before.unwrap_or(i64::MAX).min(latest.saturating_add(1));
        let range = ids_between(filter.from, filter.until);
        let ids = range.start..range.end.min(end);
        let mut rows = self
            .store
            .decisions(application, filter, ids, PAGE + 1)
            .await?;
        let page = usize::try_from(PAGE).unwrap_or_default();
        let more = rows.len() > page;
        rows.truncate(page);
        Ok(RequestPage {
            next: rows.last().map(|row| row.id).filter(|_| more),
            rows,
            latest,
        })
    }

    /// Returns the decisions under a request id, of one application or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn decisions_of_request(
        self: &Arc<Self>,
        request_id: &str,
        application: Option<ApplicationId>,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        self.write_decisions_before_read().await;
        let request_id = text::single_line(request_id, MAX_REQUEST_ID);
        self.store
            .decisions_of_request(&request_id, application, MAX_OF_REQUEST)
            .await
    }
}
