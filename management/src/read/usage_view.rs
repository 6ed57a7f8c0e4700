//! The usage of a key or an application, for charts and exports.

use crate::{KeyView, ManagementError, Viewer, Zone};
use domain::{
    Invalid,
    key::suggestion::ScopeUsage,
    time::{DAY, Timestamp},
    usage::{
        ChartRange, Level, Series, Subject, Window,
        breakdown::Breakdown,
        chart::{Chart, ChartMarker},
        last_day::LastDay,
        local::ZoneOffsets,
        range::UsageRetention,
        reported::ReportedCalls,
    },
};
use telemetry::UsageBars;

/// Audit records among which a chart's markers are searched.
const RECORDS: i64 = 50;

/// The query parameters of a chart, as typed.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChartQuery<'a> {
    /// A window such as `7d`.
    pub window: &'a str,
    /// The first day of a range (`YYYY-MM-DD`). It takes precedence over the window.
    pub from: &'a str,
    /// The last day; today if it is empty.
    pub until: &'a str,
    /// `utc`; otherwise the zone of the person's pages.
    pub zone: &'a str,
}

impl Viewer {
    /// Returns the requested range. If it is invalid, returns the last day, and the reason.
    pub fn range(&self, asked: ChartQuery<'_>) -> (ChartRange, Option<Invalid>) {
        let now = self.now();
        if asked.from.is_empty() && asked.until.is_empty() {
            return (ChartRange::of(Window::parse(asked.window), now), None);
        }
        self.range_of_days(asked).map_or_else(
            |invalid| (ChartRange::of(Window::default(), now), Some(invalid)),
            |range| (range, None),
        )
    }

    /// Returns a range of whole days in the chart's zone.
    fn range_of_days(&self, asked: ChartQuery<'_>) -> Result<ChartRange, Invalid> {
        let (now, zone) = (self.now(), self.zone_asked(asked));
        let first = Timestamp::parse_date(asked.from)
            .ok_or_else(|| Invalid::new("Choose the first day, such as 2026-11-23."))?;
        let last = match asked.until {
            "" => now.floor(DAY).plus(DAY),
            until => Timestamp::parse_date(until)
                .ok_or_else(|| Invalid::new("Choose the last day, such as 2026-11-30."))?,
        };
        let kept = self.telemetry().retention();
        let kept = UsageRetention {
            minutes: kept.minutes,
            hours: kept.hours,
            days: kept.days,
        };
        ChartRange::between(
            zone.midnight(first),
            zone.midnight(last.plus(DAY)),
            now,
            kept,
        )
    }

    /// The zone of the person's pages, or UTC if that is requested.
    fn zone_asked(&self, asked: ChartQuery<'_>) -> Zone {
        if asked.zone == "utc" {
            Zone::default()
        } else {
            self.zone()
        }
    }
}

/// The usage of a key or of an application. It includes calls up to the flush that preceded its creation.
pub struct UsageView {
    viewer: Viewer,
    subject: Subject,
}

impl Viewer {
    /// Returns the application's usage, after a flush.
    pub async fn usage(&self) -> UsageView {
        self.telemetry().flush_before_read().await;
        UsageView::new(self.clone(), self.application().id)
    }
}

/// The usage that a key's page shows.
#[derive(Clone, Debug)]
pub struct KeyUsage {
    /// The calls of the requested range over time.
    pub chart: Chart,
    /// The calls of that range by dimension.
    pub breakdown: Breakdown,
    /// The scopes that the key's calls have required, as far back as it is known.
    pub scopes: ScopeUsage,
    /// The calls of the last 24 hours.
    pub last_day: LastDay,
}

impl KeyView {
    /// The key's usage.
    pub fn usage(&self) -> UsageView {
        UsageView::new(self.viewer().clone(), self.key().id)
    }

    /// Returns the usage that the key's page shows.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn shown_usage(&self, asked: ChartQuery<'_>) -> Result<KeyUsage, ManagementError> {
        let usage = self.usage();
        let chart = usage.chart(asked).await?;
        let range = chart.series.range;
        let (breakdown, scopes) = self.breakdown_with_scopes(range).await?;
        let last_day = match chart.before {
            Some(before) if range.window == Some(Window::Day) => {
                LastDay::new(chart.series.sum(), &breakdown, before)
            }
            _ => usage.last_day().await?,
        };
        Ok(KeyUsage {
            chart,
            breakdown,
            scopes,
            last_day,
        })
    }

    /// Returns the key's calls by address, route, scope, user agent and refusal, and beside them the scopes that its calls have
    /// required, as far back as it is known.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn breakdown_with_scopes(
        &self,
        range: ChartRange,
    ) -> Result<(Breakdown, ScopeUsage), ManagementError> {
        let _permit = self.viewer().long_read().await?;
        let telemetry = self.viewer().telemetry();
        Ok(telemetry
            .breakdown_with_scopes(self.key().id, range)
            .await?)
    }
}

impl UsageView {
    fn new(viewer: Viewer, subject: impl Into<Subject>) -> Self {
        let subject = subject.into();
        Self { viewer, subject }
    }

    /// Returns calls by outcome.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn series(&self, window: Window) -> Result<Series, ManagementError> {
        let _permit = self.viewer.long_read().await?;
        let telemetry = self.viewer.telemetry();
        Ok(telemetry.series(self.subject, window).await?)
    }

    /// Returns the calls of the last 24 hours.
    async fn last_day(&self) -> Result<LastDay, ManagementError> {
        let range = ChartRange::of(Window::Day, self.viewer.now());
        let bars = self.bars(range).await?;
        let breakdown = self.breakdown(range).await?;
        let before = bars.before.unwrap_or_default();
        Ok(LastDay::new(bars.sum(), &breakdown, before))
    }

    /// Returns a chart.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn chart(&self, asked: ChartQuery<'_>) -> Result<Chart, ManagementError> {
        let (range, problem) = self.viewer.range(asked);
        let UsageBars { bars, before } = self.bars(range).await?;
        let account = self.viewer.application().account_id;
        let target = self.subject.to_string();
        let records = self
            .viewer
            .keyring()
            .store()
            .audit_by_target(account, &target, RECORDS);
        let mut markers: Vec<_> = records
            .await?
            .into_iter()
            .filter(|record| {
                ChartMarker::affects_calls(record.action) && range.bar_index(record.at).is_some()
            })
            .map(|record| ChartMarker {
                at: record.at,
                action: record.action,
            })
            .collect();
        markers.reverse();
        // Daily rollups are stored by UTC day.
        let local = if range.level == Level::Day {
            ZoneOffsets::utc()
        } else {
            self.viewer.zone_asked(asked).over(range)
        };
        let reported = bars
            .iter()
            .fold(ReportedCalls::default(), |sum, bar| sum.plus(bar.reported));
        let answers = bars.iter().map(|bar| bar.reported.answers());
        Ok(Chart {
            before,
            reported,
            answers: answers.filter(|_| reported.calls > 0).collect(),
            series: Series {
                range,
                buckets: bars.into_iter().map(|bar| bar.calls).collect(),
                running: range.bar_index(self.viewer.now()),
            },
            local,
            markers,
            problem: problem.map(|problem| problem.to_string()),
        })
    }

    /// Returns the numbers of a chart.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn bars(&self, range: ChartRange) -> Result<UsageBars, ManagementError> {
        let _permit = self.viewer.long_read().await?;
        Ok(self.viewer.telemetry().bars(self.subject, range).await?)
    }

    /// Returns calls by refusal; those of a key by address, route, scope and user agent too.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn breakdown(&self, range: ChartRange) -> Result<Breakdown, ManagementError> {
        let _permit = self.viewer.long_read().await?;
        let telemetry = self.viewer.telemetry();
        Ok(telemetry.breakdown(self.subject, range).await?)
    }
}
