//! `DELETE /v1/keys/current`: the presented key revokes itself, as a program does that knows its secret has leaked.

use super::{
    check,
    openapi::{Answer, Operation, Schemas},
    problem::{Code, Problem},
};
use crate::{AppState, request};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use domain::key::scope::ScopeSet;
use domain::origin::Origin;
use http::StatusCode;
use management::ManagementError;

/// Revokes the key, for ever: every call that begins after the answer is refused. 204 without a body.
///
/// # Errors
/// The refusal of the gate; `verification_unavailable` where the database does not answer, and nothing was changed.
pub async fn revoke(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let caller = check(&state, &request, ScopeSet::default())?.caller;
    let origin = Origin {
        address: request::address_of(request.extensions()),
        user_agent: request::user_agent_of(request.headers()).to_owned(),
        request_id: request::id_of(request.extensions()).to_string(),
    };
    match state.keyring.revoke_itself(&caller, &origin).await {
        Ok(()) => Ok(StatusCode::NO_CONTENT.into_response()),
        // Somebody was quicker.
        Err(ManagementError::NotFound | ManagementError::Illegal(_)) => {
            Err(Problem::of(&state, &request, Code::KeyRevoked))
        }
        Err(error) => {
            tracing::error!(%error, reference = origin.request_id, "a key could not revoke itself");
            Err(Problem::of(&state, &request, Code::VerificationUnavailable))
        }
    }
}

/// What this door says of itself.
pub fn describe(_: &mut Schemas) -> Operation {
    Operation::new("revoke_itself", "The presented key revokes itself")
        .says("For a program that knows its secret has leaked. It is final: every call that begins after the answer is refused.")
        .asks_for_a_key()
        .answers(204, Answer::empty("The key is revoked."))
}
