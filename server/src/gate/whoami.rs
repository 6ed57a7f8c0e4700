//! `GET /v1/whoami`: the presented key describes itself.

use super::{
    check,
    openapi::{Answer, Operation, Schemas},
    problem::Problem,
    wire,
};
use crate::{AppState, request};
use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::key::scope::ScopeSet;
use http::StatusCode;

/// Answers with the key that was presented.
///
/// # Errors
/// The refusal of the gate.
pub async fn whoami(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let passed = check(&state, &request, ScopeSet::default())?;
    let id = request::id_of(request.extensions());
    let body = wire::Described::accepted(&passed.caller, id);
    let mut response = wire::json(StatusCode::OK, wire::JSON, &body);
    wire::describe(response.headers_mut(), &passed.caller);
    Ok(response)
}

/// What this door says of itself.
pub fn describe(schemas: &mut Schemas) -> Operation {
    let schema = schemas.given::<wire::Described>();
    let key = Answer::json_such_as("The key.", &schema, &wire::Described::example());
    Operation::new("whoami", "The presented key describes itself")
        .asks_for_a_key()
        .answers(200, key)
}
