//! `GET /metrics`: what happens at the gate and how the process is, in the text format of Prometheus. To count a call takes a
//! few atomic additions, no lock, and nothing is allocated. No key, address or name is in a label.

mod histogram;
mod process;
mod text;

use crate::{
    AppState,
    gate::{
        REFUSALS,
        openapi::{Answer, Door, Operation, Schemas},
        problem::{Code, Problem},
    },
    router::doors,
    serve::{Reason, Refusal},
    telemetry,
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use domain::verdict::Verdict;
use histogram::Histogram;
use http::{HeaderMap, StatusCode, header};
use management::Fault;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use subtle::ConstantTimeEq;
use text::Text;

/// The text format's version 0.0.4.
const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
/// What those are told who bring no token, or a wrong one.
const CHALLENGE: &str = r#"Bearer realm="latchkey metrics""#;
/// Everything that is no door of the gate: pages, functions, files.
const ELSEWHERE: &str = "other";
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Counts since the start.
pub struct Metrics {
    accepted: AtomicU64,
    /// By [`Code`], in the order of [`Code::ALL`].
    refused: [AtomicU64; Code::ALL.len()],
    took: Histogram,
    doors: Box<[Answers]>,
    /// By [`Refusal`], in the order of [`Refusal::ALL`].
    refused_connections: [AtomicU64; Refusal::ALL.len()],
    /// By [`Reason`], in the order of [`Reason::ALL`].
    ended_connections: [AtomicU64; Reason::ALL.len()],
}

/// The answers of one door, by the class of their status.
struct Answers {
    door: &'static str,
    pattern: &'static str,
    classes: [AtomicU64; CLASSES.len()],
}

impl Default for Metrics {
    fn default() -> Self {
        let doors = doors().into_iter().map(|door| (door.path, door.pattern));
        Self {
            accepted: AtomicU64::default(),
            refused: std::array::from_fn(|_| AtomicU64::default()),
            took: Histogram::default(),
            refused_connections: std::array::from_fn(|_| AtomicU64::default()),
            ended_connections: std::array::from_fn(|_| AtomicU64::default()),
            doors: doors
                .chain([(ELSEWHERE, ELSEWHERE)])
                .map(|(door, pattern)| Answers {
                    door,
                    pattern,
                    classes: std::array::from_fn(|_| AtomicU64::default()),
                })
                .collect(),
        }
    }
}

impl Metrics {
    /// Counts a call that was let in, or why it was not.
    pub fn decided(&self, refusal: Option<Code>) {
        let count = refusal.map_or(&self.accepted, |code| &self.refused[code as usize]);
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts what a service was told of a pair.
    pub fn told(&self, verdict: Verdict) {
        self.decided((verdict != Verdict::Accepted).then(|| verdict.into()));
    }

    /// Notes how long a decision took.
    pub fn took(&self, time: Duration) {
        self.took.record(time);
    }

    /// The door at a path, for [`Metrics::answered`].
    pub fn door(&self, path: &str) -> usize {
        let elsewhere = self.doors.len() - 1;
        self.doors
            .iter()
            .position(|answers| Door::is_at(path, answers.pattern))
            .unwrap_or(elsewhere)
    }

    /// Counts an answer.
    pub fn answered(&self, door: usize, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        let count = self
            .doors
            .get(door)
            .and_then(|door| door.classes.get(class));
        if let Some(count) = count {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a connection that was refused.
    pub fn refused_connection(&self, refusal: Refusal) {
        self.refused_connections[refusal as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that the server ended.
    pub fn ended_connection(&self, reason: Reason) {
        self.ended_connections[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    fn write_connections(&self, text: &mut Text) {
        text.counter(
            "latchkey_connections_refused_total",
            "Connections that were refused: their address had its share, or there were too many in all.",
        );
        for (refusal, count) in Refusal::ALL.iter().zip(&self.refused_connections) {
            text.sample(&[("reason", refusal.as_str())], read(count));
        }
        text.counter(
            "latchkey_connections_ended_total",
            "Connections that the server ended: a head or the receiving of an answer took too long, they were idle, or old.",
        );
        for (reason, count) in Reason::ALL.iter().zip(&self.ended_connections) {
            text.sample(&[("reason", reason.as_str())], read(count));
        }
    }

    fn write(&self, text: &mut Text) {
        text.counter(
            "latchkey_decisions_total",
            "Pairs that were decided about, by what was said of them.",
        );
        text.sample(&[("code", Verdict::Accepted.code())], read(&self.accepted));
        for code in REFUSALS.into_iter().chain([Code::InsufficientScope]) {
            let count = read(&self.refused[code as usize]);
            text.sample(&[("code", code.as_str())], count);
        }
        self.took.write(
            text,
            "latchkey_decision_seconds",
            "Time to decide about a pair, from the credentials to the verdict.",
        );
        text.counter(
            "latchkey_http_requests_total",
            "Requests by door and by the class of the answer's status; the dashboard is other.",
        );
        for answers in &self.doors {
            for (class, count) in CLASSES.iter().zip(&answers.classes) {
                text.sample(&[("door", answers.door), ("status", class)], read(count));
            }
        }
    }
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

/// `GET /metrics`: for whoever brings the token of `LATCHKEY_METRICS_TOKEN`; without one there is no such door.
///
/// # Errors
/// `not_found` where no token is set.
pub async fn show(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let Some(token) = &state.metrics_token else {
        return Err(Problem::of(&state, &request, Code::NotFound));
    };
    if !presents(request.headers(), token) {
        let told = "Send the token of LATCHKEY_METRICS_TOKEN: Authorization: Bearer TOKEN\n";
        let challenge = [(header::WWW_AUTHENTICATE, CHALLENGE)];
        return Ok((StatusCode::UNAUTHORIZED, challenge, told).into_response());
    }
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], exposition(&state)).into_response())
}

/// What this door says of itself.
pub fn describe(_: &mut Schemas) -> Operation {
    Operation::new("metrics", "What happens at the gate, for Prometheus")
        .says("Text format 0.0.4. There is such a door where LATCHKEY_METRICS_TOKEN is set.")
        .asks_for_the_metrics_token()
        .answers(
            200,
            Answer::text(
                "Counts since the start, and the process's condition.",
                "# TYPE latchkey_keys gauge\nlatchkey_keys 3\n",
            ),
        )
        .answers(
            401,
            Answer::text("The token is missing or wrong.", "Send the token.\n")
                .with(&[header::WWW_AUTHENTICATE]),
        )
        .refuses(&[Code::NotFound])
}

fn presents(headers: &HeaderMap, token: &str) -> bool {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let Some((scheme, presented)) = value.as_bytes().split_at_checked(7) else {
        return false;
    };
    scheme.eq_ignore_ascii_case(b"bearer ") && presented.ct_eq(token.as_bytes()).into()
}

/// A whole number of milliseconds in seconds, as the format wants them.
fn seconds(milliseconds: i64) -> String {
    let milliseconds = milliseconds.max(0);
    format!("{}.{:03}", milliseconds / 1_000, milliseconds % 1_000)
}

fn exposition(state: &AppState) -> String {
    let stats = state.keyring.stats();
    let mut text = Text::default();
    state.metrics.write(&mut text);
    text.gauge("latchkey_connections", "Open connections.");
    text.sample(&[], state.connections.count());
    state.metrics.write_connections(&mut text);
    text.gauge("latchkey_keys", "Keys in the gate's index.");
    text.sample(&[], stats.keys);
    text.gauge(
        "latchkey_usage_waiting_batches",
        "Batches of counted usage that could not be written yet.",
    );
    text.sample(&[], stats.pending_batches);
    text.gauge(
        "latchkey_usage_lag_seconds",
        "Time since counted usage was written last, or there was none.",
    );
    text.sample(&[], seconds(stats.usage_lag_ms));
    text.gauge(
        "latchkey_database_silence_seconds",
        "Time since the database gave a sign of life.",
    );
    text.sample(&[], seconds(stats.database_downtime_ms));
    text.gauge(
        "latchkey_clock_behind_seconds",
        "How far the machine's clock is behind the newest time that the database has seen; 0 up to a minute.",
    );
    text.sample(&[], seconds(stats.clock_behind_ms));
    text.gauge(
        "latchkey_database_fault",
        "1 for what is wrong with the database, found by a write or by a readiness probe.",
    );
    for fault in Fault::ALL {
        let present = stats.fault == Some(fault);
        text.sample(&[("kind", fault.as_str())], u8::from(present));
    }
    if let Some(reserve) = stats.reserve {
        text.gauge(
            "latchkey_database_reserve",
            "1 while the reserve for a full disk is there, 0 after it was released.",
        );
        text.sample(&[], u8::from(reserve));
    }
    text.gauge(
        "latchkey_can_verify",
        "1 while keys are verified, 0 where the database has been silent for too long.",
    );
    text.sample(&[], u8::from(state.can_verify()));
    text.counter(
        "latchkey_background_task_failures_total",
        "Panics of background tasks. A task is started anew; five failures within a minute stop the process.",
    );
    for (task, failures) in state.keyring.supervisor().failures() {
        text.sample(&[("task", task)], failures);
    }
    text.counter(
        "latchkey_log_lines_lost_total",
        "Lines of the log that could not be written, or for which there was no room.",
    );
    text.sample(&[], telemetry::lost_lines());
    text.gauge("latchkey_build_info", "Always 1; the label is the version.");
    text.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    process::write(&mut text);
    text.into()
}
