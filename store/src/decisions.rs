//! The gate's decisions, call by call, for some days.

use crate::{
    LANES, Store, StoreError, database::insert_many::insert_many, deferrable_transaction, execute,
    read, row::corrupt, sql,
};
use domain::{
    decision::{DecisionFilter, DecisionRecord},
    id::{AccountId, ApplicationId},
    key::token::KeyId,
    time::Timestamp,
    verdict::Verdict,
};
use std::{borrow::Borrow, ops::Range};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct DecisionRow {
    id: i64,
    at: i64,
    request_id: String,
    key_id: String,
    application_id: Uuid,
    account_id: Uuid,
    verdict: String,
    detail: i64,
    address: String,
    asked: String,
    route: String,
    user_agent: String,
    from_browser: bool,
}

impl DecisionRow {
    fn decided(self) -> Result<DecisionRecord, StoreError> {
        let address = Some(self.address).filter(|address| !address.is_empty());
        Ok(DecisionRecord {
            id: self.id,
            request_id: self.request_id,
            at: Timestamp(self.at),
            key: self.key_id.parse().map_err(|_| corrupt("key_id"))?,
            application: ApplicationId(self.application_id),
            account: AccountId(self.account_id),
            verdict: Verdict::from_stored(&self.verdict, self.detail)
                .ok_or_else(|| corrupt("verdict"))?,
            address: address
                .map(|address| address.parse().map_err(|_| corrupt("address")))
                .transpose()?,
            required_scopes: self.asked.parse().map_err(|_| corrupt("asked"))?,
            route: self.route,
            user_agent: self.user_agent,
            from_browser: self.from_browser,
        })
    }
}

/// Returns the stored names of the verdicts with the same code, the code first: a throttled call has the code of a rate limit.
fn stored_names(verdict: Verdict) -> [&'static str; 2] {
    let retry_after_ms = 0;
    match verdict {
        Verdict::RateLimited { .. } | Verdict::Throttled { .. } => [
            Verdict::RateLimited { retry_after_ms }.to_stored().0,
            Verdict::Throttled { retry_after_ms }.to_stored().0,
        ],
        other => [other.to_stored().0; 2],
    }
}

impl Store {
    /// Inserts decisions; existing ones are left as they are. Returns the number of new ones.
    ///
    /// # Errors
    /// If the database fails: none is inserted then, and all may be retried.
    pub async fn add_decisions<D>(&self, decisions: &[D]) -> Result<u64, StoreError>
    where
        D: Borrow<DecisionRecord> + Sync,
    {
        deferrable_transaction!(self, |tx| {
            insert_many!(tx, sql::DECISIONS_INSERT, decisions, |row, decided| {
                let decided: &DecisionRecord = decided.borrow();
                let (verdict, detail) = decided.verdict.to_stored();
                let address = decided.address.map(|address| address.to_string());
                row.push_bind(decided.id)
                    .push_bind(decided.at.0)
                    .push_bind(decided.request_id.as_str())
                    .push_bind(decided.key.to_string())
                    .push_bind(decided.application.0)
                    .push_bind(decided.account.0)
                    .push_bind(verdict)
                    .push_bind(detail)
                    .push_bind(address.unwrap_or_default())
                    .push_bind(decided.required_scopes.to_string())
                    .push_bind(decided.route.as_str())
                    .push_bind(decided.user_agent.as_str())
                    .push_bind(decided.from_browser)
            })?
        })
    }

    /// Returns the newest `limit` decisions of an application with these ids that match a filter, the newest first.
    ///
    /// Decisions are read along an index: those of the key, the address, the route or the code, the refused ones, or all. A filter
    /// with one condition reads no others, except for a time. Further conditions are checked row by row, and so is the start
    /// of `ids` if there is a condition.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn decisions(
        &self,
        application: ApplicationId,
        filter: &DecisionFilter,
        ids: Range<i64>,
        limit: i64,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        let statement = match (filter.key, filter.address, filter.is_of_refusals()) {
            (Some(_), _, false) => sql::DECISIONS_OF_KEY,
            (Some(_), _, true) => sql::REFUSALS_OF_KEY,
            (None, Some(_), false) => sql::DECISIONS_OF_ADDRESS,
            (None, Some(_), true) => sql::REFUSALS_OF_ADDRESS,
            (None, None, false) if !filter.route.is_empty() => sql::DECISIONS_OF_ROUTE,
            (None, None, true) if !filter.route.is_empty() => sql::REFUSALS_OF_ROUTE,
            (None, None, false) if filter.verdict.is_some() => sql::DECISIONS_OF_CODE,
            (None, None, true) if filter.verdict.is_some() => sql::REFUSALS_OF_CODE,
            (None, None, false) => sql::DECISIONS_OF_APPLICATION,
            (None, None, true) => sql::REFUSALS_OF_APPLICATION,
        };
        let key = filter.key.map(|key| key.to_string());
        let address = filter
            .address
            .map(|address| address.to_canonical().to_string());
        let [verdict, same_code] = filter.verdict.map_or([""; 2], stored_names);
        let rows: Vec<DecisionRow> = read!(self, |pool| {
            // Not prepared, so that PostgreSQL plans for these values.
            sqlx::query_as(statement)
                .bind(application.0)
                .bind(ids.start)
                .bind(ids.end)
                .bind(limit)
                .bind(key.as_deref().unwrap_or_default())
                .bind(address.as_deref().unwrap_or_default())
                .bind(verdict)
                .bind(same_code)
                .bind(filter.route.as_str())
                .bind(filter.from.map_or(i64::MIN, |from| from.0))
                .bind(filter.until.map_or(i64::MAX, |until| until.0))
                .persistent(false)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(DecisionRow::decided).collect()
    }

    /// Returns the newest `limit` decisions of an application, or of one of its keys, from the id `first` on, without those of a
    /// process's own lane. The newest come first.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn decisions_outside_lane(
        &self,
        application: ApplicationId,
        key: Option<KeyId>,
        first: i64,
        lane: i64,
        limit: i64,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        let key = key.map(|key| key.to_string()).unwrap_or_default();
        let rows: Vec<DecisionRow> = read!(self, |pool| {
            sqlx::query_as(sql::DECISIONS_OUTSIDE_LANE)
                .bind(application.0)
                .bind(first)
                .bind(limit)
                .bind(key.as_str())
                .bind(LANES)
                .bind(lane)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(DecisionRow::decided).collect()
    }

    /// Returns the first `limit` decisions with a request id, of one application or of all, in the order of their ids.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn decisions_of_request(
        &self,
        request_id: &str,
        application: Option<ApplicationId>,
        limit: i64,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        let rows: Vec<DecisionRow> = read!(self, |pool| match application {
            Some(application) => {
                sqlx::query_as(sql::DECISIONS_OF_REQUEST_IN_APPLICATION)
                    .bind(request_id)
                    .bind(limit)
                    .bind(application.0)
                    .fetch_all(pool)
                    .await
            }
            None => {
                sqlx::query_as(sql::DECISIONS_OF_REQUEST)
                    .bind(request_id)
                    .bind(limit)
                    .fetch_all(pool)
                    .await
            }
        })?;
        rows.into_iter().map(DecisionRow::decided).collect()
    }

    /// Counts the decisions. The duration grows with their number.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_decisions(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| {
            sqlx::query_scalar(sql::DECISIONS_COUNT)
                .fetch_one(pool)
                .await
        })?)
    }

    /// Returns the id of the newest decision; 0 without decisions.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn last_decision(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| {
            sqlx::query_scalar(sql::DECISIONS_LAST_ID)
                .fetch_one(pool)
                .await
        })?)
    }

    /// Deletes at most `limit` decisions before id `before`, the oldest first. Returns their number.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune_decisions(&self, before: i64, limit: i64) -> Result<u64, StoreError> {
        deferrable_transaction!(self, |tx| {
            execute!(tx, sql::DECISIONS_PRUNE, before, limit)?
        })
    }
}
