//! The list of keys as a file.

use super::{CSV, CsvRows, ExportRefusal, ExportRequest, chunks, file};
use axum::response::Response;
use domain::{
    key::{
        KeySummary,
        filter::{KeyFilter, KeyQuery, Order},
    },
    time::Timestamp,
};
use management::{ManagementError, Viewer};

/// Keys that are read at once.
const CHUNK: usize = 500;

/// The first line.
const HEADINGS: &str = "name,key,environment,status,scopes,allowed addresses,rate limit,created,created by,last used,last used from,last used by,expires,revoked because,description\r\n";

/// `GET /apps/{app}/settings/api-keys.csv`: all keys that match the list's filter.
pub async fn csv(request: ExportRequest) -> Result<Response, ExportRefusal> {
    let viewer = request.viewer().await?;
    let get = |name: &str| request.parameter(name);
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
    let name = format!("api-keys-{}.csv", viewer.now().date_text());
    let (first, rest) = chunks((viewer, query), chunk).await?;
    let beginning = format!("\u{feff}{HEADINGS}{first}");
    Ok(file(&name, CSV, beginning, rest))
}

/// Returns the rows of the next keys, and where the keys after them begin.
async fn chunk(
    (viewer, mut query): (Viewer, KeyQuery),
) -> Result<(String, Option<(Viewer, KeyQuery)>), ManagementError> {
    let page = viewer.keys_at_most(&query, CHUNK).await?;
    let mut rows = CsvRows::new();
    for key in &page.rows {
        push_key(&mut rows, key);
    }
    query.cursor = page.next;
    let next = query.cursor.is_some().then_some((viewer, query));
    Ok((rows.into_text(), next))
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
