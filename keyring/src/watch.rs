//! Watching calls and sign-ins for what somebody ought to know. Whatever may be odd is counted in memory, within bounds;
//! once a second it is looked into and written.

mod counts;
mod write;

use crate::Origin;
use counts::{Counts, Found};
use domain::{
    account::Email,
    decision::Decided,
    key::token::KeyId,
    security::{Habit, Kind, Raised, network, product},
    time::{DAY, Timestamp},
    verdict::Verdict,
};
use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Ways in which keys were used that are known to be noted today. Beyond them they are noted anew: the database knows
/// that it has them.
const MOST_NOTED: usize = 1_000_000;
/// Ways that wait to be noted. What finds no room comes again with the next call.
const MOST_WAITING: usize = 10_000;

/// What is odd, and has not been written yet.
#[derive(Default)]
pub(crate) struct Watch {
    held: Mutex<Held>,
    /// Taken by whoever writes: what was found and could not be written yet.
    found: tokio::sync::Mutex<Vec<Raised>>,
}

#[derive(Default)]
struct Held {
    calls: Counts<(KeyId, Kind), Arc<Decided>>,
    sign_ins: Counts<(Email, Kind), Origin>,
    noted: HashSet<u64>,
    /// Keyed, so that nobody can choose a network that looks like another.
    hasher: RandomState,
    /// The day of what is in `noted`, since 1970.
    day: i64,
    uses: VecDeque<Use>,
}

/// A way in which a key was used, for the first time today.
struct Use {
    habit: Habit,
    call: Arc<Decided>,
}

impl Use {
    /// The network, the client, or nothing.
    fn value(&self) -> String {
        match self.habit {
            Habit::Used => String::new(),
            Habit::Network => self.call.address.map(network).unwrap_or_default(),
            Habit::Client => product(&self.call.user_agent).to_owned(),
        }
    }
}

impl Watch {
    /// Looks at calls, each of which stands for so many of its like.
    pub(crate) fn look<'a>(&self, calls: impl IntoIterator<Item = (&'a Arc<Decided>, i64)>) {
        let mut held = self.held();
        for (call, times) in calls {
            for kind in Kind::of_call(call) {
                held.calls
                    .note((call.key, kind), kind.threshold(), call.at, times, call);
            }
            if call.verdict == Verdict::Accepted {
                held.used(call);
            }
        }
    }

    /// Looks at the failed sign-in of somebody who exists.
    pub(crate) fn failed(&self, kind: Kind, email: &Email, origin: &Origin, now: Timestamp) {
        let origin = Origin {
            user_agent: origin.user_agent_text(),
            ..origin.clone()
        };
        let of = (email.clone(), kind);
        self.held()
            .sign_ins
            .note(of, kind.threshold(), now, 1, &origin);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Notes in which ways a call used its key, each once a day.
    fn used(&mut self, call: &Arc<Decided>) {
        let day = call.at.0.div_euclid(DAY);
        if day > self.day || self.noted.len() >= MOST_NOTED {
            self.day = self.day.max(day);
            self.noted.clear();
        }
        let network = call.address.map(network_bits);
        let client = product(&call.user_agent);
        let of = |habit| match habit {
            Habit::Used => Some(self.hasher.hash_one((call.key, day))),
            Habit::Network => network.map(|bits| self.hasher.hash_one((call.key, day, bits))),
            Habit::Client => {
                (!client.is_empty()).then(|| self.hasher.hash_one((call.key, day, client)))
            }
        };
        for (habit, hash) in [Habit::Used, Habit::Network, Habit::Client].map(|h| (h, of(h))) {
            if let Some(hash) = hash
                && self.uses.len() < MOST_WAITING
                && self.noted.insert(hash)
            {
                let call = Arc::clone(call);
                self.uses.push_back(Use { habit, call });
            }
        }
    }
}

/// Bits that addresses of one network have in common: those of its text.
fn network_bits(address: std::net::IpAddr) -> u128 {
    match address {
        std::net::IpAddr::V4(v4) => (v4.to_bits() >> 8).into(),
        std::net::IpAddr::V6(v6) => v6.to_bits() >> 80,
    }
}

/// An event from a call, with what was counted.
fn by_call(kind: Kind, found: &Found<Arc<Decided>>) -> Raised {
    Raised {
        first_at: found.first,
        last_at: found.last,
        calls: found.times,
        ..Raised::by_call(kind, &found.sample)
    }
}
