//! A service reports what became of calls that it let in.

use crate::{Keyring, KeyringError, meter::reports::Sums, snapshot::Entry};
use domain::{
    id::AccountId,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::reported::Reported,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Calls that are older than this are not counted any more.
const LATEST: i64 = DAY;
/// How long a report is known by its id: longer than its calls could count.
pub(crate) const REMEMBERED: i64 = LATEST + HOUR;

/// What became of a call.
#[derive(Clone, Copy, Debug)]
pub struct ReportedCall<'a> {
    /// The public id of the key that it came with.
    pub key: &'a str,
    /// The HTTP status with which it was answered.
    pub status: u16,
    /// Milliseconds that the answer took.
    pub latency_ms: u32,
    /// When it began; now, where that is left out or lies ahead.
    pub at: Option<Timestamp>,
}

/// What was taken of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Calls that count.
    pub accepted: usize,
    /// Calls whose key is not one of the account's.
    pub unknown: usize,
    /// Calls that began more than a day ago.
    pub late: usize,
}

impl Keyring {
    /// Counts reported calls of the account's keys. A report that comes again under the `id` that it had within a day has
    /// the same answer, and counts once.
    ///
    /// # Errors
    /// `Unavailable` where too much waits for the database already: nothing of the report was taken.
    pub fn report<'a>(
        &self,
        account: AccountId,
        id: Option<&str>,
        calls: impl IntoIterator<Item = ReportedCall<'a>>,
    ) -> Result<Receipt, KeyringError> {
        let now = self.now();
        let mut receipt = Receipt::default();
        let mut sums = Sums::new();
        for call in calls {
            let at = call.at.unwrap_or(now).min(now);
            let known = call.key.parse().ok().and_then(|key| {
                let application = self.snapshot.with(key, |entry| {
                    entry
                        .map(Entry::home)
                        .filter(|home| home.account == account)
                        .map(|home| home.application)
                });
                Some((key, application?))
            });
            match known {
                None => receipt.unknown += 1,
                Some(_) if now.since(at) > LATEST => receipt.late += 1,
                Some((key, application)) => {
                    receipt.accepted += 1;
                    let (_, sum) = sums
                        .entry((key, at.floor(MINUTE)))
                        .or_insert((application, Reported::default()));
                    *sum = sum.plus(Reported::one(call.status, call.latency_ms));
                }
            }
        }
        if self.meter.report(id.map(|id| name(account, id)), sums) {
            Ok(receipt)
        } else {
            Err(KeyringError::Unavailable(
                "reports wait for the database, and there is no room for more".into(),
            ))
        }
    }
}

/// Each account has ids of its own: nobody can take those of another.
fn name(account: AccountId, id: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(account.0.as_bytes());
    hash.update(id.as_bytes());
    let mut bytes = [0; 16];
    for (byte, hashed) in bytes.iter_mut().zip(hash.finalize()) {
        *byte = hashed;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
