//! Single calls: what became of them, why, and what would become of another.

use crate::error::AppError;
use domain::{
    decision::{DecisionDetails, RequestPage},
    key::KeySummary,
    time::Timestamp,
    verdict::Verdict,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// One page of calls.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestList {
    /// The calls.
    pub page: RequestPage,
    /// The key that they are narrowed to, where they are.
    pub key: Option<KeySummary>,
    /// The server's clock.
    pub now: Timestamp,
}

/// What was decided under one request id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The decisions, in their order.
    pub found: Vec<DecisionDetails>,
    /// The server's clock.
    pub now: Timestamp,
}

/// What the gate would answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simulated {
    /// Yes, or why not.
    pub verdict: Verdict,
    /// The address that was typed.
    pub address: String,
    /// The scopes that were typed.
    pub scope: String,
}

/// The newest calls of an application, or of `key`, before the one with id `before` (a number; anything else is none); with
/// `outcome` `refused` those that did not pass.
#[server(name = ListRequests, prefix = "/api", endpoint = "list_requests")]
pub async fn list_requests(
    app: String,
    key: String,
    outcome: String,
    before: String,
) -> Result<RequestList, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let key = match key.as_str() {
        "" => None,
        id => Some(
            viewer
                .key(id.parse().map_err(|_| AppError::NotFound)?)
                .await?,
        ),
    };
    let filter = domain::decision::DecisionFilter {
        key: key.as_ref().map(|key| key.id),
        refused: outcome == crate::routes::REFUSED,
    };
    Ok(RequestList {
        page: viewer.requests(filter, before.parse().ok()).await?,
        key,
        now: viewer.now(),
    })
}

/// Why a call was let in or refused, by the id in its answer.
#[server(name = ExplainRequest, prefix = "/api", endpoint = "explain_request")]
pub async fn explain_request(app: String, request: String) -> Result<Explanation, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    Ok(Explanation {
        found: viewer.request(request.trim()).await?,
        now: viewer.now(),
    })
}

/// What the gate would answer to a call with the key's secret from `address` that needs `scope`, at `at` (UTC, or now).
#[server(name = SimulateRequest, prefix = "/api", endpoint = "simulate_request")]
pub async fn simulate_request(
    app: String,
    key: String,
    address: String,
    scope: String,
    at: String,
) -> Result<Simulated, AppError> {
    let viewer = crate::context::viewer(&app).await?;
    let key = key.parse().map_err(|_| AppError::NotFound)?;
    let key = viewer.key(key).await?.id;
    let case = read(&address, &scope, &at, viewer.now())?;
    Ok(Simulated {
        verdict: viewer.simulate_request(key, &case).await?,
        address: case
            .address
            .map_or_else(String::new, |address| address.to_string()),
        scope: case.scopes.to_string(),
    })
}

/// Reads what was typed, with a sentence for every field that breaks a rule.
///
/// # Errors
/// All sentences at once.
pub fn read(
    address: &str,
    scope: &str,
    at: &str,
    now: Timestamp,
) -> Result<domain::decision::SimulatedRequest, AppError> {
    use crate::error::FieldError;
    domain::decision::SimulatedRequest::parse(address, scope, at, now).map_err(|wrong| {
        let errors = wrong
            .into_iter()
            .map(|(field, error)| FieldError::new(field, error.0));
        AppError::Invalid(errors.collect())
    })
}
