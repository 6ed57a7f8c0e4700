//! Downloads of what a page shows. Rows are read from the database while the file is sent. No file holds a secret.

pub mod audit_log;
pub mod keys;
pub mod usage;

use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    body::Body,
    extract::{FromRequestParts, Path, Query},
    response::{IntoResponse, Redirect, Response},
};
use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};
use domain::origin::Origin;
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderName, StatusCode, Uri, header, request::Parts};
use management::{ManagementError, Session, Viewer};
use std::{borrow::Cow, collections::HashMap};

/// The content type of CSV files.
const CSV: &str = "text/csv; charset=utf-8; header=present";

/// A request for a file.
pub struct ExportRequest {
    state: AppState,
    path: HashMap<String, String>,
    query: HashMap<String, String>,
    token: Option<SessionToken>,
    origin: Origin,
    uri: Uri,
}

impl FromRequestParts<AppState> for ExportRequest {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Path(path) = extract(parts, state).await?;
        let Query(query) = extract(parts, state).await?;
        let Extension(origin) = extract(parts, state).await?;
        Ok(Self {
            state: state.clone(),
            path,
            query,
            token: parts.extensions.get().cloned(),
            origin,
            uri: parts.uri.clone(),
        })
    }
}

/// Extracts a part of a request, or returns the response that refuses it.
async fn extract<E: FromRequestParts<AppState>>(
    parts: &mut Parts,
    state: &AppState,
) -> Result<E, Response> {
    E::from_request_parts(parts, state)
        .await
        .map_err(IntoResponse::into_response)
}

impl ExportRequest {
    /// Returns a parameter of the query; empty where it is missing.
    fn parameter(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// Returns the id of the application in the path.
    fn app(&self) -> &str {
        self.path.get("app").map_or("", String::as_str)
    }

    /// Returns the session of the request.
    async fn session(&self) -> Result<Session, ExportRefusal> {
        let session = session(&self.state, self.token.as_ref()).await?;
        session.ok_or_else(|| {
            let next = self.uri.path_and_query().map_or("/", |path| path.as_str());
            ExportRefusal::Redirect(app::routes::with_query("/sign-in", &[("next", next)]))
        })
    }

    /// Returns the person who asks, as a viewer of the application in the path.
    async fn viewer(&self) -> Result<Viewer, ExportRefusal> {
        let session = self.session().await?;
        Ok(viewer(&session, self.app(), self.origin.clone()).await?)
    }
}

/// Why a request gets no file.
pub enum ExportRefusal {
    /// A page has to be read first.
    Redirect(String),
    /// Reading failed, or is not allowed.
    Failed(ManagementError),
}

impl From<ManagementError> for ExportRefusal {
    fn from(error: ManagementError) -> Self {
        Self::Failed(error)
    }
}

impl IntoResponse for ExportRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::Redirect(path) => Redirect::to(&path).into_response(),
            Self::Failed(error) => refuse(&error),
        }
    }
}

/// Returns the session of a request; `None` without a session.
pub(super) async fn session(
    state: &AppState,
    token: Option<&SessionToken>,
) -> Result<Option<Session>, ManagementError> {
    match token {
        Some(SessionToken(token)) => state.keyring.sessions().find(token).await,
        None => Ok(None),
    }
}

/// Returns the person of a session, as a viewer of an application.
pub(super) async fn viewer(
    session: &Session,
    app: &str,
    origin: Origin,
) -> Result<Viewer, ManagementError> {
    let app = app.parse().map_err(|_| ManagementError::NotFound)?;
    session.viewer(app, origin).await
}

/// Reads a file in chunks: `read` returns the text at a position, and the next position unless the file ends. Returns the first
/// chunk and a stream of the others. The first one is read before the response begins, so that a database error becomes its status.
async fn chunks<P, F>(
    position: P,
    read: fn(P) -> F,
) -> Result<
    (
        String,
        impl Stream<Item = Result<String, ManagementError>> + Send + 'static,
    ),
    ManagementError,
>
where
    P: Send + 'static,
    F: Future<Output = Result<(String, Option<P>), ManagementError>> + Send + 'static,
{
    let (first, next) = read(position).await?;
    let rest = stream::try_unfold(next, move |next| async move {
        match next {
            Some(position) => read(position).await.map(Some),
            None => Ok(None),
        }
    });
    Ok((first, rest))
}

/// Returns a download. `beginning` has been read; `rest` is read while the file is sent.
fn file(
    name: &str,
    content_type: &str,
    beginning: String,
    rest: impl Stream<Item = Result<String, ManagementError>> + Send + 'static,
) -> Response {
    let headers: [(HeaderName, String); 4] = [
        (header::CONTENT_TYPE, content_type.into()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
        (header::CACHE_CONTROL, "no-store".into()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".into()),
    ];
    let rest = rest.inspect(|chunk| {
        if let Err(error) = chunk {
            tracing::error!(%error, "an export failed after it had begun");
        }
    });
    let body = stream::iter([Ok(beginning)]).chain(rest);
    (headers, Body::from_stream(body)).into_response()
}

/// Returns the response for an error before the file has begun.
pub(super) fn refuse(error: &ManagementError) -> Response {
    let (status, sentence) = match error {
        ManagementError::NotFound => (StatusCode::NOT_FOUND, "Not found. Check the URL.\n"),
        ManagementError::Forbidden => (
            StatusCode::FORBIDDEN,
            "Your role doesn't allow this. Ask an owner of the account.\n",
        ),
        ManagementError::FactorRequired => (
            StatusCode::FORBIDDEN,
            "Set up two-factor authentication in your profile first. Your account requires it.\n",
        ),
        ManagementError::Unavailable(_) => (
            StatusCode::SERVICE_UNAVAILABLE,
            "Latchkey isn't responding. Try again in a moment.\n",
        ),
        _ => (
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong. Try again in a moment.\n",
        ),
    };
    if status.is_server_error() {
        tracing::error!(%error, "an export failed before it had begun");
    }
    (status, sentence).into_response()
}

/// Rows of comma-separated values (RFC 4180), with every cell in quotes.
struct CsvRows(Writer<Vec<u8>>);

impl CsvRows {
    fn new() -> Self {
        let mut builder = WriterBuilder::new();
        builder
            .quote_style(QuoteStyle::Always)
            .terminator(Terminator::CRLF);
        Self(builder.from_writer(Vec::new()))
    }

    fn push<const N: usize>(&mut self, cells: [&str; N]) {
        // Writing to memory cannot fail.
        let _ = self.0.write_record(cells.map(as_text));
    }

    fn into_text(self) -> String {
        let bytes = self.0.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// Returns the bytes of a cell. A spreadsheet would evaluate a cell that begins with an operator as a formula; an apostrophe
/// before it prevents that (OWASP, "CSV Injection"). Spaces before the operator do not.
fn as_text(cell: &str) -> Cow<'_, [u8]> {
    let first = cell
        .trim_start_matches([' ', '\u{a0}', '\u{feff}'])
        .chars()
        .next();
    match first {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            format!("'{cell}").into_bytes().into()
        }
        _ => cell.as_bytes().into(),
    }
}

#[cfg(test)]
mod tests {
    use super::CsvRows;

    #[test]
    fn a_cell_is_quoted_and_is_never_a_formula() {
        for (cell, written) in [
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
            let mut rows = CsvRows::new();
            rows.push([cell, "end"]);
            assert_eq!(
                rows.into_text(),
                format!("{written},\"end\"\r\n"),
                "{cell:?}"
            );
        }
    }
}
