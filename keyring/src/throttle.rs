//! How often somebody may try to sign in.

use crate::limiter::Gcra;
use domain::{
    account::Email,
    id::PersonId,
    key::rate_limit::RateLimit,
    time::{HOUR, Timestamp},
};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

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
/// Entries before the idle ones are forgotten.
const MOST: usize = 100_000;

/// Counts failed attempts in memory.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<[u8; 32], Gcra>>);

/// A place in each of the counts; given back where the attempt succeeds.
pub(crate) struct Attempt {
    keys: [([u8; 32], RateLimit); 2],
}

impl Throttle {
    /// Takes a place, or says for how many milliseconds there is none.
    pub(crate) fn begin(
        &self,
        email: &Email,
        address: Option<IpAddr>,
        device: Option<&str>,
        now: Timestamp,
    ) -> Result<Attempt, i64> {
        let who = match device {
            Some(device) => (key("device", device), PER_DEVICE),
            None => (key("email", email.as_str()), PER_EMAIL),
        };
        let network = address.map_or_else(String::new, network);
        // A known browser does not pay for its neighbours behind the same address.
        let place = match device {
            Some(device) => (key("address of device", device), PER_ADDRESS),
            None => (key("address", &network), PER_ADDRESS),
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST {
            counts.retain(|_, count| !count.is_idle(now));
        }
        let keys = [who, place];
        for (n, (key, limit)) in keys.iter().enumerate() {
            if let Err(wait) = counts.entry(*key).or_default().take(*limit, now) {
                for (key, limit) in &keys[..n] {
                    counts.entry(*key).or_default().give_back(*limit);
                }
                return Err(wait.clamp(1, HOUR));
            }
        }
        Ok(Attempt { keys })
    }

    /// Takes one of the looks that somebody of support has, or says for how many milliseconds there is none.
    pub(crate) fn look(&self, person: PersonId, now: Timestamp) -> Result<(), i64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .entry(key("look", &person.to_string()))
            .or_default()
            .take(LOOKS, now)
            .map(drop)
    }

    /// The attempt was no failure.
    pub(crate) fn give_back(&self, attempt: &Attempt) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, limit) in &attempt.keys {
            counts.entry(*key).or_default().give_back(*limit);
        }
    }
}

fn key(kind: &str, text: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(kind)
        .chain_update([0])
        .chain_update(text)
        .finalize()
        .into()
}

fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:?}", &v6.segments()[..4]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_who_guesses_does_not_lock_the_owner_out() {
        let throttle = Throttle::default();
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
        let throttle = Throttle::default();
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
