//! Limits on sign-in attempts, on changes of e-mail addresses, and on support's searches.

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

/// Counts failed sign-ins in memory.
#[derive(Default)]
pub(crate) struct SignIns(Throttle);

/// A charged attempt; refunded if it succeeds.
pub(crate) struct Attempt {
    address: Bucket,
    others: Vec<Bucket>,
}

impl SignIns {
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
