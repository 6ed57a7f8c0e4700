//! What the gate decided, call by call, for some days.

use crate::{
    Store, StoreError, deferrable_transaction, many::insert_many, read, row::corrupt, sql,
};
use domain::{
    decision::{Decided, DecisionFilter},
    id::{AccountId, ApplicationId},
    time::Timestamp,
    verdict::Verdict,
};
use std::borrow::Borrow;
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
    fn decided(self) -> Result<Decided, StoreError> {
        let address = Some(self.address).filter(|address| !address.is_empty());
        Ok(Decided {
            id: self.id,
            request_id: self.request_id,
            at: Timestamp(self.at),
            key: self.key_id.parse().map_err(|_| corrupt("key_id"))?,
            application: ApplicationId(self.application_id),
            account: AccountId(self.account_id),
            verdict: Verdict::from_parts(&self.verdict, self.detail)
                .ok_or_else(|| corrupt("verdict"))?,
            address: address
                .map(|address| address.parse().map_err(|_| corrupt("address")))
                .transpose()?,
            asked: self.asked.parse().map_err(|_| corrupt("asked"))?,
            route: self.route,
            user_agent: self.user_agent,
            from_browser: self.from_browser,
        })
    }
}

impl Store {
    /// Writes decisions; what is there already stays as it is. How many are new.
    ///
    /// # Errors
    /// Where the database fails: none is written then, and all may be tried again.
    pub async fn add_decisions<D>(&self, decisions: &[D]) -> Result<u64, StoreError>
    where
        D: Borrow<Decided> + Sync,
    {
        deferrable_transaction!(self, |tx| {
            insert_many!(tx, sql::DECISIONS_INSERT, decisions, |row, decided| {
                let decided: &Decided = decided.borrow();
                let (verdict, detail) = decided.verdict.parts();
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
                    .push_bind(decided.asked.to_string())
                    .push_bind(decided.route.as_str())
                    .push_bind(decided.user_agent.as_str())
                    .push_bind(decided.from_browser)
            })?
        })
    }

    /// The newest `most` decisions of an application before the one with id `before` that a filter leaves; the newest
    /// first.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn decisions(
        &self,
        application: ApplicationId,
        filter: DecisionFilter,
        before: i64,
        most: i64,
    ) -> Result<Vec<Decided>, StoreError> {
        let statement = match (filter.key, filter.refused) {
            (None, false) => sql::DECISIONS_OF_APPLICATION,
            (None, true) => sql::REFUSALS_OF_APPLICATION,
            (Some(_), false) => sql::DECISIONS_OF_KEY,
            (Some(_), true) => sql::REFUSALS_OF_KEY,
        };
        let rows: Vec<DecisionRow> = read!(self, |pool| {
            let mut list = sqlx::query_as(statement)
                .bind(application.0)
                .bind(before)
                .bind(most);
            if let Some(key) = filter.key {
                list = list.bind(key.to_string());
            }
            list.fetch_all(pool).await
        })?;
        rows.into_iter().map(DecisionRow::decided).collect()
    }

    /// The first `most` decisions under a request id, of one application or of all; in their order.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn decisions_of_request(
        &self,
        request_id: &str,
        application: Option<ApplicationId>,
        most: i64,
    ) -> Result<Vec<Decided>, StoreError> {
        let rows: Vec<DecisionRow> = read!(self, |pool| match application {
            Some(application) => {
                sqlx::query_as(sql::DECISIONS_OF_REQUEST_IN_APPLICATION)
                    .bind(request_id)
                    .bind(most)
                    .bind(application.0)
                    .fetch_all(pool)
                    .await
            }
            None => {
                sqlx::query_as(sql::DECISIONS_OF_REQUEST)
                    .bind(request_id)
                    .bind(most)
                    .fetch_all(pool)
                    .await
            }
        })?;
        rows.into_iter().map(DecisionRow::decided).collect()
    }

    /// How many decisions are kept: that many are looked at.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn count_decisions(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| {
            sqlx::query_scalar(sql::DECISIONS_COUNT)
                .fetch_one(pool)
                .await
        })?)
    }

    /// The id of the newest decision; 0 where there is none.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn last_decision(&self) -> Result<i64, StoreError> {
        Ok(read!(self, |pool| {
            sqlx::query_scalar(sql::DECISIONS_LAST_ID)
                .fetch_one(pool)
                .await
        })?)
    }

    /// Takes away at most `most` decisions before the one with id `before`, the oldest first; how many it were.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn forget_decisions(&self, before: i64, most: i64) -> Result<u64, StoreError> {
        deferrable_transaction!(self, |tx| {
            sqlx::query(sql::DECISIONS_PRUNE)
                .bind(before)
                .bind(most)
                .execute(&mut *tx)
                .await?
                .rows_affected()
        })
    }
}
