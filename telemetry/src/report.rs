//! Reports of services about the answers to accepted calls.

use crate::{Telemetry, usage::ReportSums};
use domain::{
    id::AccountId,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::reported::ReportedCalls,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use verification::Entry;

/// Calls that are older are not counted.
const MAX_AGE: i64 = DAY;
/// How long a report's id is remembered: longer than its calls could be counted.
pub(crate) const ID_RETENTION: i64 = MAX_AGE + HOUR;

/// The answer to a call.
#[derive(Clone, Copy, Debug)]
pub struct ReportedCall<'a> {
    /// The public id of the call's key.
    pub key: &'a str,
    /// The HTTP status of the answer.
    pub status: u16,
    /// Milliseconds until the answer.
    pub latency_ms: u32,
    /// When the call began; a missing or future instant is taken as now.
    pub at: Option<Timestamp>,
}

/// How many calls of a report were counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Counted calls.
    pub accepted: usize,
    /// Calls with a key of another account or an unknown key.
    pub unknown: usize,
    /// Calls that began more than a day ago.
    pub late: usize,
}

/// Too many reports wait for the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many usage reports wait for the database")]
pub struct TooManyReports;

impl Telemetry {
    /// Counts reported calls of the account's keys. A report that is repeated under the same `id` within a day gets the same receipt and
    /// is counted once.
    ///
    /// # Errors
    /// If too many reports wait for the database: nothing of this one was counted.
    pub fn report<'a>(
        &self,
        account: AccountId,
        id: Option<&str>,
        calls: impl IntoIterator<Item = ReportedCall<'a>>,
    ) -> Result<Receipt, TooManyReports> {
        let now = self.now();
        let mut receipt = Receipt::default();
        let mut sums = ReportSums::new();
        for call in calls {
            let at = call.at.unwrap_or(now).min(now);
            let known = call.key.parse().ok().and_then(|key| {
                let application = self.index.with(key, |entry| {
                    entry
                        .map(Entry::tenant)
                        .filter(|tenant| tenant.account == account)
                        .map(|tenant| tenant.application)
                });
                Some((key, application?))
            });
            match known {
                None => receipt.unknown += 1,
                Some(_) if now.since(at) > MAX_AGE => receipt.late += 1,
                Some((key, application)) => {
                    receipt.accepted += 1;
                    let (_, sum) = sums
                        .entry((key, at.floor(MINUTE)))
                        .or_insert((application, ReportedCalls::default()));
                    *sum = sum.plus(ReportedCalls::one(call.status, call.latency_ms));
                }
            }
        }
        if self
            .usage
            .add_report(id.map(|id| report_id(account, id)), sums)
        {
            Ok(receipt)
        } else {
            Err(TooManyReports)
        }
    }
}

/// Hashes the account into the id, so that accounts cannot use each other's ids.
fn report_id(account: AccountId, id: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(account.0.as_bytes());
    hash.update(id.as_bytes());
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes.iter_mut().zip(hash.finalize()) {
        *byte = hashed;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
