//! The list of keys as a file, never with a secret.

use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    body::Body,
    extract::{Path, Query, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::{
    key::{
        KeySummary,
        filter::{KeyCursor, KeyFilter, KeyQuery, Order},
    },
    time::Timestamp,
};
use http::{HeaderName, StatusCode, header};
use keyring::{KeyringError, Origin, Viewer};
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
pub async fn keys(
    State(state): State<AppState>,
    Path(app): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    Extension(origin): Extension<Origin>,
    request: Request,
) -> Response {
    let token = token.map(|Extension(SessionToken(token))| token);
    let viewer = match viewer(&state, &app, token, origin).await {
        Ok(Some(viewer)) => viewer,
        Ok(None) => {
            let path = request
                .uri()
                .path_and_query()
                .map_or("/", |path| path.as_str());
            let path = app::routes::with_query("/sign-in", &[("next", path)]);
            return Redirect::to(&path).into_response();
        }
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
            let (text, cursor) = piece(&viewer, &query).await.map_err(|error| {
                tracing::error!(%error, "an export broke off");
                error
            })?;
            Ok::<_, KeyringError>(Some((text, (viewer, query, cursor))))
        },
    );
    let body = futures_util::StreamExt::chain(futures_util::stream::iter([Ok(head)]), rest);
    let lines: [(HeaderName, String); 4] = [
        (
            header::CONTENT_TYPE,
            "text/csv; charset=utf-8; header=present".into(),
        ),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "no-store".into()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
    ];
    (lines, Body::from_stream(body)).into_response()
}

/// Whoever asks, where somebody is signed in.
async fn viewer(
    state: &AppState,
    app: &str,
    token: Option<String>,
    origin: Origin,
) -> Result<Option<Viewer>, KeyringError> {
    let Some(token) = token else {
        return Ok(None);
    };
    let Some(session) = state.keyring.session(&token).await? else {
        return Ok(None);
    };
    let app = app.parse().map_err(|_| KeyringError::NotFound)?;
    session.viewer(app, origin).await.map(Some)
}

fn refuse(error: &KeyringError) -> Response {
    let (status, words) = match error {
        KeyringError::NotFound => (StatusCode::NOT_FOUND, "There is nothing at this address.\n"),
        KeyringError::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Latchkey cannot be reached just now. Try again in a moment.\n",
        ),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side.\n",
        ),
    };
    if status.is_server_error() {
        tracing::error!(%error, "an export could not begin");
    }
    (status, words).into_response()
}

/// Lines of the next keys, and where those behind them begin.
async fn piece(
    viewer: &Viewer,
    query: &KeyQuery,
) -> Result<(String, Option<KeyCursor>), KeyringError> {
    let page = viewer.keys_at_most(query, CHUNK).await?;
    let mut text = String::with_capacity(page.rows.len() * 200);
    for key in &page.rows {
        line(&mut text, key);
    }
    Ok((text, page.next))
}

/// One key as a line (RFC 4180).
fn line(text: &mut String, key: &KeySummary) {
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
    for (place, content) in cells.into_iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        cell(text, content);
    }
    text.push_str("\r\n");
}

/// A cell in quotes. A spreadsheet would take one that begins with a sign of arithmetic for a formula, and run it: an
/// apostrophe makes it text (OWASP, "CSV Injection"). Spaces before the sign do not protect anybody.
fn cell(text: &mut String, content: &str) {
    text.push('"');
    let first = content
        .trim_start_matches([' ', '\u{a0}', '\u{feff}'])
        .chars()
        .next();
    let formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠')
    );
    if formula {
        text.push('\'');
    }
    for c in content.chars() {
        if c == '"' {
            text.push('"');
        }
        text.push(c);
    }
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_is_a_formula_and_none_breaks_out_of_its_quotes() {
        for (content, written) in [
            ("Checkout", "\"Checkout\""),
            ("", "\"\""),
            ("a, \"b\"\nc", "\"a, \"\"b\"\"\nc\""),
            ("=1+1", "\"'=1+1\""),
            (
                "=HYPERLINK(\"http://evil\",\"x\")",
                "\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\")\"",
            ),
            ("+1", "\"'+1\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("  =1", "\"'  =1\""),
            ("＝1", "\"'＝1\""),
            ("a=1", "\"a=1\""),
        ] {
            let mut text = String::new();
            cell(&mut text, content);
            assert_eq!(text, written, "{content:?}");
        }
    }
}
