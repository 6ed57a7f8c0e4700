//! Files of what a page shows, written while it is read; never with a secret.

pub mod audit_log;
pub mod keys;
pub mod usage;

use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    body::Body,
    extract::Request,
    response::{IntoResponse, Redirect, Response},
};
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderName, StatusCode, header};
use management::{ManagementError, Session};

/// Whoever asks, where somebody is signed in.
pub(super) async fn session(
    state: &AppState,
    token: Option<Extension<SessionToken>>,
) -> Result<Option<Session>, ManagementError> {
    match token {
        Some(Extension(SessionToken(token))) => state.keyring.session(&token).await,
        None => Ok(None),
    }
}

/// Whoever is not signed in comes back here afterwards.
fn to_sign_in(request: &Request) -> Response {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let path = app::routes::with_query("/sign-in", &[("next", path)]);
    Redirect::to(&path).into_response()
}

/// A file of this name and kind: its beginning, which has been read, and the rest, which is read while it is sent.
fn file(
    name: &str,
    kind: &str,
    beginning: String,
    rest: impl Stream<Item = Result<String, ManagementError>> + Send + 'static,
) -> Response {
    let lines: [(HeaderName, String); 4] = [
        (header::CONTENT_TYPE, kind.into()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "no-store".into()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
    ];
    let rest = rest.inspect(|piece| {
        if let Err(error) = piece {
            tracing::error!(%error, "an export broke off");
        }
    });
    let body = stream::iter([Ok(beginning)]).chain(rest);
    (lines, Body::from_stream(body)).into_response()
}

/// What [`file`] calls a file of comma-separated values.
const CSV: &str = "text/csv; charset=utf-8; header=present";

pub(super) fn refuse(error: &ManagementError) -> Response {
    let (status, words) = match error {
        ManagementError::NotFound => (StatusCode::NOT_FOUND, "There is nothing at this address.\n"),
        ManagementError::Forbidden => (
            StatusCode::FORBIDDEN,
            "Your role does not allow this. Ask an owner of the account.\n",
        ),
        ManagementError::Unavailable(_) => (
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

/// A line of cells (RFC 4180).
fn line<'a>(text: &mut String, cells: impl IntoIterator<Item = &'a str>) {
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
