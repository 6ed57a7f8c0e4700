//! The keys of a run.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::Duration,
};

use crate::{
    history::{
        random::Random,
        register::{Instant, Register},
    },
    kill::load::Credentials,
};

/// Valid keys that are called.
const LIVE: usize = 48;
/// Keys that are being or were just revoked, which are called more often.
const RECENT: usize = 24;
/// Keys that were revoked earlier, of those that are called in a while.
const EARLIER: usize = 16;

/// A key and its history.
pub struct Key {
    pub credentials: Credentials,
    pub name: String,
    pub register: Mutex<Register>,
    /// How its revocation was acknowledged.
    pub acknowledgement: OnceLock<String>,
}

/// All keys of a run.
#[derive(Default)]
pub struct Keys(Mutex<Groups>);

#[derive(Default)]
struct Groups {
    /// Created at these instants; nodes may not know them yet.
    new: VecDeque<(Instant, Arc<Key>)>,
    live: VecDeque<Arc<Key>>,
    recent: VecDeque<Arc<Key>>,
    earlier: Vec<Arc<Key>>,
    changes: u64,
}

/// The keys that are called for a while.
#[derive(Default)]
pub struct CalledKeys {
    live: Vec<Arc<Key>>,
    recent: Vec<Arc<Key>>,
    earlier: Vec<Arc<Key>>,
    changes: u64,
}

impl Key {
    /// Returns the header lines of a call.
    pub fn headers(&self) -> String {
        let Credentials { id, secret } = &self.credentials;
        format!("x-client-key: {id}\r\nx-client-secret: {secret}\r\n")
    }
}

impl Keys {
    fn lock(&self) -> std::sync::MutexGuard<'_, Groups> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a key that was created at an instant. It is called once every node has to know it, after `lease`.
    pub fn add(&self, key: Key, created: Instant, lease: Duration) {
        let mut groups = self.lock();
        groups.new.push_back((created, Arc::new(key)));
        while let Some((since, _)) = groups.new.front()
            && *since + lease < created
            && let Some((_, key)) = groups.new.pop_front()
        {
            groups.live.push_back(key);
            groups.changes += 1;
        }
    }

    /// Returns the oldest valid key, to be revoked, once there are enough.
    pub fn revoke_oldest(&self) -> Option<Arc<Key>> {
        let mut groups = self.lock();
        if groups.live.len() < LIVE {
            return None;
        }
        let key = groups.live.pop_front()?;
        groups.recent.push_back(Arc::clone(&key));
        if groups.recent.len() > RECENT
            && let Some(earlier) = groups.recent.pop_front()
        {
            groups.earlier.push(earlier);
        }
        groups.changes += 1;
        Some(key)
    }

    /// Updates the keys that are called.
    pub fn refresh(&self, called: &mut CalledKeys, random: &mut Random) {
        let groups = self.lock();
        if called.changes == groups.changes {
            return;
        }
        called.changes = groups.changes;
        called.live = groups.live.iter().cloned().collect();
        called.recent = groups.recent.iter().cloned().collect();
        let earlier = (0..EARLIER).filter_map(|_| random.pick(&groups.earlier).cloned());
        called.earlier = earlier.collect();
    }

    /// Returns the keys whose revocation was requested last.
    pub fn recent(&self) -> Vec<Arc<Key>> {
        self.lock().recent.iter().cloned().collect()
    }

    /// Returns the keys whose revocation was requested.
    pub fn ended(&self) -> Vec<Arc<Key>> {
        let groups = self.lock();
        groups
            .earlier
            .iter()
            .chain(&groups.recent)
            .cloned()
            .collect()
    }
}

impl CalledKeys {
    /// Chooses a key: half of the time one that is being or was just revoked.
    pub fn choose(&self, random: &mut Random) -> Option<&Arc<Key>> {
        let group = match random.below(10) {
            0..5 => &self.recent,
            5 => &self.earlier,
            _ => &self.live,
        };
        random.pick(group).or_else(|| self.live.first())
    }
}
