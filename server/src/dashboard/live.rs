//! Calls as they happen, as server-sent events (HTML, 9.2), for whoever may read the application.

use super::export::{refuse, session};
use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    body::Body,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use domain::origin::Origin;
use domain::{
    decision::Heard,
    id::{ApplicationId, PersonId},
    key::token::KeyId,
};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, StatusCode, header};
use management::{ManagementError, Viewer};
use serde::Deserialize;
use std::{
    collections::HashMap,
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use telemetry::Tail;
use tokio::time::sleep;

/// Streams that one person may have open: browsers open six connections of HTTP/1.1 to a server, and pages need some.
const MOST: usize = 4;
/// How often a silent stream is looked after: whether its reader is still there, and still may read.
const BEAT: Duration = Duration::from_secs(5);
/// Milliseconds after which a browser comes back whose stream broke off.
const RETRY: &str = "retry: 2000\n\n";
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// How many streams each person has open.
#[derive(Clone, Default)]
pub struct Streams(Arc<Mutex<HashMap<PersonId, usize>>>);

/// One of them; it ends when dropped.
struct Seat {
    streams: Streams,
    person: PersonId,
}

impl Streams {
    fn take(&self, person: PersonId) -> Option<Seat> {
        let mut open = self.lock();
        let count = open.entry(person).or_default();
        if *count >= MOST {
            return None;
        }
        *count += 1;
        Some(Seat {
            streams: self.clone(),
            person,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<PersonId, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
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

/// What stands behind the question mark.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    key: String,
    after: String,
}

/// A stream under way.
struct Stream {
    state: AppState,
    token: Option<Extension<SessionToken>>,
    app: ApplicationId,
    tail: Tail,
    _seat: Seat,
}

/// The calls of the application, or of `?key=`, behind the one with the id in `Last-Event-ID` or `?after=`; from now on
/// where there is none. It ends with the reader's session or role, and with the server.
pub async fn live(
    State(state): State<AppState>,
    Path(app): Path<String>,
    Query(wanted): Query<Wanted>,
    token: Option<Extension<SessionToken>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
) -> Response {
    let (viewer, key) = match viewer(&state, &app, &wanted.key, token.clone(), origin).await {
        Ok(Some(found)) => found,
        // No browser follows a stream to the sign-in page.
        Ok(None) => return (StatusCode::UNAUTHORIZED, "Sign in first.\n").into_response(),
        Err(error) => return refuse(&error),
    };
    let Some(seat) = state.streams.take(viewer.identity().person_id) else {
        let words = "You have too many live pages open. Close one of them.\n";
        return (StatusCode::TOO_MANY_REQUESTS, words).into_response();
    };
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let after = last.unwrap_or(&wanted.after).parse().ok();
    let stream = Stream {
        token,
        app: viewer.application().id,
        tail: viewer.tail(key, after),
        state,
        _seat: seat,
    };
    let beginning = stream::iter([Ok::<_, Infallible>(RETRY.to_owned())]);
    let rest = stream::unfold(stream, |mut stream| async move {
        let piece = stream.next().await?;
        Some((Ok(piece), stream))
    });
    let lines = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // nginx would keep back what is small.
        (X_ACCEL_BUFFERING, "no"),
    ];
    let body = Body::from_stream(beginning.chain(rest));
    (lines, body).into_response()
}

/// Whoever asks, where somebody is signed in, and the key that they ask about.
async fn viewer(
    state: &AppState,
    app: &str,
    key: &str,
    token: Option<Extension<SessionToken>>,
    origin: Origin,
) -> Result<Option<(Viewer, Option<KeyId>)>, ManagementError> {
    let Some(session) = session(state, token).await? else {
        return Ok(None);
    };
    let app = app.parse().map_err(|_| ManagementError::NotFound)?;
    let viewer = session.viewer(app, origin).await?;
    let key = match key {
        "" => None,
        key => {
            let key = key.parse().map_err(|_| ManagementError::NotFound)?;
            Some(viewer.key(key).await?.id)
        }
    };
    Ok(Some((viewer, key)))
}

impl Stream {
    /// The next event; nothing where the stream is over.
    async fn next(&mut self) -> Option<String> {
        let news = tokio::select! {
            news = self.tail.next() => Some(news),
            () = sleep(BEAT) => None,
            () = self.state.drained() => return None,
        };
        // Nobody hears of a call who may not read any more.
        if !self.may_read().await {
            return None;
        }
        let Some(news) = news else {
            return Some(": still here\n\n".to_owned());
        };
        let heard = Heard {
            calls: news.calls,
            skipped: news.skipped,
            last: news.last,
        };
        let json = serde_json::to_string(&heard).ok()?;
        Some(format!("id: {}\ndata: {json}\n\n", heard.last))
    }

    /// An open page keeps no session alive. Where the database does not answer, the stream ends; the browser tries again.
    async fn may_read(&self) -> bool {
        let Some(Extension(SessionToken(token))) = &self.token else {
            return false;
        };
        match self.state.keyring.session_without_touch(token).await {
            Ok(Some(session)) => session.viewer(self.app, Origin::default()).await.is_ok(),
            _ => false,
        }
    }
}
