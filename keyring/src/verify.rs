//! May this call pass? The order of the checks is the product's promise.

use crate::{
    Keyring, RateState,
    limiter::Gcra,
    meter::{Observation, tally::clean},
    snapshot::{Entry, Home},
};
use domain::{
    id::{AccountId, ApplicationId},
    key::{
        Environment,
        rate_limit::RateLimit,
        scope::ScopeSet,
        token::{KeyId, is_secret},
    },
    time::Timestamp,
    verdict::Verdict,
};
use std::net::IpAddr;
use subtle::{Choice, ConstantTimeEq};

/// A call that presents a key.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    /// The public key id, as sent.
    pub key: &'a str,
    /// The secret, as sent.
    pub secret: &'a str,
    /// The client's address, where it is known.
    pub address: Option<IpAddr>,
    /// What the called door needs; nothing, often.
    pub scopes: ScopeSet,
    /// What the client calls itself.
    pub user_agent: &'a str,
    /// What it wants.
    pub route: Route<'a>,
    /// Where a service asks: only keys of its own account exist.
    pub within: Option<AccountId>,
    /// The id in the answer's `X-Request-Id`.
    pub request_id: &'a str,
    /// A browser sent it: `Origin` or `Sec-Fetch-Site` stood beside the credentials.
    pub browser: bool,
}

/// Method and path of a call; both may be empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Route<'a> {
    /// Such as `GET`.
    pub method: &'a str,
    /// Such as `/invoices/17`; a query behind it is left out.
    pub path: &'a str,
}

impl Route<'_> {
    /// As it is stored: `GET /invoices/{id}`, at most 200 characters, without control characters.
    pub(crate) fn text(self) -> String {
        let mut path = String::new();
        self.pieces(|piece| {
            path.push('/');
            path.push_str(piece);
        });
        clean(format!("{} {path}", self.method).trim())
    }

    /// The parts of the path between slashes; what names one thing among many is `{id}`.
    pub(crate) fn pieces(self, mut take: impl FnMut(&str)) {
        let path = self.path.split(['?', '#']).next().unwrap_or_default();
        let path = path.strip_prefix('/').unwrap_or(path);
        if self.path.is_empty() {
            return;
        }
        for piece in path.split('/') {
            take(if names_one(piece) { "{id}" } else { piece });
        }
    }
}

/// A number, a UUID, a public id or another text that a machine made: with a digit, and long or of nothing else.
fn names_one(piece: &str) -> bool {
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    digits > 0 && (digits == piece.len() || piece.len() >= 16)
}

/// Who calls. Known once the secret has matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The public key id.
    pub key_id: KeyId,
    /// The key's application.
    pub application_id: ApplicationId,
    /// The application's account.
    pub account_id: AccountId,
    /// Live or test.
    pub environment: Environment,
    /// All that the key may do.
    pub scopes: ScopeSet,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Since when its secret is being retired.
    pub deprecated_at: Option<Timestamp>,
    /// When its secret ends.
    pub retires_at: Option<Timestamp>,
    /// Where it stands in its window, where it has a limit and got that far.
    pub rate_limit: Option<RateState>,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Yes, or why not.
    pub verdict: Verdict,
    /// Present as soon as the secret has matched, whatever the verdict.
    pub caller: Option<Caller>,
}

impl Keyring {
    /// Decides about a call, and counts it. No SQL, no lock over an await, and for an unknown id the same work as for a
    /// wrong secret.
    pub fn verify(&self, call: &Call<'_>) -> Decision {
        let now = self.now();
        let id = call.key.parse::<KeyId>().ok();
        let known = id
            .filter(|_| is_secret(call.secret))
            .map(|id| self.look_up(id, call, now));
        let (home, proven) = known.unwrap_or_default();
        let decision = proven.unwrap_or_else(|| Decision {
            verdict: self.wrong_secrets.verdict(id, call, self.monotonic()),
            caller: None,
        });
        self.note(id.zip(home), decision.verdict, call, now);
        decision
    }

    /// Notes a call whose credentials stand in its query: they were not looked at, and whoever has the key ought to know.
    /// Only the public id is taken, and only where there is such a key.
    pub fn note_in_query(&self, call: &Call<'_>) {
        let Ok(id) = call.key.parse::<KeyId>() else {
            return;
        };
        let home = self.snapshot.with(id, |entry| entry.map(Entry::home));
        if let Some(home) = home {
            let verdict = Verdict::CredentialsInQuery;
            self.note(Some((id, home)), verdict, call, self.now());
        }
    }

    /// Counts a call, and hands it to whoever follows the decisions.
    fn note(&self, key: Option<(KeyId, Home)>, verdict: Verdict, call: &Call<'_>, now: Timestamp) {
        self.meter.record(&Observation {
            key: key.map(|(id, home)| (id, home.application)),
            verdict,
            proven: verdict.is_proven(),
            now,
            call,
        });
        if let Some((key, home)) = key {
            self.decisions.note(key, home, verdict, call, now);
        }
    }

    /// Where the key belongs, where there is one, and the decision, where its secret was presented.
    fn look_up(
        &self,
        id: KeyId,
        call: &Call<'_>,
        now: Timestamp,
    ) -> (Option<Home>, Option<Decision>) {
        self.snapshot.with(id, |entry| {
            let entry = entry.filter(|entry| {
                call.within
                    .is_none_or(|account| account == entry.home().account)
            });
            let pepper = entry.map_or(0, |entry| entry.pepper);
            let digest = self.mint.digest(pepper, id, call.secret);
            // An unknown id is compared too, with what is the digest of nothing.
            let matches = is_same(&digest, entry.map_or(&[0; 32], |entry| &entry.digest));
            let Some(entry) = entry else {
                return (None, None);
            };
            if !bool::from(matches) {
                return (Some(entry.home()), None);
            }
            if pepper != 0 {
                self.upgrades
                    .push(id, digest, || self.mint.digest(0, id, call.secret));
            }
            let take = |limit, used: &Gcra| used.take(limit, self.monotonic());
            let (verdict, rate_limit) = judge(entry, call.address, call.scopes, now, take);
            let caller = Caller {
                key_id: id,
                application_id: entry.home().application,
                account_id: entry.home().account,
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
            (Some(entry.home()), Some(decision))
        })
    }
}

/// Compares all bytes, wherever the first difference is.
fn is_same(one: &[u8; 32], other: &[u8; 32]) -> Choice {
    #[cfg(test)]
    crate::work::note("compare");
    one.ct_eq(other)
}

/// The checks behind the secret's, in their order; `take` is asked where the key has a limit and all else is well.
pub(crate) fn judge(
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
mod tests {
    use super::*;
    use crate::{Issue, ManualClock, Origin, Pepper, PersonDraft, SignIn, work};
    use domain::{
        account::{Email, Role},
        key::{
            KeyDraft,
            expiry::Expiry,
            ip_rule::IpRules,
            name::{Description, KeyName},
            token::format_secret,
        },
        verdict::Verdict,
    };
    use std::sync::Arc;
    use store::Store;

    const PASSWORD: &str = "correct horse battery";

    async fn keyring(folder: &tempfile::TempDir) -> Keyring {
        let url = format!("sqlite://{}/latchkey.db", folder.path().display());
        let store = Store::open(&url).await.expect("opens");
        let clock = Arc::new(ManualClock::new(Timestamp(1_800_000_000_000)));
        let keyring = Keyring::open(
            store,
            Pepper::from_bytes(*b"a pepper of thirty-two bytes ..."),
            clock,
        );
        let keyring = keyring.await.expect("opens");
        for account in ["Acme", "Contoso"] {
            let draft = PersonDraft {
                place: Some((account.into(), "Shop".into())),
                email: Email::parse(&format!("owner@{account}.example")).expect("valid"),
                role: Role::Owner,
                password: PASSWORD.into(),
            };
            keyring.add_person(draft).await.expect("added");
        }
        keyring
    }

    async fn owner(keyring: &Keyring, account: &str) -> crate::Owner {
        let email = format!("owner@{account}.example");
        let signed_in = keyring
            .sign_in(&email, PASSWORD, None, &Origin::default())
            .await;
        let Ok(SignIn::Granted(cookies)) = signed_in else {
            panic!("not signed in: {signed_in:?}");
        };
        let session = keyring
            .session(&cookies.token)
            .await
            .expect("works")
            .expect("begun");
        let app = session.applications().await.expect("works")[0].id;
        session
            .owner(app, Origin::default())
            .await
            .expect("owns it")
    }

    async fn issue(owner: &crate::Owner) -> domain::key::issued::IssuedKey {
        let draft = KeyDraft {
            name: KeyName::parse("Till").expect("valid"),
            description: Description::default(),
            environment: Environment::Live,
            scopes: ScopeSet::one("invoice:read").expect("known"),
            expiry: Expiry::Never,
            ip_rules: IpRules::default(),
            rate_limit: None,
        };
        let fresh = owner.fresh().expect("signed in a moment ago");
        match fresh
            .issue(draft, owner.keyring().new_idempotency_key())
            .await
        {
            Ok(Issue::New(issued)) => issued,
            other => panic!("no key: {other:?}"),
        }
    }

    /// The verdict, and what was done for it.
    fn ask(
        keyring: &Keyring,
        key: &str,
        secret: &str,
        within: Option<AccountId>,
    ) -> (Verdict, Vec<&'static str>) {
        work::take();
        let call = Call {
            key,
            secret,
            address: "192.0.2.1".parse().ok(),
            scopes: ScopeSet::default(),
            user_agent: "till/2",
            route: Route::default(),
            within,
            request_id: "",
            browser: false,
        };
        (keyring.verify(&call).verdict, work::take())
    }

    #[tokio::test]
    async fn a_wrong_pair_takes_the_same_steps_whatever_is_wrong_with_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let keyring = keyring(&folder).await;
        let acme = owner(&keyring, "Acme").await;
        let contoso = owner(&keyring, "Contoso").await.application().account_id;
        let (key, revoked, inactive) = (issue(&acme).await, issue(&acme).await, issue(&acme).await);
        acme.revoke(revoked.id, String::new())
            .await
            .expect("revoked");
        acme.deactivate(inactive.id).await.expect("deactivated");
        let unknown = KeyId::from_number(Environment::Live, 404).to_string();
        let wrong = format_secret(Environment::Live, &[9; 32]);
        let expected = ["look up", "digest", "compare", "throttle"];
        for (what, id, secret, within) in [
            ("an unknown id", &unknown, &key.secret, None),
            ("a wrong secret", &key.id.to_string(), &wrong, None),
            (
                "the secret of another key",
                &key.id.to_string(),
                &revoked.secret,
                None,
            ),
            (
                "a revoked key and a wrong secret",
                &revoked.id.to_string(),
                &wrong,
                None,
            ),
            (
                "an inactive key and a wrong secret",
                &inactive.id.to_string(),
                &wrong,
                None,
            ),
            (
                "a key of another account",
                &key.id.to_string(),
                &key.secret,
                Some(contoso),
            ),
        ] {
            let (verdict, steps) = ask(&keyring, id, secret, within);
            assert_eq!(
                (verdict, steps.as_slice()),
                (Verdict::InvalidCredentials, &expected[..]),
                "{what}"
            );
        }
        // What has no secret's shape is refused before the id counts for anything.
        for id in [&unknown, &key.id.to_string(), &revoked.id.to_string()] {
            let (verdict, steps) = ask(&keyring, id, "asl_short", None);
            assert_eq!(
                (verdict, steps.as_slice()),
                (Verdict::InvalidCredentials, &["throttle"][..]),
                "{id}"
            );
        }
        // A right one is not counted as a failure.
        let (verdict, steps) = ask(&keyring, &key.id.to_string(), &key.secret, None);
        assert_eq!(
            (verdict, steps.as_slice()),
            (Verdict::Accepted, &expected[..3])
        );
    }

    #[test]
    fn a_route_names_the_kind_and_not_the_thing() {
        for (method, path, text) in [
            ("GET", "/invoices", "GET /invoices"),
            ("GET", "/", "GET /"),
            ("GET", "/invoices/17?secret=x", "GET /invoices/{id}"),
            (
                "POST",
                "/v1/customers/3fa85f64-5717-4562-b3fc-2c963f66afa6/notes",
                "POST /v1/customers/{id}/notes",
            ),
            ("DELETE", "/keys/akl_0123456789abcdef", "DELETE /keys/{id}"),
            ("", "/a\u{7}b", "/ab"),
            ("", "", ""),
        ] {
            assert_eq!(Route { method, path }.text(), text);
        }
    }
}
