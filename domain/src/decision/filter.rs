//! Filter of an application's decisions.

use super::{DecisionRecord, minute};
use crate::{
    key::token::KeyId,
    text,
    time::{DAY, Timestamp},
    verdict::Verdict,
};
use std::net::IpAddr;

/// Maximum characters of a route, as in [`DecisionRecord::route`].
const MAX_ROUTE: usize = 200;

/// A filter for an application's decisions. The default matches all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DecisionFilter {
    /// Only decisions about this key.
    pub key: Option<KeyId>,
    /// Only decisions that are not [`Verdict::Accepted`].
    pub refused: bool,
    /// Only decisions with the public code of this verdict ([`Verdict::code`]).
    pub verdict: Option<Verdict>,
    /// Only calls from this address. An IPv4 address that is mapped to IPv6 is the same as the IPv4 address.
    pub address: Option<IpAddr>,
    /// Only calls with this route, exactly as recorded; empty for any.
    pub route: String,
    /// The start, inclusive.
    pub from: Option<Timestamp>,
    /// The end, exclusive.
    pub until: Option<Timestamp>,
}

impl DecisionFilter {
    /// The value of `outcome` in links that means refused calls.
    pub const REFUSED: &str = "refused";

    /// Parses the query parameters of a link, for all keys. `code` is a public code such as `key_expired`. `from` and `until`
    /// are inclusive days (`2026-11-23`) or instants (RFC 3339, in UTC if they have no offset). Invalid values are ignored.
    pub fn parse(
        outcome: &str,
        code: &str,
        address: &str,
        route: &str,
        from: &str,
        until: &str,
    ) -> Self {
        let day = Timestamp::parse_date;
        Self {
            key: None,
            refused: outcome == Self::REFUSED,
            // A stored name may differ from the code.
            verdict: Verdict::from_stored(code, 0).filter(|verdict| verdict.code() == code),
            address: address.trim().parse().ok().map(canonical),
            route: text::single_line(route, MAX_ROUTE),
            from: day(from).or_else(|| instant(from)),
            until: day(until)
                .map(|day| day.plus(DAY))
                .or_else(|| instant(until)),
        }
    }

    /// Whether the filter matches a decision.
    pub fn matches(&self, decided: &DecisionRecord) -> bool {
        self.key.is_none_or(|key| key == decided.key)
            && (!self.refused || decided.verdict != Verdict::Accepted)
            && self
                .verdict
                .is_none_or(|verdict| verdict.code() == decided.verdict.code())
            && self
                .address
                .is_none_or(|address| decided.address.map(canonical) == Some(canonical(address)))
            && (self.route.is_empty() || self.route == decided.route)
            && self.from.is_none_or(|from| decided.at >= from)
            && self.until.is_none_or(|until| decided.at < until)
    }

    /// Whether the filter matches refused calls only.
    pub fn is_of_refusals(&self) -> bool {
        self.refused
            || self
                .verdict
                .is_some_and(|verdict| verdict != Verdict::Accepted)
    }
}

const fn canonical(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    Timestamp::parse(text).or_else(|| minute(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::{AccountId, ApplicationId},
        key::{Environment, scope::ScopeSet},
    };
    use uuid::Uuid;

    const AT: Timestamp = Timestamp(1_795_442_709_123);

    fn decided() -> DecisionRecord {
        DecisionRecord {
            id: 1,
            request_id: "r1".into(),
            at: AT,
            key: KeyId::from_number(Environment::Live, 7),
            application: ApplicationId(Uuid::nil()),
            account: AccountId(Uuid::nil()),
            verdict: Verdict::Throttled { retry_after_ms: 17 },
            address: "192.0.2.1".parse().ok(),
            required_scopes: ScopeSet::default(),
            route: "GET /invoices/{id}".into(),
            user_agent: String::new(),
            from_browser: false,
        }
    }

    /// A filter with one condition, or several.
    fn filter(set: impl FnOnce(&mut DecisionFilter)) -> DecisionFilter {
        let mut filter = DecisionFilter::default();
        set(&mut filter);
        filter
    }

    #[test]
    fn a_decision_matches_if_every_condition_holds() {
        let key = |n| Some(KeyId::from_number(Environment::Live, n));
        let address = |text: &str| text.parse().ok();
        let limited = Verdict::RateLimited { retry_after_ms: 0 };
        let route = "GET /invoices/{id}";
        for (filter, expected) in [
            (filter(|_| ()), true),
            (filter(|filter| filter.key = key(7)), true),
            (filter(|filter| filter.key = key(8)), false),
            (filter(|filter| filter.refused = true), true),
            (filter(|filter| filter.verdict = Some(limited)), true),
            (
                filter(|filter| filter.verdict = Some(Verdict::Revoked)),
                false,
            ),
            (
                filter(|filter| filter.verdict = Some(Verdict::Accepted)),
                false,
            ),
            (filter(|filter| filter.address = address("192.0.2.1")), true),
            (
                filter(|filter| filter.address = address("::ffff:192.0.2.1")),
                true,
            ),
            (
                filter(|filter| filter.address = address("192.0.2.10")),
                false,
            ),
            (filter(|filter| filter.route = route.into()), true),
            (
                filter(|filter| filter.route = "GET /invoices".into()),
                false,
            ),
            (filter(|filter| filter.from = Some(AT)), true),
            (filter(|filter| filter.from = Some(AT.plus(1))), false),
            (filter(|filter| filter.until = Some(AT.plus(1))), true),
            (filter(|filter| filter.until = Some(AT)), false),
        ] {
            assert_eq!(filter.matches(&decided()), expected, "{filter:?}");
        }
        let both = filter(|filter| {
            filter.refused = true;
            filter.route = "GET /".into();
        });
        assert!(!both.matches(&decided()));
        let accepted = DecisionRecord {
            verdict: Verdict::Accepted,
            address: None,
            ..decided()
        };
        assert!(!filter(|filter| filter.refused = true).matches(&accepted));
        assert!(!filter(|filter| filter.address = decided().address).matches(&accepted));
        assert!(filter(|filter| filter.verdict = Some(Verdict::Accepted)).matches(&accepted));
    }

    #[test]
    fn a_filter_is_parsed_from_its_link_values() {
        let filter = DecisionFilter::parse(
            "refused",
            "key_expired",
            " ::ffff:192.0.2.1 ",
            " GET /a\u{7} ",
            "2026-11-23",
            "2026-11-24",
        );
        let expected = DecisionFilter {
            key: None,
            refused: true,
            verdict: Some(Verdict::Expired { at: Timestamp(0) }),
            address: "192.0.2.1".parse().ok(),
            route: "GET /a".into(),
            from: Timestamp::from_date(2026, 11, 23),
            until: Timestamp::from_date(2026, 11, 25),
        };
        assert_eq!(filter, expected);
        let at = |from, until| {
            let filter = DecisionFilter::parse("", "", "", "", from, until);
            [filter.from, filter.until].map(|at| at.map(|at| at.to_string()))
        };
        let expected = ["2026-11-23T14:05:00.000Z", "2026-11-23T13:05:09.123Z"];
        assert_eq!(
            at("2026-11-23T14:05", "2026-11-23T14:05:09.123+01:00"),
            expected.map(|at| Some(at.to_owned()))
        );
    }

    #[test]
    fn invalid_values_do_not_filter() {
        for code in ["throttled", "Valid", "nonsense", "no\0"] {
            let filter =
                DecisionFilter::parse("all", code, "10.0.0.0/8", "\0", "yesterday", "2026-02-30");
            assert_eq!(filter, DecisionFilter::default(), "{code}");
        }
    }

    #[test]
    fn a_denial_code_implies_refused_calls() {
        let of =
            |outcome, code| DecisionFilter::parse(outcome, code, "", "", "", "").is_of_refusals();
        assert!(of("refused", "") && of("", "key_revoked") && of("refused", "valid"));
        assert!(!of("", "") && !of("", "valid"));
    }
}
