//! Outcomes of calls as reported by services.

use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::Timestamp,
    usage::{Level, Subject, reported::ReportedCalls},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// One report, summed by key and minute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageReport {
    /// A report that is sent again under its id counts once; one without an id counts each time.
    pub id: Option<Uuid>,
    /// The calls of each key and minute.
    pub parts: Vec<ReportPart>,
}

/// Reported calls of a key in one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportPart {
    pub key: KeyId,
    pub application: ApplicationId,
    /// The start of the minute.
    pub minute: Timestamp,
    pub calls: ReportedCalls,
}

/// The primary key of a sum: subject, level and bucket.
pub(super) type ReportRow = (Subject, Level, Timestamp);

/// Adds a report's calls to the sums of every level, for the key and for its application. The map is sorted, so that
/// two writers lock rows in the same order.
pub(super) fn add_up(sums: &mut BTreeMap<ReportRow, ReportedCalls>, report: &UsageReport) {
    for part in &report.parts {
        for subject in [part.key.into(), part.application.into()] {
            for level in Level::ALL {
                let row = (subject, level, part.minute.floor(level.ms()));
                let sum = sums.entry(row).or_default();
                *sum = sum.plus(part.calls);
            }
        }
    }
}
