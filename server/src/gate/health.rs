//! Devdraft's health checks.

use super::{
    check,
    problem::{Code, Problem},
    wire,
};
use crate::{AppState, probes};
use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::key::scope::ScopeSet;
use http::StatusCode;
use serde::Serialize;

#[derive(Serialize)]
struct Private {
    status: &'static str,
    timestamp: String,
    version: &'static str,
    database: &'static str,
    message: &'static str,
    authenticated: bool,
}

#[derive(Serialize)]
struct Public {
    status: &'static str,
    timestamp: String,
    version: &'static str,
}

/// `GET /api/v0/health`: any valid key may ask. The verdict comes first and without waiting; then the database is asked.
///
/// # Errors
/// The refusal of the gate; `verification_unavailable` where the database does not answer.
pub async fn private(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let caller = check(&state, &request, ScopeSet::default())?.caller;
    if !probes::database_answers(&state).await {
        return Err(Problem::of(&state, &request, Code::VerificationUnavailable));
    }
    let now = state.keyring.now();
    let body = Private {
        status: "ok",
        timestamp: now.to_string(),
        version: env!("CARGO_PKG_VERSION"),
        database: "connected",
        message: "The key is valid and the database answers.",
        authenticated: true,
    };
    let mut response = wire::json(StatusCode::OK, wire::JSON, &body);
    wire::describe(response.headers_mut(), &caller);
    Ok(response)
}

/// `GET /api/v0/health/public`: without credentials.
pub async fn public(State(state): State<AppState>) -> Response {
    let body = Public {
        status: "ok",
        timestamp: state.keyring.now().to_string(),
        version: env!("CARGO_PKG_VERSION"),
    };
    wire::json(StatusCode::OK, wire::JSON, &body)
}
