//! Verifies calls: wrong credentials, and keys that are revoked, inactive, expired or retired, are refused here. The order of the
//! checks is part of the product's contract.

use crate::{
    Call, CallEvent, CallSink, Caller, Clock, Decision, DigestUpgrades, Entry, Gcra, KeyIndex,
    RateState, SecretHasher, Tenant, wrong_secrets::WrongSecrets,
};
use domain::{
    key::{
        rate_limit::RateLimit,
        scope::ScopeSet,
        token::{KeyId, is_secret},
    },
    time::Timestamp,
    verdict::Verdict,
};
use std::{net::IpAddr, sync::Arc};
use subtle::{Choice, ConstantTimeEq};

/// Decides about calls from the key index.
pub struct Verifier {
    clock: Arc<dyn Clock>,
    hasher: Arc<SecretHasher>,
    index: Arc<KeyIndex>,
    wrong_secrets: WrongSecrets,
    upgrades: DigestUpgrades,
}

impl Verifier {
    /// Creates a verifier over an index.
    pub fn new(clock: Arc<dyn Clock>, hasher: Arc<SecretHasher>, index: Arc<KeyIndex>) -> Self {
        Self {
            clock,
            hasher,
            index,
            wrong_secrets: WrongSecrets::default(),
            upgrades: DigestUpgrades::default(),
        }
    }

    /// The keys that it knows.
    pub fn index(&self) -> &Arc<KeyIndex> {
        &self.index
    }

    /// Digests under an older pepper whose secrets were presented.
    pub fn digest_upgrades(&self) -> &DigestUpgrades {
        &self.upgrades
    }

    /// Decides about a call and reports it to `sink`. Runs no SQL and awaits nothing; an unknown id takes the same steps as a
    /// wrong secret.
    pub fn verify(&self, call: &Call<'_>, sink: &impl CallSink) -> Decision {
        let now = self.clock.now();
        let id = call.key.parse::<KeyId>().ok();
        let known = id
            .filter(|_| is_secret(call.secret))
            .map(|id| self.look_up(id, call, now));
        let (tenant, proven) = known.unwrap_or_default();
        let decision = proven.unwrap_or_else(|| Decision {
            verdict: self.wrong_secrets.verdict(id, call, self.clock.monotonic()),
            caller: None,
        });
        sink.record(&CallEvent {
            key: id.zip(tenant),
            verdict: decision.verdict,
            at: now,
            call,
        });
        decision
    }

    /// Reports a call whose credentials were in the query string: they are not verified, but the key's owner should know. Only
    /// the public id is used, and only if such a key exists.
    pub fn report_credentials_in_query(&self, call: &Call<'_>, sink: &impl CallSink) {
        let Ok(id) = call.key.parse::<KeyId>() else {
            return;
        };
        let tenant = self.index.with(id, |entry| entry.map(Entry::tenant));
        if let Some(tenant) = tenant {
            sink.record(&CallEvent {
                key: Some((id, tenant)),
                verdict: Verdict::CredentialsInQuery,
                at: self.clock.now(),
                call,
            });
        }
    }

    /// Returns the key's tenant, if there is such a key, and the decision, if its secret was presented.
    fn look_up(
        &self,
        id: KeyId,
        call: &Call<'_>,
        now: Timestamp,
    ) -> (Option<Tenant>, Option<Decision>) {
        self.index.with(id, |entry| {
            let entry = entry.filter(|entry| {
                call.within
                    .is_none_or(|account| account == entry.tenant().account)
            });
            let pepper = entry.map_or(0, |entry| entry.pepper);
            let digest = self.hasher.digest(pepper, id, call.secret);
            // For an unknown id the digest is compared too, with zeros.
            let matches = is_same(&digest, entry.map_or(&[0; 32], |entry| &entry.digest));
            let Some(entry) = entry else {
                return (None, None);
            };
            if !bool::from(matches) {
                return (Some(entry.tenant()), None);
            }
            if pepper != 0 {
                self.upgrades
                    .push(id, digest, || self.hasher.digest(0, id, call.secret));
            }
            let take = |limit, used: &Gcra| used.take(limit, self.clock.monotonic());
            let (verdict, rate_limit) = check_entry(entry, call.address, call.scopes, now, take);
            let caller = Caller {
                key_id: id,
                application_id: entry.tenant().application,
                account_id: entry.tenant().account,
                environment: id.environment(),
                scopes: entry.scopes,
                expires_at: entry.expires_at(),
                deprecated_at: entry.deprecated_at(),
                retires_at: entry.retires_at(),
                rate_limit,
            };
            let decision = Decision {
                verdict,
                caller: Some(caller),
            };
            (Some(entry.tenant()), Some(decision))
        })
    }
}

/// Compares all bytes, wherever the first difference is.
fn is_same(one: &[u8; 32], other: &[u8; 32]) -> Choice {
    #[cfg(test)]
    crate::steps::record("compare");
    one.ct_eq(other)
}

/// Applies the checks that follow the secret's, in their order: revoked, inactive, expired, retired, address, scopes, rate limit.
/// `take` takes one call from the key's rate limit; it runs only if there is a limit and every other check has passed. Its error
/// is the wait in milliseconds.
pub fn check_entry(
    entry: &Entry,
    address: Option<IpAddr>,
    scopes: ScopeSet,
    now: Timestamp,
    take: impl FnOnce(RateLimit, &Gcra) -> Result<RateState, i64>,
) -> (Verdict, Option<RateState>) {
    if entry.uncertain {
        return (Verdict::Unavailable, None);
    }
    if entry.revoked {
        return (Verdict::Revoked, None);
    }
    if entry.inactive {
        return (Verdict::Inactive, None);
    }
    if let Some(at) = entry.expires_at().filter(|at| *at <= now) {
        return (Verdict::Expired { at }, None);
    }
    if let Some(at) = entry.retires_at().filter(|at| *at <= now) {
        return (Verdict::Retired { at }, None);
    }
    if entry.ip_rules().is_some_and(|rules| !rules.allow(address)) {
        return (Verdict::IpNotAllowed, None);
    }
    if !entry.scopes.contains(scopes) {
        return (Verdict::InsufficientScope, None);
    }
    match entry.rate().map(|rate| take(rate.0, &rate.1)) {
        None => (Verdict::Accepted, None),
        Some(Ok(state)) => (Verdict::Accepted, Some(state)),
        Some(Err(retry_after_ms)) => {
            let spent = entry.rate().map(|rate| RateState {
                limit: rate.0,
                remaining: 0,
                reset_ms: retry_after_ms,
            });
            (Verdict::RateLimited { retry_after_ms }, spent)
        }
    }
}

#[cfg(test)]
mod check_tests;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ManualClock, Pepper, Peppers, Route, key_index, steps};
    use domain::{
        id::AccountId,
        key::{Environment, token::format_secret},
    };
    use std::cell::RefCell;
    use store::IndexRow;
    use uuid::Uuid;

    const ACME: u128 = 1;
    const CONTOSO: u128 = 2;

    /// Collects the keys and verdicts of events.
    #[derive(Default)]
    pub(super) struct Events(RefCell<Vec<(Option<KeyId>, Verdict)>>);

    impl CallSink for Events {
        fn record(&self, event: &CallEvent<'_>) {
            let key = event.key.map(|(id, _)| id);
            self.0.borrow_mut().push((key, event.verdict));
        }
    }

    /// Key `number` of ACME, and its secret.
    pub(super) fn key(number: u8) -> (KeyId, String) {
        let id = KeyId::from_number(Environment::Live, u128::from(number));
        (id, format_secret(Environment::Live, &[number; 32]))
    }

    fn hasher() -> SecretHasher {
        SecretHasher::new(&Peppers::from(Pepper::from_bytes(
            *b"a pepper of thirty-two bytes ...",
        )))
    }

    pub(super) fn row(number: u8) -> IndexRow {
        let (id, secret) = key(number);
        IndexRow {
            account: AccountId(Uuid::from_u128(ACME)),
            digest: hasher().digest(0, id, &secret),
            pepper: hasher().newest_pepper(),
            ..key_index::tests::row(u128::from(number), ACME)
        }
    }

    /// A verifier that knows the keys of these rows.
    pub(super) fn verifier(rows: &[IndexRow]) -> Verifier {
        let hasher = hasher();
        let index = KeyIndex::with_capacity(rows.len(), hasher.pepper_names());
        for row in rows {
            index.update(row);
        }
        let clock = Arc::new(ManualClock::new(Timestamp(1_800_000_000_000)));
        Verifier::new(clock, Arc::new(hasher), Arc::new(index))
    }

    pub(super) fn call<'a>(key: &'a str, secret: &'a str, within: Option<AccountId>) -> Call<'a> {
        Call {
            key,
            secret,
            address: "192.0.2.1".parse().ok(),
            scopes: ScopeSet::default(),
            user_agent: "till/2",
            route: Route::default(),
            within,
            request_id: "",
            browser: false,
        }
    }

    /// The verdict, and the steps that it took.
    fn verify(verifier: &Verifier, call: &Call<'_>) -> (Verdict, Vec<&'static str>) {
        steps::take();
        let verdict = verifier.verify(call, &Events::default()).verdict;
        (verdict, steps::take())
    }

    #[test]
    fn wrong_credentials_take_the_same_steps_whatever_is_wrong_with_them() {
        let revoked = IndexRow {
            revoked: true,
            ..row(2)
        };
        let inactive = IndexRow {
            inactive: true,
            ..row(3)
        };
        let verifier = verifier(&[row(1), revoked, inactive]);
        let unknown = KeyId::from_number(Environment::Live, 404).to_string();
        let [(first, secret), (second, second_secret), (third, _)] =
            [1, 2, 3].map(|n| (key(n).0.to_string(), key(n).1));
        let wrong = format_secret(Environment::Live, &[9; 32]);
        let contoso = Some(AccountId(Uuid::from_u128(CONTOSO)));
        let expected = ["look up", "digest", "compare", "throttle"];
        for (what, id, secret, within) in [
            ("an unknown id", &unknown, &secret, None),
            ("a wrong secret", &first, &wrong, None),
            ("the secret of another key", &first, &second_secret, None),
            ("a revoked key and a wrong secret", &second, &wrong, None),
            ("an inactive key and a wrong secret", &third, &wrong, None),
            ("a key of another account", &first, &secret, contoso),
        ] {
            let (verdict, steps) = verify(&verifier, &call(id, secret, within));
            assert_eq!(
                (verdict, steps.as_slice()),
                (Verdict::InvalidCredentials, &expected[..]),
                "{what}"
            );
        }
        // A text without the form of a secret is refused before the id matters.
        for id in [&unknown, &first, &second] {
            let (verdict, steps) = verify(&verifier, &call(id, "asl_short", None));
            assert_eq!(
                (verdict, steps.as_slice()),
                (Verdict::InvalidCredentials, &["throttle"][..]),
                "{id}"
            );
        }
        // A correct secret is not counted as a failure.
        let (verdict, steps) = verify(&verifier, &call(&first, &secret, None));
        assert_eq!(
            (verdict, steps.as_slice()),
            (Verdict::Accepted, &expected[..3])
        );
    }

    #[test]
    fn every_decision_is_reported_with_the_key_if_it_exists() {
        let verifier = verifier(&[row(1)]);
        let (id, secret) = key(1);
        let (text, unknown) = (id.to_string(), key(9).0.to_string());
        let wrong = format_secret(Environment::Live, &[9; 32]);
        let events = Events::default();
        for call in [
            call(&text, &secret, None),
            call(&text, &wrong, None),
            call(&unknown, &secret, None),
            call("garbage", "garbage", None),
        ] {
            verifier.verify(&call, &events);
        }
        verifier.report_credentials_in_query(&call(&text, "", None), &events);
        verifier.report_credentials_in_query(&call(&unknown, "", None), &events);
        assert_eq!(
            events.0.into_inner(),
            [
                (Some(id), Verdict::Accepted),
                (Some(id), Verdict::InvalidCredentials),
                (None, Verdict::InvalidCredentials),
                (None, Verdict::InvalidCredentials),
                (Some(id), Verdict::CredentialsInQuery),
            ]
        );
    }
}
