//! `/healthz` and `/readyz`, for whoever restarts the process or sends it traffic.

use crate::{
    AppState,
    gate::openapi::{Answer, Operation, Schemas},
};
use axum::{extract::State, response::IntoResponse};
use http::StatusCode;
use std::time::Duration;

/// How long the database may take to answer a probe.
const PATIENCE: Duration = Duration::from_secs(2);

/// The process lives.
pub async fn live() -> &'static str {
    "ok\n"
}

/// The server can do its work: the database can be written, and no stop has been asked for.
pub async fn ready(State(state): State<AppState>) -> impl IntoResponse {
    if state.is_draining() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else if database_answers(&state).await {
        (StatusCode::OK, "ok\n")
    } else {
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "the database does not answer, or cannot be written\n",
        )
    }
}

/// Whether the database can be written, in time. What is wrong is logged once, where it was found.
pub async fn database_answers(state: &AppState) -> bool {
    match tokio::time::timeout(PATIENCE, state.keyring.ready()).await {
        Ok(Ok(())) => true,
        Ok(Err(cause)) => {
            tracing::debug!(%cause, "not ready");
            false
        }
        Err(_) => {
            tracing::warn!("the database did not answer in time");
            false
        }
    }
}

/// What `/healthz` says of itself.
pub fn describe_live(_: &mut Schemas) -> Operation {
    Operation::new("live", "Does the process live?").answers(200, Answer::text("It does.", "ok\n"))
}

/// What `/readyz` says of itself.
pub fn describe_ready(_: &mut Schemas) -> Operation {
    Operation::new("ready", "Can the server do its work?")
        .answers(200, Answer::text("It can.", "ok\n"))
        .answers(
            503,
            Answer::text(
                "It is stopping, or the database does not answer.",
                "stopping\n",
            ),
        )
}
