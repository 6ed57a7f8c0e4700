//! The audit log as a file, in the order of its hash chain and with the hashes, so that each row can be checked later.

use super::{CSV, CsvRows, ExportRefusal, ExportRequest, chunks, file};
use axum::response::Response;
use domain::{audit::AuditFilter, time::Timestamp};
use management::{AuditLine, AuditQuery, FreshAccountOwner, ManagementError};
use serde::Serialize;

/// The first line of the CSV file.
const HEADINGS: &str = "number,at,actor,actor id,action,target,detail,address,request id,before,after,encoding,pepper,previous hash,hash\r\n";

/// `GET /apps/{app}/settings/audit-log.csv`.
pub async fn csv(request: ExportRequest) -> Result<Response, ExportRefusal> {
    let format = Format {
        extension: "csv",
        content_type: CSV,
        beginning: format!("\u{feff}{HEADINGS}"),
        write: to_csv,
    };
    send(format, request).await
}

/// `GET /apps/{app}/settings/audit-log.jsonl`: one JSON object a line, with the texts that are hashed.
pub async fn jsonl(request: ExportRequest) -> Result<Response, ExportRefusal> {
    let format = Format {
        extension: "jsonl",
        content_type: "application/jsonl; charset=utf-8",
        beginning: String::new(),
        write: to_json_lines,
    };
    send(format, request).await
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
async fn send(format: Format, request: ExportRequest) -> Result<Response, ExportRefusal> {
    let owner = owner(&request).await?;
    let query = AuditQuery {
        target: request.parameter("key"),
        actor: request.parameter("person"),
        action: request.parameter("action"),
        days: [request.parameter("from"), request.parameter("until")],
    };
    let filter = owner.audit_filter(query).await?;
    let name = format!("audit-log-{}.{}", owner.now().date_text(), format.extension);
    let start = ExportPosition {
        owner,
        filter,
        after: 0,
        write: format.write,
    };
    let (first, rest) = chunks(start, chunk).await?;
    Ok(file(
        &name,
        format.content_type,
        format.beginning + &first,
        rest,
    ))
}

/// Returns the owner who asks. Without a recent sign-in, the page asks for the password, then offers the same file.
async fn owner(request: &ExportRequest) -> Result<FreshAccountOwner, ExportRefusal> {
    let session = request.session().await?;
    let app = request.app().parse();
    let app = app.map_err(|_| ManagementError::NotFound)?;
    let owner = session.account_owner(app, request.origin.clone()).await;
    match owner.and_then(|owner| owner.fresh_account_owner()) {
        Ok(owner) => Ok(owner),
        Err(ManagementError::Stale) => Err(ExportRefusal::Redirect(page(request))),
        Err(error) => Err(error.into()),
    }
}

/// Returns the path of the page with the same filter.
fn page(request: &ExportRequest) -> String {
    let query = request.uri.query();
    let query = query.map_or_else(String::new, |query| format!("?{query}"));
    format!("{}{query}", app::routes::audit_log(request.app()))
}

/// Where the next records begin.
struct ExportPosition {
    owner: FreshAccountOwner,
    filter: AuditFilter,
    /// The number of the last record that was read.
    after: i64,
    write: fn(&[AuditLine]) -> String,
}

/// Returns the text of the next records, and the position after them unless there are none.
async fn chunk(
    position: ExportPosition,
) -> Result<(String, Option<ExportPosition>), ManagementError> {
    let ExportPosition { owner, filter, .. } = &position;
    let lines = owner.audit_lines(filter, position.after).await?;
    let text = (position.write)(&lines);
    let next = lines.last().map(|line| ExportPosition {
        after: line.seq,
        ..position
    });
    Ok((text, next))
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
