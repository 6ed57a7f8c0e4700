//! Devdraft's health checks.

use super::{
    check,
    openapi::{Answer, Operation, Schemas},
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
use schemars::JsonSchema;
use serde::Serialize;

/// How the server is, for somebody with a key.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Health")]
struct Private {
    /// `ok`.
    status: &'static str,
    /// The server's clock.
    #[schemars(extend("format" = "date-time"))]
    timestamp: String,
    /// The server's version.
    version: &'static str,
    /// `connected`.
    database: &'static str,
    /// The same in a sentence.
    message: &'static str,
    /// Always: whoever is not hears a problem.
    authenticated: bool,
}

/// How the server is.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PublicHealth")]
struct Public {
    /// `ok`.
    status: &'static str,
    /// The server's clock.
    #[schemars(extend("format" = "date-time"))]
    timestamp: String,
    /// The server's version.
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

/// What the door with credentials says of itself.
pub fn describe_private(schemas: &mut Schemas) -> Operation {
    let schema = schemas.given::<Private>();
    Operation::new("health", "Health, for any valid key")
        .asks_for_a_key()
        .answers(
            200,
            Answer::json("The key is valid and the database answers.", &schema),
        )
}

/// What the door without credentials says of itself.
pub fn describe_public(schemas: &mut Schemas) -> Operation {
    let schema = schemas.given::<Public>();
    Operation::new("public_health", "Health, without credentials")
        .answers(200, Answer::json("The server answers.", &schema))
}
