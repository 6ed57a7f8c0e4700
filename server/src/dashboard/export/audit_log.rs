//! The audit log as a file, in the order of its hash chain and with the hashes, so that each row can be checked later.

use super::{CSV, CsvRows, file, refuse, session, to_sign_in};
use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    extract::{Path, Query, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::{audit::AuditFilter, origin::Origin, time::Timestamp};
use management::{AuditLine, AuditQuery, FreshAccountOwner, ManagementError};
use serde::Serialize;
use std::collections::HashMap;

/// The first line of the CSV file.
const HEADINGS: &str = "number,at,actor,actor id,action,target,detail,address,request id,before,after,encoding,pepper,previous hash,hash\r\n";

/// `GET /apps/{app}/settings/audit-log.csv`.
#[expect(
    clippy::implicit_hasher,
    reason = "an extractor is made by axum, never by a caller"
)]
pub async fn csv(
    state: State<AppState>,
    app: Path<String>,
    query: Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    origin: Extension<Origin>,
    request: Request,
) -> Response {
    let format = Format {
        extension: "csv",
        content_type: CSV,
        beginning: format!("\u{feff}{HEADINGS}"),
        write: to_csv,
    };
    send(format, state, app, query, token, origin, request).await
}

/// `GET /apps/{app}/settings/audit-log.jsonl`: one JSON object a line, with the texts that are hashed.
#[expect(
    clippy::implicit_hasher,
    reason = "an extractor is made by axum, never by a caller"
)]
pub async fn jsonl(
    state: State<AppState>,
    app: Path<String>,
    query: Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    origin: Extension<Origin>,
    request: Request,
) -> Response {
    let format = Format {
        extension: "jsonl",
        content_type: "application/jsonl; charset=utf-8",
        beginning: String::new(),
        write: to_json_lines,
    };
    send(format, state, app, query, token, origin, request).await
}

/// A file format.
struct Format {
    extension: &'static str,
    content_type: &'static str,
    /// The text before the first row.
    beginning: String,
    write: fn(&[AuditLine]) -> String,
}

/// Sends all records that match the page's filter.
async fn send(
    format: Format,
    State(state): State<AppState>,
    Path(app): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    token: Option<Extension<SessionToken>>,
    Extension(origin): Extension<Origin>,
    request: Request,
) -> Response {
    let owner = match owner(&state, &app, token, origin).await {
        Ok(Some(owner)) => owner,
        Ok(None) => return to_sign_in(&request),
        // The page asks for the password, then offers the same file.
        Err(ManagementError::Stale) => return to_page(&app, &request),
        Err(error) => return refuse(&error),
    };
    let get = |name: &str| query.get(name).map_or("", String::as_str);
    let query = AuditQuery {
        target: get("key"),
        actor: get("person"),
        action: get("action"),
        days: [get("from"), get("until")],
    };
    let filter = match owner.audit_filter(query).await {
        Ok(filter) => filter,
        Err(error) => return refuse(&error),
    };
    // The first chunk is read before the response begins, so that a database error becomes its status.
    let (first, after) = match chunk(&owner, &filter, 0, format.write).await {
        Ok(chunk) => chunk,
        Err(error) => return refuse(&error),
    };
    let name = format!("audit-log-{}.{}", owner.now().date_text(), format.extension);
    let rest = futures_util::stream::try_unfold(
        (owner, filter, after),
        move |(owner, filter, after)| async move {
            let Some(last) = after else {
                return Ok(None);
            };
            let (text, after) = chunk(&owner, &filter, last, format.write).await?;
            Ok(Some((text, (owner, filter, after))))
        },
    );
    file(&name, format.content_type, format.beginning + &first, rest)
}

/// Returns the owner who asks; `None` without a session.
async fn owner(
    state: &AppState,
    app: &str,
    token: Option<Extension<SessionToken>>,
    origin: Origin,
) -> Result<Option<FreshAccountOwner>, ManagementError> {
    let Some(session) = session(state, token).await? else {
        return Ok(None);
    };
    let app = app.parse().map_err(|_| ManagementError::NotFound)?;
    let owner = session.account_owner(app, origin).await?;
    owner.fresh_account_owner().map(Some)
}

/// Redirects to the page, with the same filter.
fn to_page(app: &str, request: &Request) -> Response {
    let query = request.uri().query();
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    Redirect::to(&format!("{}{query}", app::routes::audit_log(app))).into_response()
}

/// Returns the text of the next records, and the number of the last one, if there are any.
async fn chunk(
    owner: &FreshAccountOwner,
    filter: &AuditFilter,
    after: i64,
    write: fn(&[AuditLine]) -> String,
) -> Result<(String, Option<i64>), ManagementError> {
    let lines = owner.audit_lines(filter, after).await?;
    Ok((write(&lines), lines.last().map(|line| line.seq)))
}

fn to_csv(records: &[AuditLine]) -> String {
    let mut rows = CsvRows::new();
    for record in records {
        rows.push([
            &record.seq.to_string(),
            &Timestamp(record.at).to_string(),
            &record.actor,
            &record.actor_id.map(|id| id.to_string()).unwrap_or_default(),
            &record.action,
            &record.target,
            &record.detail,
            &record.address,
            &record.request_id,
            &record.before,
            &record.after,
            &record.encoding.to_string(),
            &record.pepper,
            &record.previous_text(),
            &record.hash_text(),
        ]);
    }
    rows.into_text()
}

/// A record in JSON.
#[derive(Serialize)]
struct JsonRecord<'a> {
    account_id: String,
    number: i64,
    /// Unix time in milliseconds, which is what is hashed.
    at_ms: i64,
    at: String,
    actor: &'a str,
    actor_id: Option<String>,
    action: &'a str,
    target: &'a str,
    detail: &'a str,
    address: &'a str,
    request_id: &'a str,
    before: &'a str,
    after: &'a str,
    encoding: i64,
    /// The name of the pepper of the row's seal, which is hashed too.
    pepper: &'a str,
    previous_hash: String,
    hash: String,
}

fn to_json_lines(records: &[AuditLine]) -> String {
    let mut text = String::with_capacity(records.len() * 400);
    for record in records {
        let object = JsonRecord {
            account_id: record.account_id.to_string(),
            number: record.seq,
            at_ms: record.at,
            at: Timestamp(record.at).to_string(),
            actor: &record.actor,
            actor_id: record.actor_id.map(|id| id.to_string()),
            action: &record.action,
            target: &record.target,
            detail: &record.detail,
            address: &record.address,
            request_id: &record.request_id,
            before: &record.before,
            after: &record.after,
            encoding: record.encoding,
            pepper: &record.pepper,
            previous_hash: record.previous_text(),
            hash: record.hash_text(),
        };
        if let Ok(json) = serde_json::to_string(&object) {
            text.push_str(&json);
            text.push('\n');
        }
    }
    text
}
