//! Counters for Prometheus. Counting a call takes a few atomic additions; nothing is locked or allocated. Labels never hold
//! a key, an address or a name.

mod histogram;
mod process;
mod text;

pub use process::write as write_process;
pub use text::MetricsText;

use crate::{
    connections::{CloseReason, RefusalReason},
    openapi::Endpoint,
    wire::CREDENTIAL_REFUSALS,
};
use contract::Code;
use domain::verdict::Verdict;
use histogram::DurationHistogram;
use http::StatusCode;
use std::{
    array,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The label of all requests that reach no endpoint of the gate: pages, server functions, files.
const OTHER: &str = "other";
const STATUS_CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Counters since the start of the process.
pub struct Metrics {
    accepted: AtomicU64,
    /// By [`Code`], in the order of [`Code::ALL`].
    refused: [AtomicU64; Code::ALL.len()],
    decision_times: DurationHistogram,
    /// One entry for each endpoint, and a last one for [`OTHER`].
    endpoints: Box<[EndpointResponses]>,
    /// By [`RefusalReason`], in the order of [`RefusalReason::ALL`].
    refused_connections: [AtomicU64; RefusalReason::ALL.len()],
    /// By [`CloseReason`], in the order of [`CloseReason::ALL`].
    closed_connections: [AtomicU64; CloseReason::ALL.len()],
}

/// The responses of one endpoint, by the class of their status.
struct EndpointResponses {
    /// As in the OpenAPI document.
    path: &'static str,
    matched: PathPattern,
    classes: [AtomicU64; STATUS_CLASSES.len()],
}

impl Metrics {
    /// Counters at zero, with one set of responses for each endpoint.
    pub fn new<S>(endpoints: &[Endpoint<S>]) -> Self {
        Self {
            accepted: AtomicU64::default(),
            refused: array::from_fn(|_| AtomicU64::default()),
            decision_times: DurationHistogram::default(),
            refused_connections: array::from_fn(|_| AtomicU64::default()),
            closed_connections: array::from_fn(|_| AtomicU64::default()),
            endpoints: endpoints
                .iter()
                .map(|endpoint| (endpoint.description.path, endpoint.pattern))
                .chain([(OTHER, OTHER)])
                .map(|(path, pattern)| EndpointResponses {
                    path,
                    matched: PathPattern::new(pattern),
                    classes: array::from_fn(|_| AtomicU64::default()),
                })
                .collect(),
        }
    }

    /// Counts a call that was accepted, or refused with a code.
    pub fn count_decision(&self, refusal: Option<Code>) {
        let count = refusal.map_or(&self.accepted, |code| &self.refused[code as usize]);
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts the verdict on a pair that a service asked about.
    pub fn count_verdict(&self, verdict: Verdict) {
        self.count_decision((verdict != Verdict::Accepted).then(|| verdict.into()));
    }

    /// Records how long a decision took.
    pub fn record_decision_time(&self, time: Duration) {
        self.decision_times.record(time);
    }

    /// Returns the index of the endpoint at a path, for [`Metrics::count_response`].
    pub fn endpoint_index(&self, path: &str) -> usize {
        let other = self.endpoints.len() - 1;
        self.endpoints
            .iter()
            .position(|endpoint| endpoint.matched.matches(path))
            .unwrap_or(other)
    }

    /// Counts a response.
    pub fn count_response(&self, endpoint_index: usize, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).saturating_sub(1);
        let count = self
            .endpoints
            .get(endpoint_index)
            .and_then(|endpoint| endpoint.classes.get(class));
        if let Some(count) = count {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a connection that was refused.
    pub fn count_refused_connection(&self, reason: RefusalReason) {
        self.refused_connections[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection that the server closed.
    pub fn count_closed_connection(&self, reason: CloseReason) {
        self.closed_connections[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Writes the counters of connections.
    pub fn write_connections(&self, text: &mut MetricsText) {
        text.counter(
            "latchkey_connections_refused_total",
            "Connections that were rejected because the limit of their address or of all connections was reached.",
        );
        for (reason, count) in RefusalReason::ALL.iter().zip(&self.refused_connections) {
            text.sample(&[("reason", reason.as_str())], read(count));
        }
        text.counter(
            "latchkey_connections_ended_total",
            "Connections that the server closed, by reason: slow head, idle, slow reader, maximum age.",
        );
        for (reason, count) in CloseReason::ALL.iter().zip(&self.closed_connections) {
            text.sample(&[("reason", reason.as_str())], read(count));
        }
    }

    /// Writes the counters of decisions and requests.
    pub fn write_requests(&self, text: &mut MetricsText) {
        text.counter(
            "latchkey_decisions_total",
            "Decisions about requests, by code.",
        );
        text.sample(&[("code", Verdict::Accepted.code())], read(&self.accepted));
        for code in CREDENTIAL_REFUSALS
            .into_iter()
            .chain([Code::InsufficientScope])
        {
            let count = read(&self.refused[code as usize]);
            text.sample(&[("code", code.as_str())], count);
        }
        self.decision_times.write(
            text,
            "latchkey_decision_seconds",
            "Time of a decision, from the credentials to the verdict.",
        );
        text.counter(
            "latchkey_http_requests_total",
            "Requests by endpoint and class of the status; the dashboard is other.",
        );
        for endpoint in &self.endpoints {
            for (class, count) in STATUS_CLASSES.iter().zip(&endpoint.classes) {
                text.sample(
                    &[("endpoint", endpoint.path), ("status", class)],
                    read(count),
                );
            }
        }
    }
}

fn read(count: &AtomicU64) -> u64 {
    count.load(Ordering::Relaxed)
}

/// The paths of an endpoint.
enum PathPattern {
    Path(&'static str),
    /// All paths that begin with the prefix and are longer.
    Prefix(&'static str),
}

impl PathPattern {
    /// Parses a pattern in the router's syntax.
    fn new(pattern: &'static str) -> Self {
        match pattern.split_once("{*") {
            Some((prefix, _)) => Self::Prefix(prefix),
            None => Self::Path(pattern),
        }
    }

    fn matches(&self, path: &str) -> bool {
        match self {
            Self::Path(own) => path == *own,
            Self::Prefix(prefix) => path.len() > prefix.len() && path.starts_with(prefix),
        }
    }
}
