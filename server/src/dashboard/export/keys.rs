//! The list of keys as a file, never with a secret.

use super::{CSV, file, line, refuse, session, to_sign_in};
use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    extract::{Path, Query, Request, State},
    response::Response,
};
use domain::origin::Origin;
use domain::{
    key::{
        KeySummary,
        filter::{KeyCursor, KeyFilter, KeyQuery, Order},
    },
    time::Timestamp,
};
use management::{ManagementError, Viewer};
use std::collections::HashMap;

/// Keys that are read at once.
const CHUNK: usize = 500;

/// The first line.
const HEADINGS: &str = "name,key,environment,status,scopes,allowed addresses,rate limit,created,created by,last used,last used from,last used by,expires,revoked because,description\r\n";

/// `GET /apps/{app}/settings/api-keys.csv`: the keys that the list's address means, on all pages, written while they are
/// read.
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
            get("search"),
            get("status"),
            get("environment"),
            get("notable"),
        ),
        order: Order::parse(get("sort"), get("dir")),
        cursor: None,
    };
    // The first piece is read before the answer begins: where the database is away, that is its status.
    let (first, cursor) = match piece(&viewer, &query).await {
        Ok(piece) => piece,
        Err(error) => return refuse(&error),
    };
    let name = format!("api-keys-{}.csv", viewer.now().date_text());
    let head = format!("\u{feff}{HEADINGS}{first}");
    let rest = futures_util::stream::try_unfold(
        (viewer, query, cursor),
        |(viewer, mut query, cursor)| async {
            if cursor.is_none() {
                return Ok(None);
            }
            query.cursor = cursor;
            let (text, cursor) = piece(&viewer, &query).await?;
            Ok::<_, ManagementError>(Some((text, (viewer, query, cursor))))
        },
    );
    file(&name, CSV, head, rest)
}

/// Whoever asks, where somebody is signed in.
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

/// Lines of the next keys, and where those behind them begin.
async fn piece(
    viewer: &Viewer,
    query: &KeyQuery,
) -> Result<(String, Option<KeyCursor>), ManagementError> {
    let page = viewer.keys_at_most(query, CHUNK).await?;
    let mut text = String::with_capacity(page.rows.len() * 200);
    for key in &page.rows {
        one(&mut text, key);
    }
    Ok((text, page.next))
}

/// One key as a line.
fn one(text: &mut String, key: &KeySummary) {
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let used = key.last_used.as_ref();
    let because = match &key.state {
        domain::key::state::State::Revoked { reason, .. } => reason.as_str(),
        _ => "",
    };
    let cells: [&str; 15] = [
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
        because,
        &key.description,
    ];
    line(text, cells);
}
