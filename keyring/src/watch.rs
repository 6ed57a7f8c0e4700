//! Watching calls and sign-ins for what somebody ought to know. Whatever may be odd is counted in memory, within bounds;
//! once a second it is looked into and written.

mod counts;
mod write;

use crate::{Origin, decisions::Noted};
use counts::{Counts, Found, Pace};
use domain::{
    account::Email,
    decision::Decided,
    key::token::KeyId,
    security::{Habit, Kind, Raised, network, product},
    time::{DAY, MINUTE, SECOND, Timestamp},
    verdict::Verdict,
};
use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Ways in which keys were used that are known to be noted today. Beyond them they are noted anew: the database knows
/// that it has them.
const MOST_NOTED: usize = 1_000_000;
/// Ways that wait to be noted. What finds no room comes again with the next call.
const MOST_WAITING: usize = 10_000;

/// What is odd is told at once, and while it goes on not each second.
const ODD: Pace = Pace {
    first: 0,
    again: 10 * SECOND,
};
/// Whether refusals are more than usual is looked into once the numbers of their minute have been added up.
const REFUSALS: Pace = Pace {
    first: MINUTE,
    again: MINUTE,
};

/// What is odd, and has not been written yet.
#[derive(Default)]
pub(crate) struct Watch {
    held: Mutex<Held>,
    /// Taken by whoever writes: what was found and could not be written yet.
    found: tokio::sync::Mutex<Vec<Raised>>,
}

struct Held {
    calls: Counts<(KeyId, Kind), Arc<Decided>>,
    refusals: Counts<KeyId, Arc<Decided>>,
    sign_ins: Counts<(Email, Kind), Origin>,
    noted: HashSet<u64>,
    /// Keyed, so that nobody can choose a network that looks like another.
    hasher: RandomState,
    /// The day of what is in `noted`, since 1970.
    day: i64,
    uses: VecDeque<Use>,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            calls: Counts::new(ODD),
            refusals: Counts::new(REFUSALS),
            sign_ins: Counts::new(ODD),
            noted: HashSet::default(),
            hasher: RandomState::default(),
            day: 0,
            uses: VecDeque::default(),
        }
    }
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
            let way = Way {
                key: call.key,
                at: call.at,
                address: call.address,
                user_agent: &call.user_agent,
            };
            held.look(&way, call.verdict, call.from_browser, times, || {
                Arc::clone(call)
            });
        }
    }

    /// Looks at calls that have just been decided, with their ids. Few are the first of their kind, or of their second: the
    /// others are not even copied.
    pub(crate) fn look_at(&self, calls: &[(i64, Noted)]) {
        let mut held = self.held();
        for (id, noted) in calls {
            let way = Way {
                key: noted.key(),
                at: noted.at(),
                address: noted.address().map(|address| address.to_canonical()),
                user_agent: noted.user_agent().trim_start_matches(char::is_control),
            };
            let browser = noted.by_browser();
            held.look(&way, noted.verdict(), browser, 1, || {
                Arc::new(noted.decided(*id))
            });
        }
    }

    /// Looks at a sign-in that was not even tried. It is told of somebody for whom others have failed lately, so that
    /// nobody needs to be looked up.
    pub(crate) fn throttled(&self, email: &Email, origin: &Origin, now: Timestamp) {
        let failures = (email.clone(), Kind::SignInFailed);
        if self.held().sign_ins.knows(&failures) {
            self.failed(Kind::SignInThrottled, email, origin, now);
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
            .note(of, kind.threshold(), now, 1, || origin);
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a call used its key.
struct Way<'a> {
    key: KeyId,
    at: Timestamp,
    address: Option<IpAddr>,
    user_agent: &'a str,
}

impl Held {
    fn look(
        &mut self,
        way: &Way<'_>,
        verdict: Verdict,
        browser: bool,
        times: i64,
        call: impl Fn() -> Arc<Decided>,
    ) {
        for kind in Kind::of_call(verdict, browser) {
            let (key, enough) = (way.key, kind.threshold());
            if kind == Kind::RefusalsRose {
                self.refusals.note(key, enough, way.at, times, &call);
            } else {
                self.calls.note((key, kind), enough, way.at, times, &call);
            }
        }
        if verdict == Verdict::Accepted {
            self.used(way, call);
        }
    }

    /// Notes in which ways a call used its key, each once a day.
    fn used(&mut self, way: &Way<'_>, call: impl Fn() -> Arc<Decided>) {
        let day = way.at.0.div_euclid(DAY);
        if day > self.day || self.noted.len() >= MOST_NOTED {
            self.day = self.day.max(day);
            self.noted.clear();
        }
        let network = way.address.map(network_bits);
        let client = product(way.user_agent);
        let of = |habit| match habit {
            Habit::Used => Some(self.hasher.hash_one((way.key, day))),
            Habit::Network => network.map(|bits| self.hasher.hash_one((way.key, day, bits))),
            Habit::Client => {
                (!client.is_empty()).then(|| self.hasher.hash_one((way.key, day, client)))
            }
        };
        for (habit, hash) in [Habit::Used, Habit::Network, Habit::Client].map(|h| (h, of(h))) {
            if let Some(hash) = hash
                && self.uses.len() < MOST_WAITING
                && self.noted.insert(hash)
            {
                self.uses.push_back(Use {
                    habit,
                    call: call(),
                });
            }
        }
    }
}

/// Bits that addresses of one network have in common: those of its text.
fn network_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => (v4.to_bits() >> 8).into(),
        IpAddr::V6(v6) => v6.to_bits() >> 80,
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
