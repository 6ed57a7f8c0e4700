//! The cache of accepted answers.

use crate::{Caller, Clock, random};
use contract::credentials::PresentedCredentials;
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

/// A keyed hash of a key id, its secret, the required scopes and the address.
type Fingerprint = [u8; 32];

/// The number of refusal counters. A key always uses the same one.
const COUNTERS: usize = 256;

/// A cache of accepted answers with a capacity and a lifetime.
pub(crate) struct Cache {
    clock: Arc<dyn Clock>,
    lifetime: Duration,
    capacity: usize,
    hash: Hmac<Sha256>,
    refusals: [AtomicU64; COUNTERS],
    entries: Mutex<Entries>,
}

/// The cache slot of a question.
pub(crate) struct CacheSlot {
    key: KeyId,
    fingerprint: Fingerprint,
    /// The time of the question, from which the age of its answer is measured.
    asked: Duration,
    /// The value of the key's refusal counter at that time.
    refusals: u64,
}

#[derive(Default)]
struct Entries {
    by_key: HashMap<KeyId, HashMap<Fingerprint, CachedAnswer>>,
    /// All entries, and some that were removed already; oldest first.
    in_order: VecDeque<(KeyId, Fingerprint)>,
}

/// The answer about one question, until it expires.
struct CachedAnswer {
    caller: Caller,
    until: Duration,
}

impl Cache {
    pub(crate) fn new(clock: Arc<dyn Clock>, lifetime: Duration, capacity: usize) -> Self {
        Self {
            clock,
            lifetime,
            capacity,
            hash: Hmac::<Sha256>::new(&random::bytes::<64>().into()),
            refusals: [const { AtomicU64::new(0) }; COUNTERS],
            entries: Mutex::default(),
        }
    }

    /// Returns the slot of a question, or `None` if the key id is malformed.
    pub(crate) fn slot(
        &self,
        presented: &PresentedCredentials<'_>,
        scopes: ScopeSet,
        address: Option<IpAddr>,
    ) -> Option<CacheSlot> {
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
            // This byte does not occur in UTF-8, so it separates the texts.
            hash.update(&[0xff]);
            hash.update(part.as_bytes());
        }
        Some(CacheSlot {
            key,
            fingerprint: hash.finalize().into_bytes().into(),
            asked: self.clock.now(),
            refusals: self.counter(key).load(Ordering::Acquire),
        })
    }

    /// Returns the cached answer.
    pub(crate) fn get(&self, slot: &CacheSlot) -> Option<Caller> {
        let mut entries = self.entries();
        let answer = entries.of(slot)?;
        (slot.asked < answer.until).then(|| answer.caller.clone())
    }

    /// Caches an accepted answer. `date` is the gate's time in the response, rounded down to the second: the entry ends
    /// before the key expires by the gate's clock, regardless of this machine's.
    pub(crate) fn insert(&self, slot: &CacheSlot, caller: &Caller, date: Option<Timestamp>) {
        let lifetime = match (caller.expires_at, date) {
            (None, _) => self.lifetime,
            // The remaining time of the key is unknown.
            (Some(_), None) => return,
            (Some(end), Some(date)) => {
                let left = end.since(date).saturating_sub(SECOND);
                let left = u64::try_from(left).unwrap_or_default();
                self.lifetime.min(Duration::from_millis(left))
            }
        };
        let until = slot.asked.saturating_add(lifetime);
        let mut entries = self.entries();
        // Checked under the lock: a refusal since the question is newer than this answer.
        if self.counter(slot.key).load(Ordering::Acquire) != slot.refusals {
            return;
        }
        let answer = CachedAnswer {
            caller: caller.clone(),
            until,
        };
        if let Some(present) = entries.of(slot) {
            *present = answer;
            return;
        }
        entries.make_room(self.capacity, self.clock.now());
        entries.in_order.push_back((slot.key, slot.fingerprint));
        let of_key = entries.by_key.entry(slot.key).or_default();
        of_key.insert(slot.fingerprint, answer);
    }

    /// Removes all answers about a key.
    pub(crate) fn remove(&self, key: &str) {
        let Ok(key) = key.parse::<KeyId>() else {
            return;
        };
        let mut entries = self.entries();
        self.counter(key).fetch_add(1, Ordering::AcqRel);
        entries.by_key.remove(&key);
    }

    fn counter(&self, key: KeyId) -> &AtomicU64 {
        // The last two characters of an id are random.
        let place = key
            .to_string()
            .bytes()
            .rev()
            .take(2)
            .fold(0, |sum, byte| sum * 62 + usize::from(byte));
        &self.refusals[place % COUNTERS]
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn of(&mut self, slot: &CacheSlot) -> Option<&mut CachedAnswer> {
        self.by_key.get_mut(&slot.key)?.get_mut(&slot.fingerprint)
    }

    /// Evicts the oldest entries that have expired, were removed, or exceed the capacity.
    fn make_room(&mut self, capacity: usize, now: Duration) {
        while let Some((key, fingerprint)) = self.in_order.front() {
            let is_valid = self
                .by_key
                .get(key)
                .and_then(|of_key| of_key.get(fingerprint))
                .is_some_and(|answer| now < answer.until);
            if is_valid && self.in_order.len() < capacity {
                return;
            }
            if let Some((key, fingerprint)) = self.in_order.pop_front()
                && let Some(of_key) = self.by_key.get_mut(&key)
            {
                of_key.remove(&fingerprint);
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
    struct ManualClock(AtomicU64);

    impl ManualClock {
        fn advance(&self, by: Duration) {
            let by = u64::try_from(by.as_millis()).expect("short");
            self.0.fetch_add(by, Ordering::Relaxed);
        }
    }

    impl Clock for ManualClock {
        fn now(&self) -> Duration {
            Duration::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    struct Fixture {
        clock: Arc<ManualClock>,
        cache: Cache,
    }

    fn fixture(capacity: usize) -> Fixture {
        let clock = Arc::new(ManualClock::default());
        let cache = Cache::new(clock.clone(), 5 * SECONDS, capacity);
        Fixture { clock, cache }
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

    impl Fixture {
        fn slot(&self, number: u128, secret: &str, scopes: &str, address: &str) -> CacheSlot {
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
                .slot(&presented, scopes, address.parse().ok())
                .expect("a key")
        }

        fn ask(&self, number: u128) -> CacheSlot {
            self.slot(number, "s", "", "")
        }

        fn has(&self, number: u128) -> bool {
            self.cache.get(&self.ask(number)).is_some()
        }
    }

    #[test]
    fn the_lifetime_of_an_answer_is_measured_from_its_question() {
        let fixture = fixture(10);
        let asked = fixture.ask(1);
        fixture.clock.advance(2 * SECONDS);
        fixture.cache.insert(&asked, &caller(1, None), None);
        fixture.clock.advance(Duration::from_millis(2_999));
        assert!(fixture.has(1));
        fixture.clock.advance(Duration::from_millis(1));
        assert!(!fixture.has(1));
    }

    #[test]
    fn an_answer_ends_before_its_key_expires_by_the_clock_of_the_gate() {
        let date = Timestamp(1_795_442_709_000);
        for (left, lives) in [(60_000, 5_000), (3_500, 2_500), (1_000, 0), (-5_000, 0)] {
            let fixture = fixture(10);
            let ends = caller(1, Some(date.plus(left)));
            fixture.cache.insert(&fixture.ask(1), &ends, Some(date));
            fixture.clock.advance(Duration::from_millis(lives));
            assert!(!fixture.has(1), "{left}");
            if lives > 0 {
                let fixture = self::fixture(10);
                fixture.cache.insert(&fixture.ask(1), &ends, Some(date));
                fixture.clock.advance(Duration::from_millis(lives - 1));
                assert!(fixture.has(1), "{left}");
            }
        }
        let fixture = fixture(10);
        fixture
            .cache
            .insert(&fixture.ask(1), &caller(1, Some(date)), None);
        assert!(!fixture.has(1), "the time of the gate is unknown");
    }

    #[test]
    fn another_question_is_not_answered_from_the_cache() {
        let fixture = fixture(10);
        let asked = fixture.slot(1, "s", "invoice:read", "192.0.2.1");
        fixture.cache.insert(&asked, &caller(1, None), None);
        assert!(
            fixture
                .cache
                .get(&fixture.slot(1, "s", "invoice:read", "192.0.2.1"))
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
            let other = fixture.slot(number, secret, scopes, address);
            assert!(
                fixture.cache.get(&other).is_none(),
                "{number} {secret} {scopes} {address}"
            );
        }
    }

    #[test]
    fn a_refusal_removes_all_answers_about_its_key_and_discards_pending_ones() {
        let fixture = fixture(10);
        fixture
            .cache
            .insert(&fixture.ask(1), &caller(1, None), None);
        fixture.cache.insert(
            &fixture.slot(1, "s", "invoice:read", ""),
            &caller(1, None),
            None,
        );
        fixture
            .cache
            .insert(&fixture.ask(2), &caller(2, None), None);
        let under_way = fixture.ask(1);
        fixture.cache.remove(&key(1).to_string());
        fixture.cache.insert(&under_way, &caller(1, None), None);
        assert!(!fixture.has(1));
        assert!(
            fixture
                .cache
                .get(&fixture.slot(1, "s", "invoice:read", ""))
                .is_none()
        );
        assert!(fixture.has(2));
        fixture
            .cache
            .insert(&fixture.ask(1), &caller(1, None), None);
        assert!(fixture.has(1), "later questions are cached again");
    }

    #[test]
    fn the_cache_never_exceeds_its_capacity() {
        let fixture = fixture(3);
        for number in 0..10 {
            fixture
                .cache
                .insert(&fixture.ask(number), &caller(number, None), None);
            fixture
                .cache
                .insert(&fixture.ask(number), &caller(number, None), None);
        }
        let entries = fixture.cache.entries();
        assert_eq!(entries.in_order.len(), 3);
        assert_eq!(entries.by_key.len(), 3);
        drop(entries);
        assert!(!fixture.has(6) && fixture.has(7) && fixture.has(9));
        fixture.clock.advance(5 * SECONDS);
        fixture
            .cache
            .insert(&fixture.ask(11), &caller(11, None), None);
        assert_eq!(fixture.cache.entries().by_key.len(), 1);
    }
}
