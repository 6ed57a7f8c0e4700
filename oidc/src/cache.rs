//! A cached document of the provider. Concurrent readers share one request.

use crate::{Now, ProviderError};
use domain::time::{DAY, SECOND, Timestamp};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::time::timeout;

/// How long a failure is answered without asking again.
const FAILURE_KEPT: i64 = 5 * SECOND;
/// How long the request that reads a document again waits for it if an older one will do: less than a request may take in all.
const MAX_WAIT: Duration = Duration::from_secs(1);
/// How long the last good document is used while it cannot be read again.
const MAX_AGE: i64 = DAY;

/// The freshness that a caller needs.
#[derive(Clone, Copy)]
pub(crate) struct Need {
    /// A document of this age is read again, in milliseconds.
    pub max_age: i64,
    /// Whether an older one will do while another request reads it.
    pub older_meanwhile: bool,
}

/// A document, or why it could not be read.
pub(crate) struct Cached<T>(Arc<Inner<T>>);

struct Inner<T> {
    state: Mutex<CacheState<T>>,
    /// Held by the request that reads the document.
    reading: Arc<tokio::sync::Mutex<()>>,
}

struct CacheState<T> {
    good: Option<(Arc<T>, Timestamp)>,
    failure: Option<(ProviderError, Timestamp)>,
}

impl<T> Default for Cached<T> {
    fn default() -> Self {
        let state = CacheState {
            good: None,
            failure: None,
        };
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            reading: Arc::default(),
        }))
    }
}

impl<T: Send + Sync + 'static> Cached<T> {
    /// Returns the document, which `read` reads if it is missing or too old. If it cannot be read, the last good one is returned
    /// for a day.
    pub(crate) async fn get<F>(
        &self,
        need: Need,
        now: &Now,
        read: impl FnOnce() -> F + Send,
    ) -> Result<Arc<T>, ProviderError>
    where
        F: Future<Output = Result<T, ProviderError>> + Send + 'static,
    {
        if let Some(known) = self.0.known(need, now()) {
            return known;
        }
        let reading = Arc::clone(&self.0.reading);
        let place = match Arc::clone(&reading).try_lock_owned() {
            Ok(place) => place,
            Err(_) => match self.0.good(now()).filter(|_| need.older_meanwhile) {
                Some(good) => return Ok(good),
                None => reading.lock_owned().await,
            },
        };
        // It may have been read meanwhile: the clock is read again.
        if let Some(known) = self.0.known(need, now()) {
            return known;
        }
        let (clock, inner) = (now, Arc::clone(&self.0));
        let (now, work) = (Arc::clone(now), read());
        // A task of its own: the result is kept even if the browser that caused it goes away.
        let task = tokio::spawn(async move {
            let _place = place;
            let found = work.await;
            inner.keep(found, now())
        });
        let read = match self.0.good(clock()).filter(|_| need.older_meanwhile) {
            None => task.await,
            Some(good) => match timeout(MAX_WAIT, task).await {
                Ok(read) => read,
                Err(_) => return Ok(good),
            },
        };
        read.unwrap_or_else(|error| {
            Err(ProviderError::Unavailable {
                url: "the identity provider".into(),
                cause: error.to_string(),
            })
        })
    }

    /// Replaces the document.
    pub(crate) fn replace(&self, good: T, now: Timestamp) {
        let mut state = self.0.lock();
        state.good = Some((Arc::new(good), now));
        state.failure = None;
    }
}

impl<T> Inner<T> {
    fn lock(&self) -> MutexGuard<'_, CacheState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last good document, if it is not too old to be used.
    fn good(&self, now: Timestamp) -> Option<Arc<T>> {
        self.lock().good(now)
    }

    /// Returns the result that is known without a request, if there is one.
    fn known(&self, need: Need, now: Timestamp) -> Option<Result<Arc<T>, ProviderError>> {
        let state = self.lock();
        if let Some((good, at)) = &state.good
            && now.since(*at) < need.max_age
        {
            return Some(Ok(Arc::clone(good)));
        }
        let (failure, at) = state.failure.as_ref()?;
        if now.since(*at) >= FAILURE_KEPT {
            return None;
        }
        let repeated = || ProviderError::Repeated(Box::new(failure.clone()));
        Some(state.good(now).ok_or_else(repeated))
    }

    fn keep(
        &self,
        found: Result<T, ProviderError>,
        now: Timestamp,
    ) -> Result<Arc<T>, ProviderError> {
        let mut state = self.lock();
        match found {
            Ok(good) => {
                let good = Arc::new(good);
                state.good = Some((Arc::clone(&good), now));
                state.failure = None;
                Ok(good)
            }
            Err(error) => {
                state.failure = Some((error.clone(), now));
                let good = state.good(now).ok_or_else(|| error.clone())?;
                tracing::warn!(%error, "the identity provider's last good answer is used");
                Ok(good)
            }
        }
    }
}

impl<T> CacheState<T> {
    fn good(&self, now: Timestamp) -> Option<Arc<T>> {
        let (good, at) = self.good.as_ref()?;
        (now.since(*at) < MAX_AGE).then(|| Arc::clone(good))
    }
}
