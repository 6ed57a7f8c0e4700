//! Outcomes of calls as services report them.

use super::UsageBatch;
use crate::{Store, StoreError, read, sql};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::reported::Reported,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What one report says, added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageReport {
    /// A report that comes again under its id counts once; one without an id counts each time.
    pub id: Option<Uuid>,
    /// The calls of each key and minute.
    pub parts: Vec<ReportPart>,
}

/// Reported calls of a key in one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportPart {
    /// The key.
    pub key: KeyId,
    /// Its application.
    pub application: ApplicationId,
    /// The beginning of the minute.
    pub minute: Timestamp,
    /// The calls.
    pub calls: Reported,
}

/// Subject, span and bucket of a sum.
pub(super) type Place = (String, i64, Timestamp);

/// Adds a report's calls to the sums of every level, for the key and for its application. They are in one order
/// everywhere, so that two writers never wait for each other in a circle.
pub(super) fn add_up(sums: &mut BTreeMap<Place, Reported>, report: &UsageReport) {
    for part in &report.parts {
        for subject in [part.key.to_string(), part.application.to_string()] {
            for span in [MINUTE, HOUR, DAY] {
                let place = (subject.clone(), span, part.minute.floor(span));
                let sum = sums.entry(place).or_default();
                *sum = sum.plus(part.calls);
            }
        }
    }
}

impl UsageBatch {
    /// Whether nothing is in it.
    pub const fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.by.is_empty() && self.reports.is_empty()
    }
}

impl Store {
    /// What was reported of a key's or an application's calls, in buckets of `span` milliseconds that begin from `start`
    /// to `end`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn reported(
        &self,
        subject: &str,
        span: i64,
        start: Timestamp,
        end: Timestamp,
    ) -> Result<Vec<(Timestamp, Reported)>, StoreError> {
        type Row = (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(sql::USAGE_REPORT_BETWEEN)
                .bind(subject)
                .bind(span)
                .bind(start.0)
                .bind(end.0)
                .fetch_all(pool)
                .await
        })?;
        Ok(rows
            .into_iter()
            .map(
                |(bucket, calls, client_errors, server_errors, latency_ms, a, b, c, d, e)| {
                    let reported = Reported {
                        calls,
                        client_errors,
                        server_errors,
                        latency_ms,
                        within: [a, b, c, d, e],
                    };
                    (Timestamp(bucket), reported)
                },
            )
            .collect())
    }
}
