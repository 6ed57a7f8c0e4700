//! `GET /v1/whoami`: the presented key describes itself.

use super::{
    check::check,
    decision_body::{DecisionBody, add_caller_headers, json_response},
    problem::Problem,
};
use crate::{
    AppState,
    openapi::{Operation, ResponseSpec, Schemas},
    request, wire,
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::key::scope::ScopeSet;
use http::StatusCode;

/// Describes the presented key.
///
/// # Errors
/// The gate's refusal.
pub async fn whoami(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let caller = check(&state, &request, ScopeSet::default())?;
    let id = request::request_id(request.extensions());
    let body = DecisionBody::accepted(&caller, id);
    let mut response = json_response(StatusCode::OK, wire::JSON, &body);
    add_caller_headers(response.headers_mut(), &caller);
    Ok(response)
}

/// Describes the endpoint.
pub fn describe(schemas: &mut Schemas) -> Operation {
    let schema = schemas.response::<DecisionBody>();
    let key = ResponseSpec::json_with_example("The key.", &schema, &DecisionBody::example());
    Operation::new("whoami", "The presented key describes itself")
        .requires_key()
        .responds(200, key)
}
