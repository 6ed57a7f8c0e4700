//! The audit log as a file, in the order of the chain and with it: whoever keeps the file can check each row.

use super::{CSV, file, line, refuse, session, to_sign_in};
use crate::AppState;
use app::context::SessionToken;
use axum::{
    Extension,
    extract::{Path, Query, Request, State},
    response::{IntoResponse, Redirect, Response},
};
use domain::origin::Origin;
use domain::{audit::AuditFilter, time::Timestamp};
use management::{AuditLine, FreshOwner, ManagementError};
use serde::Serialize;
use std::collections::HashMap;

/// The first line.
const HEADINGS: &str = "number,at,actor,actor id,action,target,detail,address,request id,before,after,encoding,pepper,previous hash,hash\r\n";

/// `GET /apps/{app}/settings/audit-log.csv`: for spreadsheets.
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
    let form = Form {
        ending: "csv",
        kind: CSV,
        beginning: format!("\u{feff}{HEADINGS}"),
        write: write_csv,
    };
    send(form, state, app, query, token, origin, request).await
}

/// `GET /apps/{app}/settings/audit-log.jsonl`: one JSON object a line, with each text as the hash has it.
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
    let form = Form {
        ending: "jsonl",
        kind: "application/jsonl; charset=utf-8",
        beginning: String::new(),
        write: write_json,
    };
    send(form, state, app, query, token, origin, request).await
}

/// How a file is written.
struct Form {
    ending: &'static str,
    kind: &'static str,
    beginning: String,
    write: fn(&mut String, &AuditLine),
}

/// The records that the page's address means, on all pages.
async fn send(
    form: Form,
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
        // The page asks for the password, and offers the same file afterwards.
        Err(ManagementError::Stale) => return to_page(&app, &request),
        Err(error) => return refuse(&error),
    };
    let get = |name: &str| query.get(name).map_or("", String::as_str);
    let filter = AuditFilter::parse(
        get("key"),
        get("person"),
        get("action"),
        get("from"),
        get("until"),
    );
    // The first piece is read before the answer begins: where the database is away, that is its status.
    let (first, after) = match piece(&owner, &filter, 0, form.write).await {
        Ok(piece) => piece,
        Err(error) => return refuse(&error),
    };
    let name = format!("audit-log-{}.{}", owner.now().date_text(), form.ending);
    let rest = futures_util::stream::try_unfold(
        (owner, filter, after),
        move |(owner, filter, after)| async move {
            let Some(last) = after else {
                return Ok(None);
            };
            let (text, after) = piece(&owner, &filter, last, form.write).await?;
            Ok(Some((text, (owner, filter, after))))
        },
    );
    file(&name, form.kind, form.beginning + &first, rest)
}

/// Whoever asks, where somebody is signed in.
async fn owner(
    state: &AppState,
    app: &str,
    token: Option<Extension<SessionToken>>,
    origin: Origin,
) -> Result<Option<FreshOwner>, ManagementError> {
    let Some(session) = session(state, token).await? else {
        return Ok(None);
    };
    let app = app.parse().map_err(|_| ManagementError::NotFound)?;
    let owner = session.owner(app, origin).await?;
    owner.fresh_owner().map(Some)
}

/// The page with what the file was narrowed to.
fn to_page(app: &str, request: &Request) -> Response {
    let query = request.uri().query();
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    Redirect::to(&format!("{}{query}", app::routes::audit_log(app))).into_response()
}

/// The next lines, and behind which number others may stand.
async fn piece(
    owner: &FreshOwner,
    filter: &AuditFilter,
    after: i64,
    write: fn(&mut String, &AuditLine),
) -> Result<(String, Option<i64>), ManagementError> {
    let lines = owner.audit_lines(filter, after).await?;
    let mut text = String::with_capacity(lines.len() * 400);
    for line in &lines {
        write(&mut text, line);
    }
    Ok((text, lines.last().map(|line| line.seq)))
}

fn write_csv(text: &mut String, row: &AuditLine) {
    let cells: [&str; 15] = [
        &row.seq.to_string(),
        &Timestamp(row.at).to_string(),
        &row.actor,
        &row.actor_id.map(|id| id.to_string()).unwrap_or_default(),
        &row.action,
        &row.target,
        &row.detail,
        &row.address,
        &row.request_id,
        &row.before,
        &row.after,
        &row.encoding.to_string(),
        &row.pepper,
        &row.previous_text(),
        &row.hash_text(),
    ];
    line(text, cells);
}

/// A row as JSON has it.
#[derive(Serialize)]
struct Row<'a> {
    account_id: String,
    number: i64,
    /// Unix milliseconds: what is hashed.
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
    /// The name of the pepper of the row's seal: it is hashed too.
    pepper: &'a str,
    previous_hash: String,
    hash: String,
}

fn write_json(text: &mut String, row: &AuditLine) {
    let object = Row {
        account_id: row.account_id.to_string(),
        number: row.seq,
        at_ms: row.at,
        at: Timestamp(row.at).to_string(),
        actor: &row.actor,
        actor_id: row.actor_id.map(|id| id.to_string()),
        action: &row.action,
        target: &row.target,
        detail: &row.detail,
        address: &row.address,
        request_id: &row.request_id,
        before: &row.before,
        after: &row.after,
        encoding: row.encoding,
        pepper: &row.pepper,
        previous_hash: row.previous_text(),
        hash: row.hash_text(),
    };
    if let Ok(json) = serde_json::to_string(&object) {
        text.push_str(&json);
        text.push('\n');
    }
}
