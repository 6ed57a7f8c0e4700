//! Reading the audit log: by page, by target, or as stored.

use super::{AuditLine, parse_values};
use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{
    audit::{Action, AuditCursor, AuditFilter, AuditPage, AuditRecord},
    id::AccountId,
    page::PAGE_SIZE,
    time::Timestamp,
};

/// The columns of an [`AuditRecord`].
#[derive(sqlx::FromRow)]
struct AuditRow {
    seq: i64,
    at: i64,
    actor: String,
    action: String,
    target: String,
    detail: String,
    address: String,
    request_id: String,
    before: String,
    after: String,
}

impl AuditRow {
    fn record(self) -> Result<AuditRecord, StoreError> {
        Ok(AuditRecord {
            seq: self.seq,
            at: Timestamp(self.at),
            actor: self.actor,
            action: Action::parse(&self.action).ok_or_else(|| corrupt("action"))?,
            target: self.target,
            detail: self.detail,
            address: self.address,
            request_id: self.request_id,
            before: parse_values("before", &self.before)?,
            after: parse_values("after", &self.after)?,
        })
    }
}

/// Binds the values of an [`AuditFilter`].
macro_rules! bind_filter {
    ($query:expr, $filter:expr) => {{
        let filter: &AuditFilter = $filter;
        // Not prepared, so that PostgreSQL plans for these values: a generic plan suits no filter.
        $query
            .bind(&filter.target)
            .bind(&filter.actor)
            .bind(filter.action.map_or("", |action| action.as_str()))
            .bind(filter.from.map_or(i64::MIN, |from| from.0))
            .bind(filter.until.map_or(i64::MAX, |until| until.0))
            .persistent(false)
    }};
}

impl Store {
    /// Returns the newest `limit` records about `target` in the account.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn audit_by_target(
        &self,
        account: AccountId,
        target: &str,
        limit: i64,
    ) -> Result<Vec<AuditRecord>, StoreError> {
        let rows: Vec<AuditRow> = read!(self, |pool| {
            sqlx::query_as(sql::AUDIT_BY_TARGET)
                .bind(account.0)
                .bind(target)
                .bind(limit)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(AuditRow::record).collect()
    }

    /// Returns one page of an account's log, the newest record first.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn audit_page(
        &self,
        account: AccountId,
        filter: &AuditFilter,
        cursor: Option<AuditCursor>,
    ) -> Result<AuditPage, StoreError> {
        let back = cursor.is_some_and(|cursor| cursor.back);
        let (at, seq) = match cursor {
            Some(cursor) => (cursor.at.0, cursor.seq),
            None => (i64::MAX, i64::MAX),
        };
        let one_more = i64::try_from(PAGE_SIZE + 1).unwrap_or(i64::MAX);
        let mut rows: Vec<AuditRow> = read!(self, |pool| {
            let page = sqlx::query_as(statement(filter, back))
                .bind(account.0)
                .bind(at)
                .bind(seq)
                .bind(one_more);
            bind_filter!(page, filter).fetch_all(pool).await
        })?;
        let more = rows.len() > PAGE_SIZE;
        rows.truncate(PAGE_SIZE);
        if back {
            rows.reverse();
        }
        let rows = rows
            .into_iter()
            .map(AuditRow::record)
            .collect::<Result<Vec<_>, _>>()?;
        let edge = |record: Option<&AuditRecord>, back| {
            record.map(|record| AuditCursor {
                at: record.at,
                seq: record.seq,
                back,
            })
        };
        let next = edge(rows.last(), false);
        let previous = edge(rows.first(), true);
        Ok(AuditPage {
            next: next.filter(|_| more || back),
            previous: previous.filter(|_| if back { more } else { cursor.is_some() }),
            rows,
        })
    }

    /// Returns at most `limit` rows of an account's log after number `after` as they are stored, in the order of the hash chain.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit_lines(
        &self,
        account: AccountId,
        filter: &AuditFilter,
        after: i64,
        limit: i64,
    ) -> Result<Vec<AuditLine>, StoreError> {
        Ok(read!(self, |pool| {
            let lines = sqlx::query_as(sql::AUDIT_LINES)
                .bind(account.0)
                .bind(after)
                .bind(limit);
            bind_filter!(lines, filter).fetch_all(pool).await
        })?)
    }

    /// Whether an account's log has a record of an action on a target at exactly one instant.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn has_audit_record(
        &self,
        account: AccountId,
        target: &str,
        action: Action,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let (count,): (i64,) = read!(self, |pool| {
            sqlx::query_as(sql::AUDIT_COUNT_MATCHING)
                .bind(account.0)
                .bind(target)
                .bind(action.as_str())
                .bind(at.0)
                .fetch_one(pool)
                .await
        })?;
        Ok(count > 0)
    }
}

/// Returns the statement that uses the most selective index.
fn statement(filter: &AuditFilter, back: bool) -> &'static str {
    let (down, up) = if !filter.target.is_empty() {
        (sql::AUDIT_OF_TARGET_DESC, sql::AUDIT_OF_TARGET_ASC)
    } else if !filter.actor.is_empty() {
        (sql::AUDIT_OF_ACTOR_DESC, sql::AUDIT_OF_ACTOR_ASC)
    } else if filter.action.is_some() {
        (sql::AUDIT_OF_ACTION_DESC, sql::AUDIT_OF_ACTION_ASC)
    } else {
        (sql::AUDIT_PAGE_DESC, sql::AUDIT_PAGE_ASC)
    };
    if back { up } else { down }
}
