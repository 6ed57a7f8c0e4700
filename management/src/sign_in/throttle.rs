//! Limits on sign-in attempts, on challenges for passkeys, on changes of e-mail addresses, and on support's searches.
//!
//! Limits on guesses are counted twice: in memory, so that attempts that this process refuses cost nothing, and in the database,
//! which outlives the process and is common to all of them (`stored`). Limits on work are counted in memory alone.

mod mail;
mod stored;
#[cfg(test)]
mod tests;

use domain::{account::Email, id::PersonId, key::rate_limit::RateLimit, time::HOUR};
use std::net::IpAddr;
use verification::{Monotonic, Throttle, ThrottleBucket, network};

const fn per(window_ms: u32, requests: u32) -> RateLimit {
    RateLimit {
        requests,
        window_ms,
    }
}

const fn a_minute(requests: u32) -> RateLimit {
    per(60_000, requests)
}

const fn an_hour(requests: u32) -> RateLimit {
    per(3_600_000, requests)
}

const fn a_day(requests: u32) -> RateLimit {
    per(86_400_000, requests)
}

/// Failures from one IPv4 address or one IPv6 /64: 60 an hour, in a burst too.
const PER_ADDRESS: RateLimit = an_hour(60);
/// Failures for one e-mail address from browsers that never signed in with it: 20 an hour.
const PER_EMAIL: RateLimit = an_hour(20);
/// Failures for one e-mail address over days: 100 a day, so that delays grow: those who go on wait a quarter of an hour for each
/// attempt instead of three minutes.
const PER_EMAIL_AND_DAY: RateLimit = a_day(100);
/// Failures from a browser that has signed in with this e-mail address before: 20 an hour. Only that browser can use them up, so guessing
/// at an address does not lock its owner out.
const PER_DEVICE: RateLimit = an_hour(20);
/// Password checks for one known browser, successful ones too: 30 a minute. They have a queue of their own, which one browser must not fill.
const CHECKS_PER_DEVICE: RateLimit = a_minute(30);
/// Failures from all unknown browsers: 3,600 an hour, in a burst too.
const TOTAL: RateLimit = an_hour(3_600);
/// Wrong codes of one person's authenticator app: 24 a day, and as many again from all known browsers together. Three of a million
/// codes are right at a time: an attacker who knows the password and guesses 24 times a day for a year succeeds with a probability
/// of 2.6%, and of 5.1% with a known browser too.
const CODES: RateLimit = a_day(24);
/// Wrong recovery codes of one person: 60 an hour, and as many again from all known browsers together. They cannot be guessed: this
/// limits the work.
const RECOVERY_CODES: RateLimit = an_hour(60);
/// Searches of one support agent: 120 an hour.
const SEARCHES: RateLimit = an_hour(120);

/// Changes of one person's e-mail address: 10 an hour.
const EMAIL_CHANGES: RateLimit = an_hour(10);

/// Failed responses of the identity provider from one IPv4 address or one IPv6 /64: 60 an hour, in a burst too.
const RESPONSES_PER_ADDRESS: RateLimit = PER_ADDRESS;

/// Challenges for a sign-in with a passkey alone, from one IPv4 address or one IPv6 /64: each is a row for five minutes.
const CHALLENGES_PER_NETWORK: RateLimit = a_minute(60);
/// The same from one IPv6 /48.
const CHALLENGES_PER_SITE: RateLimit = a_minute(300);

/// Counts attempts in memory.
#[derive(Default)]
pub(crate) struct SignInLimits(Throttle);

/// A limit that an attempt is charged to.
struct Limited {
    bucket: ThrottleBucket,
    /// The name of the bucket and its limit, if the database counts the attempts too.
    stored: Option<(String, RateLimit)>,
}

/// A charged attempt; refunded if it succeeds.
pub(crate) struct Attempt {
    address: Option<Limited>,
    others: Vec<Limited>,
}

impl Attempt {
    fn limits(&self) -> impl Iterator<Item = &Limited> {
        self.others.iter().chain(&self.address)
    }
}

/// The kind of a code that is tried. Each has attempts of its own, so that a person whose app's codes are used up by others can
/// still enter a recovery code.
#[derive(Clone, Copy)]
pub(crate) enum CodeKind {
    App,
    Recovery,
}

impl CodeKind {
    const fn limit(self) -> RateLimit {
        match self {
            Self::App => CODES,
            Self::Recovery => RECOVERY_CODES,
        }
    }
}

impl SignInLimits {
    /// Returns a limit on guesses that have a text in common, which the database counts too.
    fn guesses(&self, (what, of): (&str, &str), limit: RateLimit) -> Limited {
        let name = format!("{what}\0{of}");
        Limited {
            bucket: self.0.bucket(&name, limit),
            stored: Some((name, limit)),
        }
    }

    /// Returns a limit on work, which is counted in memory alone.
    fn work(&self, what: impl std::hash::Hash, limit: RateLimit) -> Limited {
        Limited {
            bucket: self.0.bucket(what, limit),
            stored: None,
        }
    }

    /// Charges an attempt in memory.
    fn take(
        &self,
        attempt: Attempt,
        checks: Option<ThrottleBucket>,
        now: Monotonic,
    ) -> Result<Attempt, i64> {
        let limits = attempt.limits().map(|limit| limit.bucket);
        let buckets: Vec<ThrottleBucket> = limits.chain(checks).collect();
        match self.0.take(&buckets, now) {
            Ok(()) => Ok(attempt),
            Err(wait) => Err(wait.clamp(1, HOUR)),
        }
    }

    /// Charges an attempt at a code of a person's second factor. Known browsers have attempts of their own, so that others cannot
    /// use them up; they share them, because each sign-in makes another device token.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn begin_code(
        &self,
        person: PersonId,
        kind: CodeKind,
        known: bool,
        now: Monotonic,
    ) -> Result<Attempt, i64> {
        let kind_name = match kind {
            CodeKind::App => "code",
            CodeKind::Recovery => "recovery code",
        };
        let whose = format!("{}\0{known}", person.0);
        let attempt = Attempt {
            address: None,
            others: vec![self.guesses((kind_name, &whose), kind.limit())],
        };
        self.take(attempt, None, now)
    }

    /// Charges an attempt.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn begin(
        &self,
        email: &Email,
        address: Option<IpAddr>,
        device: Option<&str>,
        now: Monotonic,
    ) -> Result<Attempt, i64> {
        let attempt = match device {
            // A known browser is not charged for others behind the same address.
            Some(device) => Attempt {
                address: Some(self.work(("address of device", device), PER_ADDRESS)),
                others: vec![self.guesses(("device", device), PER_DEVICE)],
            },
            None => Attempt {
                address: Some(self.guesses(("address", &network_name(address)), PER_ADDRESS)),
                others: vec![
                    self.guesses(("email", email.as_str()), PER_EMAIL),
                    self.guesses(("email and day", email.as_str()), PER_EMAIL_AND_DAY),
                    self.guesses(("everybody", ""), TOTAL),
                ],
            },
        };
        let checks = device.map(|device| self.0.bucket(("checks", device), CHECKS_PER_DEVICE));
        self.take(attempt, checks, now)
    }

    /// Charges a response of the identity provider. There is no limit for all addresses together: nothing can be guessed here, and
    /// those who use it up would lock out each person without a password.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn begin_response(
        &self,
        address: Option<IpAddr>,
        now: Monotonic,
    ) -> Result<Attempt, i64> {
        let network = address.map(network);
        let attempt = Attempt {
            address: Some(self.work(("response", network), RESPONSES_PER_ADDRESS)),
            others: Vec::new(),
        };
        self.take(attempt, None, now)
    }

    /// Charges a challenge for a sign-in with a passkey alone to the client.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn ask_passkey(&self, client: Option<IpAddr>, now: Monotonic) -> Result<(), i64> {
        let limits = (CHALLENGES_PER_NETWORK, CHALLENGES_PER_SITE);
        self.take_from("passkey", client, limits, now)
    }

    /// Charges a request to the client's network, and to the /48 of an IPv6 address.
    fn take_from(
        &self,
        what: &str,
        client: Option<IpAddr>,
        (per_network, per_site): (RateLimit, RateLimit),
        now: Monotonic,
    ) -> Result<(), i64> {
        let network = self
            .0
            .bucket((what, "from", client.map(network)), per_network);
        let site = client.and_then(site);
        let site = site.map(|site| self.0.bucket((what, "from site", site), per_site));
        let buckets: Vec<_> = [network].into_iter().chain(site).collect();
        let taken = self.0.take(&buckets, now);
        taken.map_err(|wait| wait.clamp(1, HOUR))
    }

    /// Charges what has one limit.
    fn take_one(
        &self,
        what: impl std::hash::Hash,
        limit: RateLimit,
        now: Monotonic,
    ) -> Result<(), i64> {
        let taken = self.0.take(&[self.0.bucket(what, limit)], now);
        taken.map_err(|wait| wait.clamp(1, HOUR))
    }

    /// Charges a search of a support agent.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn search(&self, person: PersonId, now: Monotonic) -> Result<(), i64> {
        self.take_one(("look", person), SEARCHES, now)
    }

    /// Charges a change of a person's e-mail address.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn change_email(&self, person: PersonId, now: Monotonic) -> Result<(), i64> {
        self.take_one(("email change", person), EMAIL_CHANGES, now)
    }

    /// Refunds an attempt that found the queue full and was charged in memory only, except to its address.
    pub(crate) fn refund_busy(&self, attempt: &Attempt) {
        self.refund(attempt.others.iter());
    }

    /// Refunds an attempt in memory.
    fn refund<'a>(&self, limits: impl Iterator<Item = &'a Limited>) {
        let buckets: Vec<ThrottleBucket> = limits.map(|limit| limit.bucket).collect();
        self.0.refund(&buckets);
    }
}

/// Returns the /48 of an IPv6 address: one customer may have that many networks.
fn site(client: IpAddr) -> Option<u128> {
    match client.to_canonical() {
        IpAddr::V6(address) => Some(address.to_bits() >> 80),
        IpAddr::V4(_) => None,
    }
}

/// The network of one customer as a text.
fn network_name(address: Option<IpAddr>) -> String {
    address
        .map(|address| network(address).to_string())
        .unwrap_or_default()
}
