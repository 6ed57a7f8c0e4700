//! Decisions of the gate: records, live batches, simulated requests and the list of checks.

mod filter;

pub use filter::DecisionFilter;

use crate::{
    Invalid,
    id::{AccountId, ApplicationId},
    key::{KeySummary, scope::ScopeSet, token::KeyId},
    time::Timestamp,
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A call that named an existing key, with its verdict. It contains neither a secret nor a digest of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct DecisionRecord {
    /// Sequence number: later decisions have greater ids, also across restarts.
    pub id: i64,
    /// The response's `X-Request-Id`. A batch verification records several decisions under one request id.
    pub request_id: String,
    pub at: Timestamp,
    /// The key that was named. [`Verdict::secret_matched`] says whether its secret was presented.
    pub key: KeyId,
    pub application: ApplicationId,
    pub account: AccountId,
    pub verdict: Verdict,
    /// The client's address, if known.
    pub address: Option<IpAddr>,
    /// The scopes that the call required.
    pub required_scopes: ScopeSet,
    /// Method and path, as in `GET /invoices/{id}`: at most 200 characters, without control characters.
    pub route: String,
    /// The `User-Agent`, within the same bounds.
    pub user_agent: String,
    /// Whether a browser sent the call: it had an `Origin` or `Sec-Fetch-Site` header.
    pub from_browser: bool,
}

/// A page of decisions, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct RequestPage {
    pub rows: Vec<DecisionRecord>,
    /// The cursor of the next page: decisions with smaller ids. `None` on the last page.
    pub next: Option<i64>,
    /// The newest id, from which a live view continues.
    pub latest: i64,
}

/// Decisions that are sent to a live view in one event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecisionBatch {
    /// The decisions, oldest first.
    pub calls: Vec<DecisionRecord>,
    /// The number of decisions left out before these; `None` if some were left out and the number is unknown.
    pub skipped: Option<u64>,
    /// The newest id, from which the next batch continues.
    pub last: i64,
}

impl DecisionBatch {
    /// Whether the batch contains no decision and none was left out.
    pub const fn is_empty(&self) -> bool {
        self.calls.is_empty() && matches!(self.skipped, Some(0))
    }
}

/// A decision together with the current state of its key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct DecisionDetails {
    pub decided: DecisionRecord,
    /// The key, if it still exists.
    pub key: Option<KeySummary>,
}

/// A hypothetical call with a key's correct secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SimulatedRequest {
    /// The client's address; `None` if unknown.
    pub address: Option<IpAddr>,
    /// The required scopes.
    pub scopes: ScopeSet,
    pub at: Timestamp,
}

impl SimulatedRequest {
    /// Parses form fields: an optional address, scopes separated by spaces or commas, and an instant in UTC in the format of
    /// `<input type="datetime-local">`. An empty instant means `now`.
    ///
    /// # Errors
    /// The name of each invalid field, with a message.
    pub fn parse(
        address: &str,
        scopes: &str,
        at: &str,
        now: Timestamp,
    ) -> Result<Self, Vec<(&'static str, Invalid)>> {
        let mut wrong = Vec::new();
        let address = match address.trim() {
            "" => None,
            text => text
                .parse::<IpAddr>()
                .map_err(|_| {
                    let sentence = "Enter one IP address, for example 203.0.113.24 or 2001:db8::7.";
                    wrong.push(("address", Invalid::new(sentence)));
                })
                .ok(),
        };
        let names = scopes.split([' ', ',', '\t', '\r', '\n']);
        let scopes = ScopeSet::parse_all(names.filter(|name| !name.is_empty()))
            .map_err(|error| wrong.push(("scope", error)))
            .unwrap_or_default();
        let at = match at.trim() {
            "" => now,
            text => minute(text).unwrap_or_else(|| {
                let sentence = "Enter a date and time, for example 2026-11-23T14:05.";
                wrong.push(("at", Invalid::new(sentence)));
                now
            }),
        };
        if wrong.is_empty() {
            Ok(Self {
                address,
                scopes,
                at,
            })
        } else {
            Err(wrong)
        }
    }
}

/// Parses an instant in UTC that has no zone suffix, with or without seconds.
fn minute(text: &str) -> Option<Timestamp> {
    [format!("{text}:00Z"), format!("{text}Z")]
        .iter()
        .find_map(|text| Timestamp::parse(text))
}

/// A check of the gate. The order of the variants is the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GateCheck {
    /// The credentials are in headers, not in the query string.
    Credentials,
    /// The key exists and the secret matches.
    Secret,
    /// The key is not revoked.
    Revoked,
    /// The key is active.
    Active,
    /// The key has not expired.
    Expiry,
    /// The secret is not retired.
    Retirement,
    /// The key's IP rules allow the client's address.
    Address,
    /// The key has the required scopes.
    Scopes,
    /// The rate limit is not exhausted.
    RateLimit,
}

/// The result of a [`GateCheck`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum CheckResult {
    Passed,
    Refused,
    /// An earlier check refused the call.
    NotReached,
}

impl CheckResult {
    /// The value of the page's `data-` attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::NotReached => "not-reached",
        }
    }
}

impl GateCheck {
    /// All checks, in the order in which the gate performs them.
    pub const ALL: [Self; 9] = [
        Self::Credentials,
        Self::Secret,
        Self::Revoked,
        Self::Active,
        Self::Expiry,
        Self::Retirement,
        Self::Address,
        Self::Scopes,
        Self::RateLimit,
    ];

    /// Returns the check that refused the call, or `None` for an accepted call.
    pub const fn refusing(verdict: Verdict) -> Option<Self> {
        Some(match verdict {
            Verdict::CredentialsInQuery => Self::Credentials,
            Verdict::InvalidCredentials | Verdict::Throttled { .. } => Self::Secret,
            // The key's state is unknown, so the first check of the state is reported.
            Verdict::Unavailable | Verdict::Revoked => Self::Revoked,
            Verdict::Inactive => Self::Active,
            Verdict::Expired { .. } => Self::Expiry,
            Verdict::Retired { .. } => Self::Retirement,
            Verdict::IpNotAllowed => Self::Address,
            Verdict::InsufficientScope => Self::Scopes,
            Verdict::RateLimited { .. } => Self::RateLimit,
            Verdict::Accepted => return None,
        })
    }

    /// Returns this check's result in a call with the given verdict.
    pub fn result(self, verdict: Verdict) -> CheckResult {
        match Self::refusing(verdict) {
            None => CheckResult::Passed,
            Some(refusing) if self < refusing => CheckResult::Passed,
            Some(refusing) if self == refusing => CheckResult::Refused,
            Some(_) => CheckResult::NotReached,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_before_the_refusing_one_passed_and_later_ones_were_not_reached() {
        let results = |verdict| GateCheck::ALL.map(|check| check.result(verdict));
        assert_eq!(results(Verdict::Accepted), [CheckResult::Passed; 9]);
        let refused = results(Verdict::IpNotAllowed);
        assert!(
            refused[..6]
                .iter()
                .all(|result| *result == CheckResult::Passed)
        );
        assert_eq!(refused[6], CheckResult::Refused);
        assert_eq!(refused[7..], [CheckResult::NotReached; 2]);
        let throttled = results(Verdict::Throttled { retry_after_ms: 1 });
        assert_eq!(throttled[..2], [CheckResult::Passed, CheckResult::Refused]);
        assert!(GateCheck::ALL.is_sorted());
    }

    #[test]
    fn a_simulated_request_is_parsed_or_every_invalid_field_is_named() {
        let now = Timestamp(1_795_442_709_123);
        let request = SimulatedRequest::parse(
            " 2001:db8::7 ",
            "invoice:read, tax:read",
            "2026-11-23T14:05",
            now,
        )
        .expect("valid");
        assert_eq!(request.address, "2001:db8::7".parse().ok());
        assert_eq!(request.scopes.to_string(), "invoice:read tax:read");
        assert_eq!(request.at.to_string(), "2026-11-23T14:05:00.000Z");
        let empty = SimulatedRequest::parse("", " ", "", now).expect("valid");
        assert_eq!((empty.address, empty.at), (None, now));
        let wrong = SimulatedRequest::parse("10.0.0.0/8", "invoice", "2026-11-23T25:00", now);
        let fields: Vec<_> = wrong
            .expect_err("all wrong")
            .iter()
            .map(|(field, _)| *field)
            .collect();
        assert_eq!(fields, ["address", "scope", "at"]);
    }

    #[test]
    fn every_verdict_but_an_acceptance_is_refused_by_one_check() {
        let (at, retry_after_ms) = (Timestamp(1), 1);
        for (verdict, check) in [
            (Verdict::CredentialsInQuery, GateCheck::Credentials),
            (Verdict::InvalidCredentials, GateCheck::Secret),
            (Verdict::Throttled { retry_after_ms }, GateCheck::Secret),
            (Verdict::Unavailable, GateCheck::Revoked),
            (Verdict::Revoked, GateCheck::Revoked),
            (Verdict::Inactive, GateCheck::Active),
            (Verdict::Expired { at }, GateCheck::Expiry),
            (Verdict::Retired { at }, GateCheck::Retirement),
            (Verdict::IpNotAllowed, GateCheck::Address),
            (Verdict::InsufficientScope, GateCheck::Scopes),
            (
                Verdict::RateLimited { retry_after_ms },
                GateCheck::RateLimit,
            ),
        ] {
            assert_eq!(GateCheck::refusing(verdict), Some(check));
        }
        assert_eq!(GateCheck::refusing(Verdict::Accepted), None);
    }

    #[test]
    fn an_instant_may_have_seconds() {
        let parse = |at| SimulatedRequest::parse("", "", at, Timestamp(0));
        let with_seconds = parse("2026-11-23T14:05:09").expect("valid");
        assert_eq!(with_seconds.at.to_string(), "2026-11-23T14:05:09.000Z");
    }

    #[test]
    fn a_batch_is_empty_only_if_no_decision_was_left_out() {
        for (skipped, empty) in [(Some(0), true), (Some(1), false), (None, false)] {
            let batch = DecisionBatch {
                calls: Vec::new(),
                skipped,
                last: 7,
            };
            assert_eq!(batch.is_empty(), empty, "{skipped:?}");
        }
    }
}
