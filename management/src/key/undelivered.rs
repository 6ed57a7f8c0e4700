//! Keys that were created with an unknown outcome. Their secrets are kept for the retry of the request, because they are stored
//! nowhere else.

use domain::{
    id::PersonId,
    key::{issued::IssuedKey, token::KeyId},
    time::MINUTE,
};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use verification::Monotonic;

/// How long a secret is kept, in milliseconds.
const KEEP_FOR: i64 = 10 * MINUTE;
/// The number of secrets that are kept; further ones are lost.
const MAX_KEPT: usize = 1_000;

/// Created keys by their id.
#[derive(Default)]
pub(crate) struct UndeliveredKeys(Mutex<HashMap<KeyId, UndeliveredKey>>);

struct UndeliveredKey {
    /// Who requested it.
    person: PersonId,
    since: Monotonic,
    key: IssuedKey,
}

impl UndeliveredKeys {
    /// Keeps a key for the retry of its request.
    pub(crate) fn keep(&self, key: IssuedKey, person: PersonId, now: Monotonic) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, kept| now.since(kept.since) < KEEP_FOR);
        if all.len() < MAX_KEPT {
            let since = now;
            all.insert(key.id, UndeliveredKey { person, since, key });
        }
    }

    /// Returns a key to the person who requested it, once.
    pub(crate) fn take(&self, id: KeyId, person: PersonId, now: Monotonic) -> Option<IssuedKey> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.get(&id)?;
        if kept.person != person || now.since(kept.since) >= KEEP_FOR {
            return None;
        }
        all.remove(&id).map(|kept| kept.key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::{Environment, name::KeyName};
    use uuid::Uuid;

    fn key(n: u128) -> IssuedKey {
        IssuedKey {
            id: KeyId::from_number(Environment::Live, n),
            name: KeyName::parse("Checkout").expect("valid"),
            environment: Environment::Live,
            secret: format!("secret {n}"),
        }
    }

    #[test]
    fn a_key_is_returned_once_within_ten_minutes_to_the_person_who_requested_it() {
        let keys = UndeliveredKeys::default();
        let [person, other] = [1, 2].map(|n| PersonId(Uuid::from_u128(n)));
        let start = Monotonic::default();
        let end = start.plus(10 * MINUTE);
        let last = start.plus(10 * MINUTE - 1);
        for n in 1..=3 {
            keys.keep(key(n), person, start);
        }
        assert_eq!(keys.take(key(1).id, other, start), None);
        assert_eq!(keys.take(key(1).id, person, last), Some(key(1)));
        assert_eq!(keys.take(key(1).id, person, last), None);
        assert_eq!(keys.take(key(2).id, person, end), None);
        // The next one removes those that are too old.
        keys.keep(key(4), person, end);
        assert_eq!(keys.0.lock().expect("sound").len(), 1);
    }

    #[test]
    fn at_most_1_000_keys_are_kept() {
        let keys = UndeliveredKeys::default();
        let person = PersonId(Uuid::nil());
        let now = Monotonic::default();
        for n in 1..=1_001 {
            keys.keep(key(n), person, now);
        }
        assert_eq!(keys.take(key(1_000).id, person, now), Some(key(1_000)));
        assert_eq!(keys.take(key(1_001).id, person, now), None);
    }
}
