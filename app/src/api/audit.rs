//! The audit log, for owners.

use crate::error::AppError;
use domain::{audit::AuditRecord, time::Timestamp};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One page of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditList {
    /// The newest first.
    pub rows: Vec<AuditRecord>,
    /// The cursor of the page with older ones, where there is one.
    pub next: Option<String>,
    /// The cursor of the page with newer ones.
    pub previous: Option<String>,
    /// Whether the filter leaves anything out.
    pub filtered: bool,
    /// Whether the log can be taken away as a file without entering the password again.
    pub fresh: bool,
    /// The server's clock.
    pub now: Timestamp,
}

/// What was done in the account: to `key`, by `person`, of one kind (`action`), from one day to another (UTC, both
/// included). What cannot be read narrows nothing.
#[server(name = ReadAuditLog, prefix = "/api", endpoint = "read_audit_log")]
pub async fn read_audit_log(
    app: String,
    key: String,
    person: String,
    action: String,
    from: String,
    until: String,
    cursor: String,
) -> Result<AuditList, AppError> {
    use domain::audit::{AuditCursor, AuditFilter};
    let owner = crate::context::owner(&app).await?;
    let filter = AuditFilter::parse(&key, &person, &action, &from, &until);
    let page = owner.audit(&filter, AuditCursor::parse(&cursor)).await?;
    Ok(AuditList {
        rows: page.rows,
        next: page.next.map(AuditCursor::to_param),
        previous: page.previous.map(AuditCursor::to_param),
        filtered: filter != AuditFilter::default(),
        fresh: owner.is_fresh(),
        now: owner.now(),
    })
}
