//! Health checks: `/healthz` and `/readyz` for supervisors and load balancers, and Devdraft's `/api/v0/health`.

use super::{
    check::check,
    decision_body::{add_caller_headers, json_response},
    problem::Problem,
};
use crate::{
    AppState,
    openapi::{Operation, ResponseSpec, Schemas},
    wire,
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use contract::Code;
use domain::key::scope::ScopeSet;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;
use std::time::Duration;

/// How long the database may take to respond to a health check: longer than the wait for a connection, which ends with a reason.
const DATABASE_TIMEOUT: Duration = Duration::from_secs(3);

/// `GET /healthz`: the process is alive.
pub async fn live() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: keys are verified, the database can be written, and the server is not stopping.
pub async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    if state.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else if !state.can_verify() {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "no key is verified: the lease has ended, or the database does not answer\n",
        )
    } else if is_database_ready(&state).await {
        (StatusCode::OK, "ok\n")
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer, or cannot be written\n",
        )
    }
}

/// Whether the database can be written, within [`DATABASE_TIMEOUT`]. The cause is logged once, where it was found.
async fn is_database_ready(state: &AppState) -> bool {
    match tokio::time::timeout(DATABASE_TIMEOUT, state.keyring.health().ready()).await {
        Ok(Ok(())) => true,
        Ok(Err(cause)) => {
            tracing::debug!(%cause, "not ready");
            false
        }
        Err(_) => {
            tracing::warn!("the database did not respond to a health check in time");
            false
        }
    }
}

/// Health of the server.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PublicHealth")]
struct PublicHealthBody {
    /// `ok`.
    status: &'static str,
    /// The server's clock.
    #[schemars(extend("format" = "date-time"))]
    timestamp: String,
    /// The server's version.
    version: &'static str,
}

impl PublicHealthBody {
    fn of(state: &AppState) -> Self {
        Self {
            status: "ok",
            timestamp: state.keyring.now().to_string(),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

/// Health of the server, for a caller with a key.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Health")]
struct HealthBody {
    #[serde(flatten)]
    public: PublicHealthBody,
    /// `connected`.
    database: &'static str,
    /// The same in a sentence.
    message: &'static str,
    /// Always true: without a valid key the response is a problem.
    authenticated: bool,
}

/// `GET /api/v0/health`: any valid key may ask. The key is verified first, without waiting; then the database is asked.
///
/// # Errors
/// The gate's refusal; `verification_unavailable` where the database does not respond.
pub async fn private(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let caller = check(&state, &request, ScopeSet::default())?;
    if !is_database_ready(&state).await {
        return Err(Problem::of(&state, &request, Code::VerificationUnavailable));
    }
    let body = HealthBody {
        public: PublicHealthBody::of(&state),
        database: "connected",
        message: "The key is valid and the database answers.",
        authenticated: true,
    };
    let mut response = json_response(StatusCode::OK, wire::JSON, &body);
    add_caller_headers(response.headers_mut(), &caller);
    Ok(response)
}

/// `GET /api/v0/health/public`: without credentials.
pub async fn public(State(state): State<AppState>) -> Response {
    json_response(StatusCode::OK, wire::JSON, &PublicHealthBody::of(&state))
}

/// Describes `/healthz`.
pub fn describe_live(_: &mut Schemas) -> Operation {
    Operation::new("live", "Liveness")
        .responds(200, ResponseSpec::text("The process is alive.", "ok\n"))
}

/// Describes `/readyz`.
pub fn describe_ready(_: &mut Schemas) -> Operation {
    Operation::new("ready", "Readiness")
        .responds(200, ResponseSpec::text("The server is ready.", "ok\n"))
        .responds(
            503,
            ResponseSpec::text(
                "The server is stopping, verifies no key, or cannot write to the database.",
                "stopping\n",
            ),
        )
}

/// Describes `/api/v0/health`.
pub fn describe_private(schemas: &mut Schemas) -> Operation {
    let schema = schemas.response::<HealthBody>();
    Operation::new("health", "Health, for any valid key")
        .requires_key()
        .responds(
            200,
            ResponseSpec::json("The key is valid and the database responds.", &schema),
        )
}

/// Describes `/api/v0/health/public`.
pub fn describe_public(schemas: &mut Schemas) -> Operation {
    let schema = schemas.response::<PublicHealthBody>();
    Operation::new("public_health", "Health, without credentials")
        .responds(200, ResponseSpec::json("The server is alive.", &schema))
}
