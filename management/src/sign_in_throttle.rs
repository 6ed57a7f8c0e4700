//! Limits on sign-in attempts, on changes of e-mail addresses, and on support's searches.

mod mail;

use domain::{account::Email, id::PersonId, key::rate_limit::RateLimit, time::HOUR};
use std::net::IpAddr;
use verification::{Bucket, Monotonic, Throttle, network};

/// Failures from one IPv4 address or one IPv6 /64: 60 an hour, in a burst too.
const PER_ADDRESS: RateLimit = RateLimit {
    requests: 60,
    window_ms: 3_600_000,
};
/// Failures for one e-mail address from browsers that never signed in with it: 20 an hour.
const PER_EMAIL: RateLimit = RateLimit {
    requests: 20,
    window_ms: 3_600_000,
};
/// Failures for one e-mail address over days: 100 a day, so that delays grow: those who go on wait a quarter of an hour for each
/// attempt instead of three minutes.
const PER_EMAIL_AND_DAY: RateLimit = RateLimit {
    requests: 100,
    window_ms: 86_400_000,
};
/// Failures from a browser that has signed in with this e-mail address before: 20 an hour. Only that browser can use them up, so guessing
/// at an address does not lock its owner out.
const PER_DEVICE: RateLimit = RateLimit {
    requests: 20,
    window_ms: 3_600_000,
};
/// Password checks for one known browser, successful ones too: 30 a minute. They have a queue of their own, which one browser must not fill.
const CHECKS_PER_DEVICE: RateLimit = RateLimit {
    requests: 30,
    window_ms: 60_000,
};
/// Failures from all unknown browsers: 3,600 an hour, in a burst too.
const TOTAL: RateLimit = RateLimit {
    requests: 3_600,
    window_ms: 3_600_000,
};
/// Wrong codes of one person's authenticator app: 24 a day, and as many again from all known browsers together. Three of a million
/// codes are right at a time: an attacker who knows the password and guesses 24 times a day for a year succeeds with a probability
/// of 2.6%, and of 5.1% with a known browser too. A restart starts anew.
const CODES: RateLimit = RateLimit {
    requests: 24,
    window_ms: 86_400_000,
};
/// Wrong recovery codes of one person: 60 an hour, and as many again from all known browsers together. They cannot be guessed: this
/// limits the work.
const RECOVERY_CODES: RateLimit = RateLimit {
    requests: 60,
    window_ms: 3_600_000,
};
/// Searches of one support agent: 120 an hour.
const SEARCHES: RateLimit = RateLimit {
    requests: 120,
    window_ms: 3_600_000,
};

/// Changes of one person's e-mail address: 10 an hour.
const EMAIL_CHANGES: RateLimit = RateLimit {
    requests: 10,
    window_ms: 3_600_000,
};

/// Failed responses of the identity provider from one IPv4 address or one IPv6 /64: 60 an hour, in a burst too.
const RESPONSES_PER_ADDRESS: RateLimit = PER_ADDRESS;

/// Counts failed sign-ins in memory.
#[derive(Default)]
pub(crate) struct SignIns(Throttle);

/// A charged attempt; refunded if it succeeds.
pub(crate) struct Attempt {
    address: Bucket,
    others: Vec<Bucket>,
}

/// The kind of a code that is tried. Each has attempts of its own, so that a person whose app's codes are used up by others can
/// still enter a recovery code.
#[derive(Clone, Copy, Hash)]
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

/// A charged attempt at a code; refunded if it succeeds.
pub(crate) struct CodeAttempt(Bucket);

impl SignIns {
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
    ) -> Result<CodeAttempt, i64> {
        let key = ("code", person, kind, known);
        let bucket = self.0.bucket(key, kind.limit());
        match self.0.take(&[bucket], now) {
            Ok(()) => Ok(CodeAttempt(bucket)),
            Err(wait) => Err(wait.clamp(1, HOUR)),
        }
    }

    /// Refunds a correct code.
    pub(crate) fn refund_code(&self, attempt: &CodeAttempt) {
        self.0.refund(&[attempt.0]);
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
                address: self.0.bucket(("address of device", device), PER_ADDRESS),
                others: vec![self.0.bucket(("device", device), PER_DEVICE)],
            },
            None => Attempt {
                address: self
                    .0
                    .bucket(("address", address.map(network)), PER_ADDRESS),
                others: vec![
                    self.0.bucket(("email", email.as_str()), PER_EMAIL),
                    self.0
                        .bucket(("email and day", email.as_str()), PER_EMAIL_AND_DAY),
                    self.0.bucket("everybody", TOTAL),
                ],
            },
        };
        let checks = device.map(|device| self.0.bucket(("checks", device), CHECKS_PER_DEVICE));
        let others = attempt.others.iter().copied();
        let all: Vec<Bucket> = others.chain([attempt.address]).chain(checks).collect();
        match self.0.take(&all, now) {
            Ok(()) => Ok(attempt),
            Err(wait) => Err(wait.clamp(1, HOUR)),
        }
    }

    /// Charges a response of the identity provider. There is no limit for all addresses together: nothing can be guessed here, and
    /// those who use it up would keep everybody out who has no password.
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
            address: self.0.bucket(("response", network), RESPONSES_PER_ADDRESS),
            others: Vec::new(),
        };
        match self.0.take(&[attempt.address], now) {
            Ok(()) => Ok(attempt),
            Err(wait) => Err(wait.clamp(1, HOUR)),
        }
    }

    /// Charges a search of a support agent.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn search(&self, person: PersonId, now: Monotonic) -> Result<(), i64> {
        self.0
            .take(&[self.0.bucket(("look", person), SEARCHES)], now)
    }

    /// Charges a change of a person's e-mail address.
    ///
    /// # Errors
    /// The milliseconds to wait, if there have been too many.
    pub(crate) fn change_email(&self, person: PersonId, now: Monotonic) -> Result<(), i64> {
        self.0.take(
            &[self.0.bucket(("email change", person), EMAIL_CHANGES)],
            now,
        )
    }

    /// Refunds a successful attempt.
    pub(crate) fn refund(&self, attempt: &Attempt) {
        self.0.refund(&[attempt.address]);
        self.0.refund(&attempt.others);
    }

    /// Refunds an attempt that found the queue full, except to its address.
    pub(crate) fn refund_busy(&self, attempt: &Attempt) {
        self.0.refund(&attempt.others);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guessing_does_not_lock_out_the_owner() {
        let throttle = SignIns::default();
        let email = Email::parse("ada@example.com").expect("valid");
        let now = Monotonic(1_000_000);
        let refused = (0..=255)
            .map(|n| IpAddr::from([198, 51, 100, n]))
            .filter(|address| throttle.begin(&email, Some(*address), None, now).is_err())
            .count();
        assert_eq!(refused, 256 - 20);
        assert!(
            throttle
                .begin(
                    &email,
                    Some(IpAddr::from([198, 51, 100, 1])),
                    Some("ada's browser"),
                    now
                )
                .is_ok()
        );
    }

    #[test]
    fn guessing_at_one_account_gets_slower() {
        let throttle = SignIns::default();
        let email = Email::parse("ada@example.com").expect("valid");
        let accepted_in_a_day = |day: u64| {
            (0..24 * 60)
                .filter(|minute| {
                    let now = Monotonic((day * 24 * 60 + minute) * 60_000_000_000 + 5);
                    let address = IpAddr::from([198, 51, 100, 1]);
                    throttle.begin(&email, Some(address), None, now).is_ok()
                })
                .count()
        };
        // The first day has the burst too.
        let days = [0, 1, 2].map(accepted_in_a_day);
        assert_eq!(days, [199, 100, 100]);
    }

    #[test]
    fn one_address_cannot_try_many_people() {
        let throttle = SignIns::default();
        let passed = (0..500)
            .filter_map(|n| Email::parse(&format!("p{n}@example.com")).ok())
            .filter(|email| {
                throttle
                    .begin(
                        email,
                        Some(IpAddr::from([192, 0, 2, 1])),
                        None,
                        Monotonic(5),
                    )
                    .is_ok()
            })
            .count();
        assert_eq!(passed, 60);
    }

    fn attempts(throttle: &SignIns, count: u32, device: Option<&str>) -> usize {
        (0..count)
            .filter(|n| {
                let email = Email::parse(&format!("p{n}@example.com")).expect("valid");
                let address = IpAddr::from((0x0a00_0000 + n).to_be_bytes());
                throttle
                    .begin(&email, Some(address), device, Monotonic(5))
                    .is_ok()
            })
            .count()
    }

    #[test]
    fn unknown_devices_share_a_total_limit_that_known_ones_do_not_use() {
        let throttle = SignIns::default();
        assert_eq!(attempts(&throttle, 10_000, None), 3_600);
        assert_eq!(attempts(&throttle, 1, Some("ada's browser")), 1);
    }

    #[test]
    fn failed_responses_of_many_addresses_keep_nobody_else_out() {
        let throttle = SignIns::default();
        let begin = |n: u32| {
            let address = IpAddr::from((0x0a00_0000 + n).to_be_bytes());
            throttle.begin_response(Some(address), Monotonic(5))
        };
        let accepted = (0..10_000).filter(|n| begin(n / 100).is_ok()).count();
        assert_eq!(accepted, 100 * 60);
        assert!(begin(100).is_ok());
    }

    #[test]
    fn a_full_queue_is_charged_to_the_address_alone() {
        let throttle = SignIns::default();
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        let email = Email::parse("ada@example.com").expect("valid");
        let mut refused = 0;
        for _ in 0..100 {
            match throttle.begin(&email, address, None, Monotonic(5)) {
                Ok(attempt) => throttle.refund_busy(&attempt),
                Err(_) => refused += 1,
            }
        }
        assert_eq!(refused, 100 - 60);
        let elsewhere = Some(IpAddr::from([192, 0, 2, 2]));
        let attempt = throttle.begin(&email, elsewhere, None, Monotonic(5));
        assert!(attempt.is_ok(), "the e-mail address has all of its guesses");
    }

    #[test]
    fn wrong_codes_of_a_person_are_limited_by_kind_and_known_browsers_have_their_own() {
        let throttle = SignIns::default();
        let [ada, bob] = [1, 2].map(|n| PersonId(uuid::Uuid::from_u128(n)));
        let taken = |person, kind, known| {
            let mut accepted = 0;
            while throttle
                .begin_code(person, kind, known, Monotonic(5))
                .is_ok()
            {
                accepted += 1;
            }
            accepted
        };
        assert_eq!(taken(ada, CodeKind::App, false), 24);
        assert_eq!(taken(ada, CodeKind::App, true), 24);
        assert_eq!(taken(ada, CodeKind::Recovery, false), 60);
        assert_eq!(taken(ada, CodeKind::Recovery, true), 60);
        assert_eq!(taken(bob, CodeKind::App, false), 24);
    }

    #[test]
    fn correct_codes_are_not_limited() {
        let throttle = SignIns::default();
        let ada = PersonId(uuid::Uuid::from_u128(1));
        for _ in 0..100 {
            let attempt = throttle.begin_code(ada, CodeKind::App, false, Monotonic(5));
            throttle.refund_code(&attempt.expect("accepted"));
        }
    }

    #[test]
    fn successful_checks_do_not_fill_the_lane_of_known_devices() {
        let throttle = SignIns::default();
        let email = Email::parse("ada@example.com").expect("valid");
        let mut passed = 0;
        for _ in 0..100 {
            if let Ok(attempt) = throttle.begin(&email, None, Some("device"), Monotonic(5)) {
                throttle.refund(&attempt);
                passed += 1;
            }
        }
        assert_eq!(passed, 30);
    }
}
