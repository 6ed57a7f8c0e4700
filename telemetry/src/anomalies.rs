//! Detection of anomalies in calls and sign-ins. Suspicious observations are counted in memory within bounds; once a second they are
//! examined and written as security events.

mod detection;
mod event_counts;

use crate::{Telemetry, decisions::PendingDecision};
use domain::{
    account::Email,
    decision::DecisionRecord,
    key::token::KeyId,
    origin::Origin,
    security::{EventKind, EventOccurrence, Habit, client_name, network},
    time::{DAY, MINUTE, SECOND, Timestamp},
    verdict::Verdict,
};
use event_counts::{EventCounts, Observed, ReportPace};
use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Habits of keys that are remembered as recorded today. Beyond them habits are recorded again, which changes nothing in the database.
const MAX_RECORDED: usize = 1_000_000;
/// Habits that wait to be recorded. A habit that finds no room is seen again with the next call.
const MAX_PENDING_USES: usize = 10_000;

/// An anomaly is reported immediately, and every ten seconds while it continues.
const ANOMALIES: ReportPace = ReportPace {
    first: 0,
    again: 10 * SECOND,
};
/// A rise of refusals is examined when the totals of the minute have been written.
const REFUSALS: ReportPace = ReportPace {
    first: MINUTE,
    again: MINUTE,
};

/// Observations that have not been written yet.
#[derive(Default)]
pub(crate) struct Anomalies {
    observations: Mutex<Observations>,
    /// Events that are not written yet; locked while they are written.
    events: tokio::sync::Mutex<Vec<EventOccurrence>>,
}

struct Observations {
    calls: EventCounts<(KeyId, EventKind), Arc<DecisionRecord>>,
    refusals: EventCounts<KeyId, Arc<DecisionRecord>>,
    /// By person, kind, and the name of the passkey if it is about one.
    sign_ins: EventCounts<(Email, EventKind, String), Origin>,
    /// Hashes of the habits that were recorded today.
    recorded: HashSet<u64>,
    /// Randomly keyed, so that a network that collides with another cannot be chosen.
    hasher: RandomState,
    /// The day of `recorded`, counted from 1970-01-01.
    day: i64,
    uses: VecDeque<HabitUse>,
}

impl Default for Observations {
    fn default() -> Self {
        Self {
            calls: EventCounts::new(ANOMALIES),
            refusals: EventCounts::new(REFUSALS),
            sign_ins: EventCounts::new(ANOMALIES),
            recorded: HashSet::default(),
            hasher: RandomState::default(),
            day: 0,
            uses: VecDeque::default(),
        }
    }
}

/// A habit of a key, seen for the first time today.
struct HabitUse {
    habit: Habit,
    call: Arc<DecisionRecord>,
}

impl HabitUse {
    /// The network, the product of the user agent, or nothing.
    fn value(&self) -> String {
        match self.habit {
            Habit::Used => String::new(),
            Habit::Network => self.call.address.map(network).unwrap_or_default(),
            Habit::Client => client_name(&self.call.user_agent).to_owned(),
        }
    }
}

impl Anomalies {
    /// Observes past calls, each with a number of equal ones.
    pub(crate) fn observe_past<'a>(
        &self,
        calls: impl IntoIterator<Item = (&'a Arc<DecisionRecord>, i64)>,
    ) {
        let mut observations = self.observations();
        for (call, times) in calls {
            let used = KeyUse {
                key: call.key,
                at: call.at,
                address: call.address,
                user_agent: &call.user_agent,
            };
            observations.observe(&used, call.verdict, call.from_browser, times, || {
                Arc::clone(call)
            });
        }
    }

    /// Observes decided calls, with their ids. Only a call that is the first of its kind or second is copied.
    pub(crate) fn observe(&self, calls: &[(i64, PendingDecision)]) {
        let mut observations = self.observations();
        for (id, decision) in calls {
            let used = KeyUse {
                key: decision.key(),
                at: decision.at(),
                address: decision.address().map(|address| address.to_canonical()),
                user_agent: decision.user_agent().trim_start_matches(char::is_control),
            };
            let browser = decision.by_browser();
            observations.observe(&used, decision.verdict(), browser, 1, || {
                Arc::new(decision.decided(*id))
            });
        }
    }

    /// Observes a throttled sign-in. It is counted only for an e-mail address with recent failures, so that no person is looked up.
    pub(crate) fn sign_in_throttled(&self, email: &Email, origin: &Origin, now: Timestamp) {
        let failures = (email.clone(), EventKind::SignInFailed, String::new());
        if self.observations().sign_ins.contains(&failures) {
            self.sign_in_failed((EventKind::SignInThrottled, ""), email, origin, now);
        }
    }

    /// Observes a failed sign-in of an existing person.
    pub(crate) fn sign_in_failed(
        &self,
        (kind, passkey): (EventKind, &str),
        email: &Email,
        origin: &Origin,
        now: Timestamp,
    ) {
        let origin = Origin {
            user_agent: origin.clean_user_agent(),
            ..origin.clone()
        };
        let of = (email.clone(), kind, passkey.to_owned());
        self.observations()
            .sign_ins
            .add(of, kind.threshold(), now, 1, || origin);
    }

    fn observations(&self) -> MutexGuard<'_, Observations> {
        self.observations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Telemetry {
    /// Observes a throttled sign-in.
    pub fn sign_in_throttled(&self, email: &Email, origin: &Origin) {
        self.anomalies.sign_in_throttled(email, origin, self.now());
    }

    /// Observes a failed sign-in of an existing person.
    pub fn sign_in_failed(&self, kind: EventKind, email: &Email, origin: &Origin) {
        self.anomalies
            .sign_in_failed((kind, ""), email, origin, self.now());
    }

    /// Observes an answer of a passkey that may have been copied.
    pub fn passkey_copied(&self, name: &str, email: &Email, origin: &Origin) {
        let kind = EventKind::PasskeyCopied;
        self.anomalies
            .sign_in_failed((kind, name), email, origin, self.now());
    }
}

/// How a call used its key.
struct KeyUse<'a> {
    key: KeyId,
    at: Timestamp,
    address: Option<IpAddr>,
    user_agent: &'a str,
}

impl Observations {
    fn observe(
        &mut self,
        used: &KeyUse<'_>,
        verdict: Verdict,
        browser: bool,
        times: i64,
        call: impl Fn() -> Arc<DecisionRecord>,
    ) {
        for kind in EventKind::raised_by_call(verdict, browser) {
            let (key, threshold) = (used.key, kind.threshold());
            if kind == EventKind::RefusalsRose {
                self.refusals.add(key, threshold, used.at, times, &call);
            } else {
                self.calls
                    .add((key, kind), threshold, used.at, times, &call);
            }
        }
        if verdict == Verdict::Accepted {
            self.record_habits(used, call);
        }
    }

    /// Records the habits that a call shows, each once a day.
    fn record_habits(&mut self, used: &KeyUse<'_>, call: impl Fn() -> Arc<DecisionRecord>) {
        let day = used.at.0.div_euclid(DAY);
        if day > self.day || self.recorded.len() >= MAX_RECORDED {
            self.day = self.day.max(day);
            self.recorded.clear();
        }
        let network = used.address.map(network_bits);
        let client = client_name(used.user_agent);
        let of = |habit| match habit {
            Habit::Used => Some(self.hasher.hash_one((used.key, day))),
            Habit::Network => network.map(|bits| self.hasher.hash_one((used.key, day, bits))),
            Habit::Client => {
                (!client.is_empty()).then(|| self.hasher.hash_one((used.key, day, client)))
            }
        };
        for (habit, hash) in [Habit::Used, Habit::Network, Habit::Client].map(|h| (h, of(h))) {
            if let Some(hash) = hash
                && self.uses.len() < MAX_PENDING_USES
                && self.recorded.insert(hash)
            {
                self.uses.push_back(HabitUse {
                    habit,
                    call: call(),
                });
            }
        }
    }
}

/// The bits that addresses of one network have in common, as in its text.
fn network_bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => (v4.to_bits() >> 8).into(),
        IpAddr::V6(v6) => v6.to_bits() >> 80,
    }
}

/// Creates an event of calls.
fn event_of(kind: EventKind, observed: &Observed<Arc<DecisionRecord>>) -> EventOccurrence {
    EventOccurrence {
        first_at: observed.first,
        last_at: observed.last,
        calls: observed.times,
        ..EventOccurrence::from_call(kind, &observed.sample)
    }
}
