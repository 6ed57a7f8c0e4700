//! Calls the gate.

use crate::{
    answer::Answer,
    transport::{Body, BoxError, Transport},
};
use bytes::Bytes;
use contract::credentials::{X_CLIENT_KEY, X_CLIENT_SECRET};
use domain::time::Timestamp;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use std::{
    error::Error,
    time::{Duration, UNIX_EPOCH},
};
use tower::ServiceExt;

/// Maximum bytes of a response body.
const MAX_RESPONSE_BYTES: usize = 64 * 1024;

/// The gate's address with the service's credentials.
pub(crate) struct Gate {
    /// The HTTP client.
    pub transport: Transport,
    /// The URL of `/v1/keys/verify`.
    pub address: Uri,
    /// Scheme, host and port.
    pub origin: String,
    /// The service's own credentials. The secret is marked as sensitive and wiped with its last copy.
    pub key: HeaderValue,
    pub secret: HeaderValue,
    /// For the whole exchange.
    pub timeout: Duration,
}

/// An answer with the time of the gate.
pub(crate) struct GateResponse {
    pub answer: Answer,
    /// The `Date` of the response, rounded down to the second.
    pub date: Option<Timestamp>,
}

/// The cause of `verification_unavailable`, for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GateError {
    #[error("the gate did not answer within {0:?}")]
    Late(Duration),
    #[error("the gate cannot be reached: {0}")]
    Unreachable(String),
    #[error("the gate refused the request of this service: {status}, {code}")]
    Refused {
        status: StatusCode,
        /// The error code, or `no code`.
        code: String,
        retry_after: Option<HeaderValue>,
    },
    #[error("the gate's answer is invalid: {0}")]
    Unusable(String),
}

impl GateError {
    /// Returns the gate's `Retry-After`, if it sent one.
    pub(crate) fn retry_after(self) -> Option<HeaderValue> {
        match self {
            Self::Refused { retry_after, .. } => retry_after,
            _ => None,
        }
    }
}

impl Gate {
    /// Sends a question about the key `presented`.
    pub(crate) async fn ask(
        &self,
        question: Bytes,
        presented: &str,
    ) -> Result<GateResponse, GateError> {
        tokio::time::timeout(self.timeout, self.exchange(question, presented))
            .await
            .unwrap_or(Err(GateError::Late(self.timeout)))
    }

    async fn exchange(&self, question: Bytes, presented: &str) -> Result<GateResponse, GateError> {
        let request = Request::post(&self.address)
            .header(header::CONTENT_TYPE, "application/json")
            .header(X_CLIENT_KEY, &self.key)
            .header(X_CLIENT_SECRET, &self.secret)
            .body(Full::new(question))
            .map_err(|error| unreachable(&error.into()))?;
        let response = self
            .transport
            .clone()
            .oneshot(request)
            .await
            .map_err(|error| unreachable(&error))?;
        let (head, body) = response.into_parts();
        let bytes = receive(body).await?;
        if head.status != StatusCode::OK {
            return Err(GateError::Refused {
                status: head.status,
                code: code_of(&bytes),
                retry_after: head.headers.get(header::RETRY_AFTER).cloned(),
            });
        }
        let answer = Answer::read(&bytes, presented).map_err(GateError::Unusable)?;
        Ok(GateResponse {
            answer,
            date: date_of(&head.headers),
        })
    }
}

/// Reads a body up to [`MAX_RESPONSE_BYTES`].
async fn receive(mut body: Body) -> Result<Vec<u8>, GateError> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|error| unreachable(&error))?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > MAX_RESPONSE_BYTES {
            return Err(GateError::Unusable("the body is too long".into()));
        }
    }
    Ok(bytes)
}

/// Formats an error with its sources.
fn unreachable(error: &BoxError) -> GateError {
    let mut text = error.to_string();
    let mut next: Option<&(dyn Error + 'static)> = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    GateError::Unreachable(text)
}

/// Returns the error code of a response, if it is a known one. Other text is not logged.
fn code_of(bytes: &[u8]) -> String {
    serde_json::from_slice::<serde_json::Value>(bytes)
        .ok()
        .and_then(|body| contract::Code::parse(body.get("code")?.as_str()?))
        .map_or("no code", contract::Code::as_str)
        .to_owned()
}

fn date_of(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(header::DATE)?.to_str().ok()?;
    let since = httpdate::parse_http_date(text)
        .ok()?
        .duration_since(UNIX_EPOCH)
        .ok()?;
    i64::try_from(since.as_millis()).ok().map(Timestamp)
}
