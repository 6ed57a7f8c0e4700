//! The list of keys as a file.

use super::{CSV, CsvRows, file, refuse, session, to_sign_in};
use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    extract::{Path, Query, Request, State},
    response::Response,
};
use domain::{
    key::{
        KeySummary,
        filter::{KeyCursor, KeyFilter, KeyQuery, Order},
    },
    origin::Origin,
    time::Timestamp,
};
use management::{ManagementError, Viewer};
use std::collections::HashMap;

/// Keys that are read at once.
const CHUNK: usize = 500;

/// The first line.
const HEADINGS: &str = "name,key,environment,status,scopes,allowed addresses,rate limit,created,created by,last used,last used from,last used by,expires,revoked because,description\r\n";

/// `GET /apps/{app}/settings/api-keys.csv`: all keys that match the list's filter.
#[expect(
    clippy::implicit_hasher,
    reason = "an extractor is made by axum, never by a caller"
)]
pub async fn csv(
    State(state): State<AppState>,
    Path(app): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    Extension(origin): Extension<Origin>,
    request: Request,
) -> Response {
    let viewer = match viewer(&state, &app, token, origin).await {
        Ok(Some(viewer)) => viewer,
        Ok(None) => return to_sign_in(&request),
        Err(error) => return refuse(&error),
    };
    let get = |name: &str| query.get(name).map_or("", String::as_str);
    let query = KeyQuery {
        filter: KeyFilter::parse(
            get("tab"),
            get("search"),
            get("status"),
            get("environment"),
            get("notable"),
            get("scope"),
            get("creator"),
        ),
        order: Order::parse(get("sort"), get("dir")),
        cursor: None,
    };
    // The first chunk is read before the response begins, so that a database error becomes its status.
    let (first, cursor) = match chunk(&viewer, &query).await {
        Ok(chunk) => chunk,
        Err(error) => return refuse(&error),
    };
    let name = format!("api-keys-{}.csv", viewer.now().date_text());
    let beginning = format!("\u{feff}{HEADINGS}{first}");
    let rest = futures_util::stream::try_unfold(
        (viewer, query, cursor),
        |(viewer, mut query, cursor)| async {
            if cursor.is_none() {
                return Ok(None);
            }
            query.cursor = cursor;
            let (text, cursor) = chunk(&viewer, &query).await?;
            Ok::<_, ManagementError>(Some((text, (viewer, query, cursor))))
        },
    );
    file(&name, CSV, beginning, rest)
}

/// Returns the viewer who asks; `None` without a session.
async fn viewer(
    state: &AppState,
    app: &str,
    token: Option<Extension<SessionToken>>,
    origin: Origin,
) -> Result<Option<Viewer>, ManagementError> {
    let Some(session) = session(state, token).await? else {
        return Ok(None);
    };
    let app = app.parse().map_err(|_| ManagementError::NotFound)?;
    session.viewer(app, origin).await.map(Some)
}

/// Returns the rows of the next keys, and the cursor after them.
async fn chunk(
    viewer: &Viewer,
    query: &KeyQuery,
) -> Result<(String, Option<KeyCursor>), ManagementError> {
    let page = viewer.keys_at_most(query, CHUNK).await?;
    let mut rows = CsvRows::new();
    for key in &page.rows {
        push_key(&mut rows, key);
    }
    Ok((rows.into_text(), page.next))
}

fn push_key(rows: &mut CsvRows, key: &KeySummary) {
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let used = key.last_used.as_ref();
    let revocation_reason = match &key.state {
        domain::key::state::State::Revoked { reason, .. } => reason.as_str(),
        _ => "",
    };
    rows.push([
        key.name.as_str(),
        &key.id.to_string(),
        key.environment.as_str(),
        key.state.as_str(),
        &key.scopes.to_string(),
        &key.ip_rules.to_string(),
        &key.rate_limit
            .map(|limit| limit.to_string())
            .unwrap_or_default(),
        &instant(Some(key.created_at)),
        key.created_by_email.as_deref().unwrap_or_default(),
        &instant(used.map(|used| used.at)),
        used.map_or("", |used| used.address.as_str()),
        used.map_or("", |used| used.user_agent.as_str()),
        &instant(key.expires_at),
        revocation_reason,
        &key.description,
    ]);
}
