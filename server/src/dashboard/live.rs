//! Calls as they happen, as server-sent events (HTML, 9.2), for members of the application's account.

use super::export::{refuse, session, viewer};
use crate::{AppState, live_streams::LiveStreamPermit};
use app::{
    context::SessionToken,
    island::live_requests::LiveRows,
    part::requests::{list::KeyNames, live_rows},
    routes::RequestsAddress,
};
use axum::{
    Extension,
    extract::{Path, Query, State},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use domain::{
    decision::{DecisionBatch, DecisionFilter},
    origin::Origin,
    page::PAGE_SIZE,
};
use futures_util::{StreamExt, stream};
use http::{HeaderMap, HeaderName, StatusCode, header};
use management::{ManagementError, Viewer};
use std::{collections::BTreeMap, convert::Infallible, time::Duration};
use telemetry::Tail;
use tokio::time::sleep;

/// The interval after which a quiet stream sends a comment, to find out whether its reader is still there and may still read.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// The time after which a browser reconnects.
const RETRY: Duration = Duration::from_secs(2);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// An open stream.
struct LiveStream {
    state: AppState,
    token: SessionToken,
    viewer: Viewer,
    address: RequestsAddress,
    filter: DecisionFilter,
    names: KeyNames,
    tail: Tail,
    _permit: LiveStreamPermit,
}

/// Streams the lines of the calls that match the filter of the page, after the one with the id in `Last-Event-ID` or `?after=`;
/// without an id, from now on. The stream ends with the reader's session or role, and when the server stops.
pub async fn live(
    State(state): State<AppState>,
    Path(app): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    Extension(origin): Extension<Origin>,
    headers: HeaderMap,
) -> Response {
    let get = |name: &str| query.get(name).cloned().unwrap_or_default();
    let address = RequestsAddress::of(get);
    let token = token.map(|Extension(token)| token);
    let found = viewer_and_filter(&state, &app, &address, token.as_ref(), origin).await;
    let (viewer, filter, token) = match (found, token) {
        (Ok(Some((viewer, filter))), Some(token)) => (viewer, filter, token),
        // A browser does not show the target of a redirect here.
        (Ok(_), _) => return (StatusCode::UNAUTHORIZED, "Sign in first.\n").into_response(),
        (Err(error), _) => return refuse(&error),
    };
    let Some(permit) = state.streams.admit(viewer.identity().person_id) else {
        let sentence = "You have too many live pages open. Close one of them.\n";
        return (StatusCode::TOO_MANY_REQUESTS, sentence).into_response();
    };
    let last = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let after = last
        .map_or_else(|| get("after"), str::to_owned)
        .parse()
        .ok();
    let live = LiveStream {
        token,
        tail: viewer.tail(filter.key, after),
        viewer,
        address,
        filter,
        names: KeyNames::new(),
        state,
        _permit: permit,
    };
    let first = stream::iter([Ok::<_, Infallible>(Event::default().retry(RETRY))]);
    let rest = stream::unfold(live, |mut live| async move {
        let event = live.next().await?;
        Some((Ok(event), live))
    });
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        // nginx would otherwise hold back small events.
        (X_ACCEL_BUFFERING, "no"),
    ];
    (headers, Sse::new(first.chain(rest))).into_response()
}

/// Returns the viewer who asks, and the calls that they ask for; `None` without a session.
async fn viewer_and_filter(
    state: &AppState,
    app: &str,
    address: &RequestsAddress,
    token: Option<&SessionToken>,
    origin: Origin,
) -> Result<Option<(Viewer, DecisionFilter)>, ManagementError> {
    let Some(session) = session(state, token).await? else {
        return Ok(None);
    };
    let viewer = viewer(&session, app, origin).await?;
    let key = match address.key.as_str() {
        "" => None,
        key => {
            let key = key.parse().map_err(|_| ManagementError::NotFound)?;
            Some(viewer.key(key).await?.id)
        }
    };
    let filter = DecisionFilter {
        // Calls that come in are always recent enough.
        from: None,
        ..address.filter(key, viewer.now())
    };
    Ok(Some((viewer, filter)))
}

impl LiveStream {
    /// Waits for the next event; `None` where the stream has ended.
    async fn next(&mut self) -> Option<Event> {
        let batch = tokio::select! {
            batch = self.tail.next() => Some(batch),
            () = sleep(KEEP_ALIVE) => None,
            () = self.state.drained() => return None,
        };
        // Checked after the wait: the role may have been withdrawn meanwhile.
        if !self.may_read().await {
            return None;
        }
        let Some(batch) = batch else {
            return Some(Event::default().comment("still here"));
        };
        let event = Event::default().id(batch.last.to_string());
        let rows = self.rows(batch).await.ok()?;
        event.json_data(&rows).ok()
    }

    /// Renders the lines of the calls that match the filter.
    async fn rows(&mut self, mut batch: DecisionBatch) -> Result<LiveRows, ManagementError> {
        batch.calls.retain(|call| self.filter.matches(call));
        let mut unknown: Vec<_> = batch
            .calls
            .iter()
            .map(|call| call.key)
            .filter(|key| !self.names.contains_key(key))
            .collect();
        unknown.sort_unstable();
        unknown.dedup();
        for ids in unknown.chunks(PAGE_SIZE) {
            self.names.extend(self.viewer.key_names(ids).await?);
        }
        Ok(live_rows(&self.viewer, &self.address, &self.names, batch))
    }

    /// Whether the reader still has a session and a role. It does not extend the session. Where the database does not respond,
    /// the stream ends and the browser reconnects.
    async fn may_read(&self) -> bool {
        let SessionToken(token) = &self.token;
        match self
            .state
            .keyring
            .sessions()
            .find_without_touch(token)
            .await
        {
            Ok(Some(session)) => session
                .viewer(self.viewer.application().id, Origin::default())
                .await
                .is_ok(),
            _ => false,
        }
    }
}
