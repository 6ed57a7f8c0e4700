//! `GET /metrics`: the metrics in Prometheus' text format, for a caller with the token of `LATCHKEY_METRICS_TOKEN`.

use super::problem::Problem;
use crate::{
    AppState, logging,
    metrics::{MetricsText, write_process},
    openapi::{Operation, ResponseSpec, Schemas},
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use contract::Code;
use http::{HeaderMap, StatusCode, header};
use management::{Fault, NodeStats};
use subtle::ConstantTimeEq;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The challenge for a caller without the right token.
const CHALLENGE: &str = r#"Bearer realm="latchkey metrics""#;

/// Responds with the metrics, or 401 without the right token.
///
/// # Errors
/// `not_found` where no token is set.
pub async fn show(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let Some(token) = &state.metrics_token else {
        return Err(Problem::of(&state, &request, Code::NotFound));
    };
    if !has_token(request.headers(), token) {
        let sentence = "Send the token of LATCHKEY_METRICS_TOKEN: Authorization: Bearer TOKEN\n";
        let challenge = [(header::WWW_AUTHENTICATE, CHALLENGE)];
        return Ok((StatusCode::UNAUTHORIZED, challenge, sentence).into_response());
    }
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], metrics_text(&state)).into_response())
}

/// Describes the endpoint.
pub fn describe(_: &mut Schemas) -> Operation {
    Operation::new("metrics", "Metrics for Prometheus")
        .description("Text format 0.0.4. The endpoint exists if LATCHKEY_METRICS_TOKEN is set.")
        .requires_metrics_token()
        .responds(
            200,
            ResponseSpec::text(
                "Counters since the start, and gauges of the process.",
                "# TYPE latchkey_keys gauge\nlatchkey_keys 3\n",
            ),
        )
        .responds(
            401,
            ResponseSpec::text("The token is missing or wrong.", "Send the token.\n")
                .with_headers(&[header::WWW_AUTHENTICATE]),
        )
        .refuses(&[Code::NotFound])
}

fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Some((scheme, presented)) = value.as_bytes().split_at_checked(7) else {
        return false;
    };
    scheme.eq_ignore_ascii_case(b"bearer ") && presented.ct_eq(token.as_bytes()).into()
}

/// Formats milliseconds as seconds; negative ones as 0.
fn seconds(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
}

fn metrics_text(state: &AppState) -> String {
    let keyring_stats = state.keyring.stats();
    let mut text = MetricsText::default();
    state.metrics.write_requests(&mut text);
    text.gauge("latchkey_connections", "Open connections.");
    text.sample(&[], state.connections.count());
    state.metrics.write_connections(&mut text);
    text.gauge("latchkey_keys", "Keys in the gate's index.");
    text.sample(&[], keyring_stats.keys);
    text.gauge(
        "latchkey_usage_waiting_batches",
        "Batches of usage counts that wait to be written.",
    );
    text.sample(&[], keyring_stats.pending_batches);
    text.gauge(
        "latchkey_usage_lag_seconds",
        "Time since usage counts were last written, or since there were none to write.",
    );
    text.sample(&[], seconds(keyring_stats.usage_lag_ms));
    text.gauge(
        "latchkey_database_silence_seconds",
        "Time since the database last responded.",
    );
    text.sample(&[], seconds(keyring_stats.database_downtime_ms));
    text.gauge(
        "latchkey_clock_behind_seconds",
        "How far the machine's clock is behind the latest time that the database has recorded; 0 up to a minute.",
    );
    text.sample(&[], seconds(keyring_stats.clock_behind_ms));
    text.gauge(
        "latchkey_database_fault",
        "1 for the current fault of the database, found by a write or a readiness check.",
    );
    for fault in Fault::ALL {
        let present = keyring_stats.fault == Some(fault);
        text.sample(&[("kind", fault.as_str())], u8::from(present));
    }
    if let Some(reserve) = keyring_stats.reserve {
        text.gauge(
            "latchkey_database_reserve",
            "1 while the disk reserve exists, 0 after it was released because the disk was full.",
        );
        text.sample(&[], u8::from(reserve));
    }
    text.gauge(
        "latchkey_revocation_journal_fault",
        "1 while the revocation journal cannot be written.",
    );
    text.sample(&[], u8::from(keyring_stats.journal_failed));
    write_nodes(&mut text, keyring_stats.nodes);
    text.gauge(
        "latchkey_can_verify",
        "1 while keys are verified, 0 after the database has not responded for too long.",
    );
    text.sample(&[], u8::from(state.can_verify()));
    text.counter(
        "latchkey_sign_ins_total",
        "Sign-ins and their steps, by result.",
    );
    for (result, count) in state.keyring.sign_in().counts() {
        text.sample(&[("result", result.as_str())], count);
    }
    text.counter(
        "latchkey_password_hashes_total",
        "Passwords that were hashed, to check or to store them.",
    );
    text.sample(&[], state.keyring.sign_in().password_hashes());
    write_mail(&mut text, state);
    text.counter(
        "latchkey_background_task_failures_total",
        "Panics of background tasks. A task is restarted; five failures within a minute stop the process.",
    );
    for (task, failures) in state.keyring.supervisor().failures() {
        text.sample(&[("task", task)], failures);
    }
    text.counter(
        "latchkey_log_lines_lost_total",
        "Log lines that could not be written or queued.",
    );
    text.sample(&[], logging::lost_lines());
    text.gauge("latchkey_build_info", "Always 1; the label is the version.");
    text.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    write_process(&mut text);
    text.into()
}

/// Writes the figures about the nodes, if several can share the database.
fn write_nodes(text: &mut MetricsText, nodes: Option<NodeStats>) {
    let Some(nodes) = nodes else {
        return;
    };
    text.gauge(
        "latchkey_nodes",
        "Nodes that share the database, as this one last saw them.",
    );
    text.sample(&[], nodes.nodes);
    text.counter(
        "latchkey_nodes_removed_total",
        "Nodes that this one removed because their leases had ended.",
    );
    text.sample(&[], nodes.removed);
    text.counter(
        "latchkey_changes_confirmed_total",
        "Changes through this node that ended access, once no node accepted what they forbid.",
    );
    text.sample(&[], nodes.confirmed);
    text.counter(
        "latchkey_change_confirmation_seconds_total",
        "Time from the commits of these changes until that was known.",
    );
    let waited = i64::try_from(nodes.waited_ms).unwrap_or(i64::MAX);
    text.sample(&[], seconds(waited));
}

/// Writes the figures about mails, if a mail server is configured.
fn write_mail(text: &mut MetricsText, state: &AppState) {
    let Some(mail) = state.keyring.outbox().stats() else {
        return;
    };
    text.gauge("latchkey_mail_waiting", "Mails that wait to be sent.");
    text.sample(&[], mail.waiting);
    text.gauge(
        "latchkey_mail_oldest_seconds",
        "Time since the oldest waiting mail was created; 0 if none waits.",
    );
    text.sample(&[], seconds(mail.oldest_ms));
    text.counter(
        "latchkey_mail_sent_total",
        "Mails that the mail server accepted.",
    );
    text.sample(&[], mail.sent);
    text.counter(
        "latchkey_mail_failed_attempts_total",
        "Attempts to send a mail that failed.",
    );
    text.sample(&[], mail.failed_attempts);
    text.counter(
        "latchkey_mail_given_up_total",
        "Mails that were rejected, or could not be sent in time.",
    );
    text.sample(&[], mail.given_up);
}
