//! Reads decision records.

use crate::{Telemetry, decisions::ids_between};
use domain::{
    decision::{DecisionFilter, DecisionRecord, RequestPage},
    id::ApplicationId,
    text,
};
use std::sync::Arc;
use store::StoreError;

/// Decisions on one page.
const PAGE: i64 = 50;
/// Decisions under one request id: a request about up to 100 calls, and its own.
const MAX_OF_REQUEST: i64 = 101;
/// Characters of a request id.
const MAX_REQUEST_ID: usize = 64;

impl Telemetry {
    /// Writes pending decisions and returns the id of the newest one. A [`crate::Tail`] from there continues a page of
    /// [`Telemetry::requests`] without gap or repetition.
    pub async fn latest_decision(self: &Arc<Self>) -> i64 {
        self.write_decisions_before_read().await;
        self.decisions.last()
    }

    /// Returns a page of an application's decisions that match a filter, newest first, up to `latest` and before the decision
    /// `before`. With [`DecisionFilter::until`], decisions are not found that were made while the clock was more than an hour
    /// behind, after it had been set back.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn requests(
        &self,
        application: ApplicationId,
        filter: &DecisionFilter,
        before: Option<i64>,
        latest: i64,
    ) -> Result<RequestPage, StoreError> {
        let end = before.unwrap_or(i64::MAX).min(latest.saturating_add(1));
        let range = ids_between(filter.from, filter.until);
        let ids = range.start..range.end.min(end);
        let mut rows = self
            .store
            .decisions(application, filter, ids, PAGE + 1)
            .await?;
        let page = usize::try_from(PAGE).unwrap_or_default();
        let more = rows.len() > page;
        rows.truncate(page);
        Ok(RequestPage {
            next: rows.last().map(|row| row.id).filter(|_| more),
            rows,
            latest,
        })
    }

    /// Returns the decisions under a request id, of one application or of all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn decisions_of_request(
        self: &Arc<Self>,
        request_id: &str,
        application: Option<ApplicationId>,
    ) -> Result<Vec<DecisionRecord>, StoreError> {
        self.write_decisions_before_read().await;
        let request_id = text::single_line(request_id, MAX_REQUEST_ID);
        self.store
            .decisions_of_request(&request_id, application, MAX_OF_REQUEST)
            .await
    }
}
