//! The numbers of a usage chart and their breakdown, as files.

use super::{CSV, CsvRows, file, refuse, session, to_sign_in};
use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    extract::{Path, Query, Request, State},
    response::Response,
};
use domain::{
    key::token::KeyId,
    origin::Origin,
    usage::{Bucket, breakdown::OTHERS},
};
use management::{ChartQuery, ManagementError, UsageView, Viewer};
use std::collections::HashMap;

/// The first line of a chart's numbers.
const SERIES_HEADINGS: &str =
    "from,accepted,refused,rate limited,reported,client errors,server errors,average ms\r\n";
/// The first line of a breakdown.
const BREAKDOWN_HEADINGS: &str = "by,value,accepted,refused,rate limited\r\n";

/// `GET /apps/{app}/usage.csv` and `/apps/{app}/settings/api-keys/{key}/usage.csv`: one line for each
/// bar of the chart, also for those without calls.
#[expect(
    clippy::implicit_hasher,
    reason = "an extractor is made by axum, never by a caller"
)]
pub async fn series(
    state: State<AppState>,
    path: Path<HashMap<String, String>>,
    query: Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    origin: Extension<Origin>,
    request: Request,
) -> Response {
    send(
        UsageFile::Series,
        state,
        path,
        query,
        token,
        origin,
        request,
    )
    .await
}

/// `GET …/breakdown.csv` beside either: one line for each value.
#[expect(
    clippy::implicit_hasher,
    reason = "an extractor is made by axum, never by a caller"
)]
pub async fn breakdown(
    state: State<AppState>,
    path: Path<HashMap<String, String>>,
    query: Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    origin: Extension<Origin>,
    request: Request,
) -> Response {
    send(
        UsageFile::Breakdown,
        state,
        path,
        query,
        token,
        origin,
        request,
    )
    .await
}

enum UsageFile {
    Series,
    Breakdown,
}

/// Sends a file. It has some hundreds of lines at most, and is read before the response begins.
async fn send(
    kind: UsageFile,
    state: State<AppState>,
    path: Path<HashMap<String, String>>,
    query: Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    origin: Extension<Origin>,
    request: Request,
) -> Response {
    let subject = match subject(&state, &path, token, origin).await {
        Ok(Some(subject)) => subject,
        Ok(None) => return to_sign_in(&request),
        Err(error) => return refuse(&error),
    };
    let (name, headings, rows) = match kind {
        UsageFile::Series => (
            "usage",
            SERIES_HEADINGS,
            series_rows(&subject, &query).await,
        ),
        UsageFile::Breakdown => (
            "breakdown",
            BREAKDOWN_HEADINGS,
            breakdown_rows(&subject, &query).await,
        ),
    };
    let rows = match rows {
        Ok(rows) => rows.into_text(),
        Err(error) => return refuse(&error),
    };
    let prefix = subject
        .key
        .map_or_else(String::new, |key| format!("{key}-"));
    let name = format!("{prefix}{name}-{}.csv", subject.viewer.now().date_text());
    let text = format!("\u{feff}{headings}{rows}");
    file(&name, CSV, text, futures_util::stream::empty())
}

/// The key or application whose usage is exported.
struct ExportSubject {
    viewer: Viewer,
    /// `None` for the whole application.
    key: Option<KeyId>,
}

impl ExportSubject {
    async fn usage(&self) -> Result<UsageView, ManagementError> {
        Ok(match self.key {
            Some(key) => self.viewer.open_key(key).await?.usage(),
            None => self.viewer.usage().await,
        })
    }
}

/// Returns what the path names; `None` without a session.
async fn subject(
    state: &AppState,
    path: &HashMap<String, String>,
    token: Option<Extension<SessionToken>>,
    Extension(origin): Extension<Origin>,
) -> Result<Option<ExportSubject>, ManagementError> {
    let Some(session) = session(state, token).await? else {
        return Ok(None);
    };
    let app = path.get("app").map_or("", String::as_str);
    let app = app.parse().map_err(|_| ManagementError::NotFound)?;
    let viewer = session.viewer(app, origin).await?;
    let key = path.get("key").map(|key| key.parse()).transpose();
    let key = key.map_err(|_| ManagementError::NotFound)?;
    Ok(Some(ExportSubject { viewer, key }))
}

/// Returns the range in the page's query.
fn asked(query: &HashMap<String, String>) -> ChartQuery<'_> {
    let get = |name: &str| query.get(name).map_or("", String::as_str);
    ChartQuery {
        window: get("window"),
        from: get("from"),
        until: get("until"),
        zone: get("zone"),
    }
}

async fn series_rows(
    subject: &ExportSubject,
    query: &HashMap<String, String>,
) -> Result<CsvRows, ManagementError> {
    let (range, _) = subject.viewer.range(asked(query));
    let mut rows = CsvRows::new();
    for bar in subject.usage().await?.bars(range).await? {
        let average = bar.reported.average_ms();
        rows.push([
            &bar.at.to_string(),
            &bar.calls.accepted.to_string(),
            &bar.calls.refused.to_string(),
            &bar.calls.rate_limited.to_string(),
            &bar.reported.calls.to_string(),
            &bar.reported.client_errors.to_string(),
            &bar.reported.server_errors.to_string(),
            &average.map(|ms| ms.to_string()).unwrap_or_default(),
        ]);
    }
    Ok(rows)
}

async fn breakdown_rows(
    subject: &ExportSubject,
    query: &HashMap<String, String>,
) -> Result<CsvRows, ManagementError> {
    let (range, _) = subject.viewer.range(asked(query));
    let breakdown = subject.usage().await?.breakdown(range).await?;
    let mut rows = CsvRows::new();
    for shares in breakdown.shares {
        let by = shares.dimension.as_str();
        for share in &shares.top {
            push_value(&mut rows, by, &share.value, share.calls);
        }
        if shares.rest.total() > 0 {
            push_value(&mut rows, by, OTHERS, shares.rest);
        }
    }
    Ok(rows)
}

fn push_value(rows: &mut CsvRows, by: &str, value: &str, sum: Bucket) {
    rows.push([
        by,
        value,
        &sum.accepted.to_string(),
        &sum.refused.to_string(),
        &sum.rate_limited.to_string(),
    ]);
}
