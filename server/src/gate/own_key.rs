//! `DELETE /v1/keys/current`: the presented key revokes itself, for a program that knows its secret has leaked.

use super::{check::check, problem::Problem};
use crate::{
    AppState,
    openapi::{Operation, ResponseSpec, Schemas},
    request, wire,
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use contract::Code;
use domain::key::scope::ScopeSet;
use http::StatusCode;
use management::{Confirmation, ManagementError};

/// Revokes the presented key for good: every call that begins after the response is refused. Responds 204 without a body, and with
/// what the nodes know about it in a header.
///
/// # Errors
/// The gate's refusal; `verification_unavailable` where the database does not respond and nothing was changed.
pub async fn revoke(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let caller = check(&state, &request, ScopeSet::default())?;
    let origin = request::origin(&request);
    match state.keyring.keys().revoke_itself(&caller, &origin).await {
        Ok(confirmation) => {
            let nodes = [(wire::NODES, nodes_header(&confirmation))];
            Ok((StatusCode::NO_CONTENT, nodes).into_response())
        }
        // Another request has revoked it since the check.
        Err(ManagementError::NotFound | ManagementError::Illegal(_)) => {
            Err(Problem::of(&state, &request, Code::KeyRevoked))
        }
        Err(error) => {
            tracing::error!(%error, reference = origin.request_id, "a key could not revoke itself");
            Err(Problem::of(&state, &request, Code::VerificationUnavailable))
        }
    }
}

fn nodes_header(confirmation: &Confirmation) -> String {
    let Confirmation {
        confirmed,
        nodes,
        elapsed_ms,
        ..
    } = confirmation;
    format!("confirmed={confirmed}, total={nodes}, elapsed-ms={elapsed_ms}")
}

/// Describes the endpoint.
pub fn describe(_: &mut Schemas) -> Operation {
    Operation::new("revoke_itself", "The presented key revokes itself")
        .description("For an app or service that knows its secret has leaked. It cannot be undone: every request that begins after the response is denied.")
        .requires_key()
        .responds(204, ResponseSpec::empty("The key is revoked.").with_headers(&[wire::NODES]))
}
