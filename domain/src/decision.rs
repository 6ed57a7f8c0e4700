//! What the gate decided about a call, as it is followed, kept and explained.

use crate::{
    Invalid,
    id::{AccountId, ApplicationId},
    key::{KeySummary, scope::ScopeSet, token::KeyId},
    time::Timestamp,
    verdict::Verdict,
};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// A call with a key that exists, and what became of it. It holds neither a secret nor anything made of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// Its place among all decisions: a later one has a greater number, after a restart too.
    pub id: i64,
    /// The id in the answer's `X-Request-Id`; a call that asks about several pairs decides as often under one.
    pub request_id: String,
    /// When.
    pub at: Timestamp,
    /// The key that was named; whether its secret came along is the verdict's to say.
    pub key: KeyId,
    /// The key's application.
    pub application: ApplicationId,
    /// The application's account.
    pub account: AccountId,
    /// Yes, or why not.
    pub verdict: Verdict,
    /// The client's address, where it is known.
    pub address: Option<IpAddr>,
    /// The scopes that the call needed.
    pub asked: ScopeSet,
    /// Method and path, as in `GET /invoices/{id}`: at most 200 characters, none of them a control character.
    pub route: String,
    /// What the client calls itself, within the same bounds.
    pub user_agent: String,
    /// Whether a browser sent it: `Origin` or `Sec-Fetch-Site` stood beside the credentials.
    pub from_browser: bool,
}

/// Which decisions of an application a list shows; the default shows all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecisionFilter {
    /// Only those with this key.
    pub key: Option<KeyId>,
    /// Only those that did not pass.
    pub refused: bool,
}

/// One page of decisions, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestPage {
    /// The decisions.
    pub rows: Vec<Decided>,
    /// The id before which older ones stand, where there are some.
    pub next: Option<i64>,
    /// The id behind which the next ones will stand.
    pub latest: i64,
}

/// Calls as they happen: what a page that follows them is sent at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// The calls, the oldest first.
    pub calls: Vec<Decided>,
    /// How many before them are left out; `None` where some are, and nobody knows how many.
    pub skipped: Option<u64>,
    /// The id behind which the next ones will stand.
    pub last: i64,
}

/// A decision, and the key that it was about, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// What was decided.
    pub decided: Decided,
    /// The key, where it still exists.
    pub key: Option<KeySummary>,
}

/// A call that might be made with a key's right secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// From where; unknown where it is `None`.
    pub address: Option<IpAddr>,
    /// What it needs.
    pub scopes: ScopeSet,
    /// When.
    pub at: Timestamp,
}

impl Case {
    /// Reads what was typed: an address or nothing, scopes with spaces or commas between, an instant of UTC as
    /// `<input type="datetime-local">` sends it, or nothing for `now`.
    ///
    /// # Errors
    /// The name of each field that breaks a rule, with a sentence.
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
                    let sentence = "Enter one address, such as 203.0.113.24 or 2001:db8::7.";
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
                let sentence = "Enter a date and a time, such as 2026-11-23T14:05.";
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

/// An instant of UTC without its zone, with or without seconds.
fn minute(text: &str) -> Option<Timestamp> {
    [format!("{text}:00Z"), format!("{text}Z")]
        .iter()
        .find_map(|text| Timestamp::parse(text))
}

/// A check of the gate. The order of the variants is the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// The credentials stand where they may.
    Place,
    /// The key exists, and the secret is its own.
    Secret,
    /// It has not been revoked.
    Revoked,
    /// It is active.
    Active,
    /// Its time is not over.
    Expiry,
    /// Its secret has not been replaced for good.
    Retirement,
    /// The call comes from where it may.
    Address,
    /// It asks for nothing that the key lacks.
    Scopes,
    /// It is not one too many.
    RateLimit,
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Nothing against the call.
    Passed,
    /// The reason of the refusal.
    Refused,
    /// An earlier check had refused.
    NotReached,
}

impl Finding {
    /// As it stands in the page.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Refused => "refused",
            Self::NotReached => "not-reached",
        }
    }
}

impl Check {
    /// All of them, in their order.
    pub const ALL: [Self; 9] = [
        Self::Place,
        Self::Secret,
        Self::Revoked,
        Self::Active,
        Self::Expiry,
        Self::Retirement,
        Self::Address,
        Self::Scopes,
        Self::RateLimit,
    ];

    /// The check that said no; none where the call passed.
    pub const fn of(verdict: Verdict) -> Option<Self> {
        Some(match verdict {
            Verdict::CredentialsInQuery => Self::Place,
            Verdict::InvalidCredentials | Verdict::Throttled { .. } => Self::Secret,
            // The checks of the key's state begin there, and none of them could be made.
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

    /// What this check found, where that was the verdict.
    pub fn found(self, verdict: Verdict) -> Finding {
        match Self::of(verdict) {
            None => Finding::Passed,
            Some(no) if self < no => Finding::Passed,
            Some(no) if self == no => Finding::Refused,
            Some(_) => Finding::NotReached,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checks_before_the_refusal_have_passed_and_those_behind_were_not_reached() {
        let found = |verdict| Check::ALL.map(|check| check.found(verdict));
        assert_eq!(found(Verdict::Accepted), [Finding::Passed; 9]);
        let refused = found(Verdict::IpNotAllowed);
        assert!(refused[..6].iter().all(|found| *found == Finding::Passed));
        assert_eq!(refused[6], Finding::Refused);
        assert_eq!(refused[7..], [Finding::NotReached; 2]);
        let throttled = found(Verdict::Throttled { retry_after_ms: 1 });
        assert_eq!(throttled[..2], [Finding::Passed, Finding::Refused]);
        assert!(Check::ALL.is_sorted());
    }

    #[test]
    fn a_case_is_read_or_every_wrong_field_is_named() {
        let now = Timestamp(1_795_442_709_123);
        let case = Case::parse(
            " 2001:db8::7 ",
            "invoice:read, tax:read",
            "2026-11-23T14:05",
            now,
        )
        .expect("a case");
        assert_eq!(case.address, "2001:db8::7".parse().ok());
        assert_eq!(case.scopes.to_string(), "invoice:read tax:read");
        assert_eq!(case.at.to_string(), "2026-11-23T14:05:00.000Z");
        let empty = Case::parse("", " ", "", now).expect("a case");
        assert_eq!((empty.address, empty.at), (None, now));
        let wrong = Case::parse("10.0.0.0/8", "invoice", "2026-11-23T25:00", now);
        let fields: Vec<_> = wrong
            .expect_err("all wrong")
            .iter()
            .map(|(field, _)| *field)
            .collect();
        assert_eq!(fields, ["address", "scope", "at"]);
    }
}
