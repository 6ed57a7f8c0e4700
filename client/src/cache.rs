//! Accepted answers, for a short while.

use crate::{Caller, Clock, random};
use contract::credentials::Presented;
use domain::{
    key::{scope::ScopeSet, token::KeyId},
    time::{SECOND, Timestamp},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Stands for a key, its secret, the scopes that are asked for and the address: without the hash's own key nobody can
/// tell which.
type Print = [u8; 32];

/// Counters of refusals; a key always has the same one.
const COUNTERS: usize = 256;

/// Remembers accepted answers, so many at most, and none for longer than it was told to.
pub(crate) struct Cache {
    clock: Arc<dyn Clock>,
    lifetime: Duration,
    most: usize,
    hash: Hmac<Sha256>,
    refusals: [AtomicU64; COUNTERS],
    answers: Mutex<Answers>,
}

/// Where the answer to a question belongs that is being asked.
pub(crate) struct Place {
    key: KeyId,
    print: Print,
    /// When it was asked: an answer is as old as its question.
    asked: Duration,
    /// How often the key had been refused until then.
    refusals: u64,
}

#[derive(Default)]
struct Answers {
    by_key: HashMap<KeyId, HashMap<Print, Answer>>,
    /// Each of them, and some that are forgotten already; the oldest in front.
    in_order: VecDeque<(KeyId, Print)>,
}

struct Answer {
    caller: Caller,
    until: Duration,
}

impl Cache {
    pub(crate) fn new(clock: Arc<dyn Clock>, lifetime: Duration, most: usize) -> Self {
        Self {
            clock,
            lifetime,
            most,
            hash: Hmac::<Sha256>::new(&random::bytes::<64>().into()),
            refusals: [const { AtomicU64::new(0) }; COUNTERS],
            answers: Mutex::default(),
        }
    }

    /// The place of a question; `None` where the key is none.
    pub(crate) fn place(
        &self,
        presented: &Presented<'_>,
        scopes: ScopeSet,
        address: Option<IpAddr>,
    ) -> Option<Place> {
        let key = presented.key().parse::<KeyId>().ok()?;
        let mut hash = self.hash.clone();
        hash.update(presented.secret().as_bytes());
        for part in [
            key.to_string(),
            scopes.to_string(),
            address
                .map(|address| address.to_string())
                .unwrap_or_default(),
        ] {
            // No byte of UTF-8: where one text ends cannot be shifted.
            hash.update(&[0xff]);
            hash.update(part.as_bytes());
        }
        Some(Place {
            key,
            print: hash.finalize().into_bytes().into(),
            asked: self.clock.now(),
            refusals: self.counter(key).load(Ordering::Acquire),
        })
    }

    /// The answer that is remembered.
    pub(crate) fn get(&self, place: &Place) -> Option<Caller> {
        let mut answers = self.answers();
        let answer = answers.of(place)?;
        (place.asked < answer.until).then(|| answer.caller.clone())
    }

    /// Remembers an accepted answer. `date` is the second, rounded down, in which the gate gave it by its own clock: by
    /// that, and not by this machine's, the answer ends before the key does.
    pub(crate) fn keep(&self, place: &Place, caller: &Caller, date: Option<Timestamp>) {
        let lifetime = match (caller.expires_at, date) {
            (None, _) => self.lifetime,
            // How long the key has left is not known.
            (Some(_), None) => return,
            (Some(end), Some(date)) => {
                let left = end.since(date).saturating_sub(SECOND);
                let left = u64::try_from(left).unwrap_or_default();
                self.lifetime.min(Duration::from_millis(left))
            }
        };
        let until = place.asked.saturating_add(lifetime);
        let mut answers = self.answers();
        // Under the lock: a refusal that came meanwhile is newer than this answer.
        if self.counter(place.key).load(Ordering::Acquire) != place.refusals {
            return;
        }
        let answer = Answer {
            caller: caller.clone(),
            until,
        };
        if let Some(present) = answers.of(place) {
            *present = answer;
            return;
        }
        answers.make_room(self.most, self.clock.now());
        answers.in_order.push_back((place.key, place.print));
        let of_key = answers.by_key.entry(place.key).or_default();
        of_key.insert(place.print, answer);
    }

    /// Forgets all answers about a key.
    pub(crate) fn forget(&self, key: &str) {
        let Ok(key) = key.parse::<KeyId>() else {
            return;
        };
        let mut answers = self.answers();
        self.counter(key).fetch_add(1, Ordering::AcqRel);
        answers.by_key.remove(&key);
    }

    fn counter(&self, key: KeyId) -> &AtomicU64 {
        // The last two characters of an id are as random as the others.
        let place = key
            .to_string()
            .bytes()
            .rev()
            .take(2)
            .fold(0, |sum, byte| sum * 62 + usize::from(byte));
        &self.refusals[place % COUNTERS]
    }

    fn answers(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Answers {
    fn of(&mut self, place: &Place) -> Option<&mut Answer> {
        self.by_key.get_mut(&place.key)?.get_mut(&place.print)
    }

    /// Lets go of the oldest ones while they are over, forgotten, or too many.
    fn make_room(&mut self, most: usize, now: Duration) {
        while let Some((key, print)) = self.in_order.front() {
            let alive = self
                .by_key
                .get(key)
                .and_then(|of_key| of_key.get(print))
                .is_some_and(|answer| now < answer.until);
            if alive && self.in_order.len() < most {
                return;
            }
            if let Some((key, print)) = self.in_order.pop_front()
                && let Some(of_key) = self.by_key.get_mut(&key)
            {
                of_key.remove(&print);
                if of_key.is_empty() {
                    self.by_key.remove(&key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        id::{AccountId, ApplicationId},
        key::Environment,
    };
    use http::{HeaderMap, HeaderValue};

    const SECONDS: Duration = Duration::from_secs(1);

    #[derive(Default)]
    struct Hand(AtomicU64);

    impl Hand {
        fn advance(&self, by: Duration) {
            let by = u64::try_from(by.as_millis()).expect("short");
            self.0.fetch_add(by, Ordering::Relaxed);
        }
    }

    impl Clock for Hand {
        fn now(&self) -> Duration {
            Duration::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    struct Desk {
        clock: Arc<Hand>,
        cache: Cache,
    }

    fn desk(most: usize) -> Desk {
        let clock = Arc::new(Hand::default());
        let cache = Cache::new(clock.clone(), 5 * SECONDS, most);
        Desk { clock, cache }
    }

    fn key(number: u128) -> KeyId {
        KeyId::from_number(Environment::Live, number)
    }

    fn caller(number: u128, expires_at: Option<Timestamp>) -> Caller {
        Caller {
            key_id: key(number),
            application_id: ApplicationId(
                "00000000-0000-7000-8000-000000000001".parse().expect("one"),
            ),
            account_id: AccountId("00000000-0000-7000-8000-000000000002".parse().expect("one")),
            environment: Environment::Live,
            scopes: ScopeSet::default(),
            expires_at,
        }
    }

    impl Desk {
        fn place(&self, number: u128, secret: &str, scopes: &str, address: &str) -> Place {
            let mut headers = HeaderMap::new();
            let id = key(number).to_string();
            for (name, value) in [("x-client-key", id.as_str()), ("x-client-secret", secret)] {
                headers.insert(name, HeaderValue::from_str(value).expect("a value"));
            }
            let Ok(presented) = contract::credentials::read(&headers, None) else {
                panic!("no pair");
            };
            let scopes = scopes.parse().expect("scopes");
            self.cache
                .place(&presented, scopes, address.parse().ok())
                .expect("a key")
        }

        fn ask(&self, number: u128) -> Place {
            self.place(number, "s", "", "")
        }

        fn has(&self, number: u128) -> bool {
            self.cache.get(&self.ask(number)).is_some()
        }
    }

    #[test]
    fn an_answer_lives_for_as_long_as_it_was_told_counted_from_its_question() {
        let desk = desk(10);
        let asked = desk.ask(1);
        desk.clock.advance(2 * SECONDS);
        desk.cache.keep(&asked, &caller(1, None), None);
        desk.clock.advance(Duration::from_millis(2_999));
        assert!(desk.has(1));
        desk.clock.advance(Duration::from_millis(1));
        assert!(!desk.has(1));
    }

    #[test]
    fn an_answer_ends_before_its_key_by_the_clock_of_the_gate() {
        let date = Timestamp(1_795_442_709_000);
        for (left, lives) in [(60_000, 5_000), (3_500, 2_500), (1_000, 0), (-5_000, 0)] {
            let desk = desk(10);
            let ends = caller(1, Some(date.plus(left)));
            desk.cache.keep(&desk.ask(1), &ends, Some(date));
            desk.clock.advance(Duration::from_millis(lives));
            assert!(!desk.has(1), "{left}");
            if lives > 0 {
                let desk = self::desk(10);
                desk.cache.keep(&desk.ask(1), &ends, Some(date));
                desk.clock.advance(Duration::from_millis(lives - 1));
                assert!(desk.has(1), "{left}");
            }
        }
        let desk = desk(10);
        desk.cache.keep(&desk.ask(1), &caller(1, Some(date)), None);
        assert!(!desk.has(1), "nobody knows what time it is at the gate");
    }

    #[test]
    fn another_question_is_not_answered_from_memory() {
        let desk = desk(10);
        let asked = desk.place(1, "s", "invoice:read", "192.0.2.1");
        desk.cache.keep(&asked, &caller(1, None), None);
        assert!(
            desk.cache
                .get(&desk.place(1, "s", "invoice:read", "192.0.2.1"))
                .is_some()
        );
        for (number, secret, scopes, address) in [
            (2, "s", "invoice:read", "192.0.2.1"),
            (1, "t", "invoice:read", "192.0.2.1"),
            (1, "s", "invoice:create", "192.0.2.1"),
            (1, "s", "", "192.0.2.1"),
            (1, "s", "invoice:read", "192.0.2.2"),
            (1, "s", "invoice:read", ""),
        ] {
            let other = desk.place(number, secret, scopes, address);
            assert!(
                desk.cache.get(&other).is_none(),
                "{number} {secret} {scopes} {address}"
            );
        }
    }

    #[test]
    fn a_refusal_ends_every_answer_about_its_key_and_those_that_are_under_way() {
        let desk = desk(10);
        desk.cache.keep(&desk.ask(1), &caller(1, None), None);
        desk.cache.keep(
            &desk.place(1, "s", "invoice:read", ""),
            &caller(1, None),
            None,
        );
        desk.cache.keep(&desk.ask(2), &caller(2, None), None);
        let under_way = desk.ask(1);
        desk.cache.forget(&key(1).to_string());
        desk.cache.keep(&under_way, &caller(1, None), None);
        assert!(!desk.has(1));
        assert!(
            desk.cache
                .get(&desk.place(1, "s", "invoice:read", ""))
                .is_none()
        );
        assert!(desk.has(2));
        desk.cache.keep(&desk.ask(1), &caller(1, None), None);
        assert!(desk.has(1), "what is asked afterwards is remembered again");
    }

    #[test]
    fn there_are_never_more_answers_than_it_was_told() {
        let desk = desk(3);
        for number in 0..10 {
            desk.cache
                .keep(&desk.ask(number), &caller(number, None), None);
            desk.cache
                .keep(&desk.ask(number), &caller(number, None), None);
        }
        let answers = desk.cache.answers();
        assert_eq!(answers.in_order.len(), 3);
        assert_eq!(answers.by_key.len(), 3);
        drop(answers);
        assert!(!desk.has(6) && desk.has(7) && desk.has(9));
        desk.clock.advance(5 * SECONDS);
        desk.cache.keep(&desk.ask(11), &caller(11, None), None);
        assert_eq!(desk.cache.answers().by_key.len(), 1);
    }
}
