//! How often somebody may try to sign in, and how often support may look.

use super::{Place, Throttle, network};
use domain::{
    account::Email,
    id::PersonId,
    key::rate_limit::RateLimit,
    time::{HOUR, Timestamp},
};
use std::net::IpAddr;

/// From one address (one /64 of IPv6): 60 failures an hour, in one go if need be.
const PER_ADDRESS: RateLimit = RateLimit {
    requests: 60,
    window_ms: 3_600_000,
};
/// For one e-mail address, from browsers that never signed in with it: 20 failures an hour.
const PER_EMAIL: RateLimit = RateLimit {
    requests: 20,
    window_ms: 3_600_000,
};
/// For a browser that has signed in with this e-mail before: 20 failures an hour of its own, which nobody else can
/// use up. So a stranger who guesses at an address does not lock its owner out.
const PER_DEVICE: RateLimit = RateLimit {
    requests: 20,
    window_ms: 3_600_000,
};
/// Looks of one person of support: 120 an hour.
const LOOKS: RateLimit = RateLimit {
    requests: 120,
    window_ms: 3_600_000,
};

/// Counts failed attempts of people in memory.
#[derive(Default)]
pub(crate) struct SignIns(Throttle);

/// A place in each of the counts; given back where the attempt succeeds.
pub(crate) struct Attempt([Place; 2]);

impl SignIns {
    /// Takes a place, or says for how many milliseconds there is none.
    pub(crate) fn begin(
        &self,
        email: &Email,
        address: Option<IpAddr>,
        device: Option<&str>,
        now: Timestamp,
    ) -> Result<Attempt, i64> {
        let places = match device {
            // A known browser does not pay for its neighbours behind the same address.
            Some(device) => [
                self.0.place(("device", device), PER_DEVICE),
                self.0.place(("address of device", device), PER_ADDRESS),
            ],
            None => [
                self.0.place(("email", email.as_str()), PER_EMAIL),
                self.0.place(("address", address.map(network)), PER_ADDRESS),
            ],
        };
        match self.0.take(&places, now) {
            Ok(()) => Ok(Attempt(places)),
            Err(wait) => Err(wait.clamp(1, HOUR)),
        }
    }

    /// Takes one of the looks that somebody of support has, or says for how many milliseconds there is none.
    pub(crate) fn look(&self, person: PersonId, now: Timestamp) -> Result<(), i64> {
        self.0.take(&[self.0.place(("look", person), LOOKS)], now)
    }

    /// The attempt was no failure.
    pub(crate) fn give_back(&self, attempt: &Attempt) {
        self.0.give_back(&attempt.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_who_guesses_does_not_lock_the_owner_out() {
        let throttle = SignIns::default();
        let email = Email::parse("ada@example.com").expect("valid");
        let now = Timestamp(1_000_000);
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
                        Timestamp(5),
                    )
                    .is_ok()
            })
            .count();
        assert_eq!(passed, 60);
    }
}
