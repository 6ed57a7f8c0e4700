//! Reads calls by dimension.

use crate::Telemetry;
use domain::{
    key::{scope::ScopeSet, suggestion::ScopeUsage, token::KeyId},
    usage::{
        ChartRange, Level, Outcome, Series, Subject, Window,
        breakdown::{Breakdown, BreakdownRow, Dimension, Impact},
    },
};
use store::{BucketRange, StoreError};

/// Values of each dimension that a breakdown names.
const MAX_NAMED_VALUES: usize = 8;
/// Values of each dimension that the impact of a revocation names.
const MAX_IMPACT_VALUES: usize = 5;

impl Telemetry {
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
            end: range.end().plus(-1),
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
}
