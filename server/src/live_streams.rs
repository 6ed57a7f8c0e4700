//! The limit of live streams per person.

use domain::id::PersonId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Streams that one person may have open: browsers open six connections of HTTP/1.1 to a server, and pages need some.
const MAX_STREAMS_PER_PERSON: usize = 4;

/// Counts the open streams of each person.
#[derive(Clone, Default)]
pub struct LiveStreams(Arc<Mutex<HashMap<PersonId, usize>>>);

/// Permission for one stream, which is counted until this is dropped.
pub struct LiveStreamPermit {
    streams: LiveStreams,
    person: PersonId,
}

impl LiveStreams {
    /// Admits a stream; `None` where the person has reached the limit.
    pub fn admit(&self, person: PersonId) -> Option<LiveStreamPermit> {
        let mut open = self.lock();
        let count = open.entry(person).or_default();
        if *count >= MAX_STREAMS_PER_PERSON {
            return None;
        }
        *count += 1;
        Some(LiveStreamPermit {
            streams: self.clone(),
            person,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PersonId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for LiveStreamPermit {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        if let Some(count) = open.get_mut(&self.person) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.person);
            }
        }
    }
}
