//! Asks the gate.

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

/// Bytes of an answer.
const LONGEST: usize = 64 * 1024;

/// The gate, as one service knows it.
pub(crate) struct Gate {
    /// How it is reached.
    pub transport: Transport,
    /// Its `/v1/keys/verify`.
    pub address: Uri,
    /// Scheme, host and port.
    pub origin: String,
    /// The service's own pair; the values are marked as sensitive, and wiped with the last copy.
    pub key: HeaderValue,
    pub secret: HeaderValue,
    /// For the whole of a question.
    pub timeout: Duration,
}

/// An answer, and what the gate's clock said.
pub(crate) struct Heard {
    pub answer: Answer,
    /// The second in which it was given, rounded down.
    pub date: Option<Timestamp>,
}

/// Why nothing can be known. For the log alone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Silence {
    #[error("the gate did not answer within {0:?}")]
    Late(Duration),
    #[error("the gate cannot be reached: {0}")]
    Unreachable(String),
    #[error("the gate refuses the question of this service: {status}, {code}")]
    Refused {
        status: StatusCode,
        /// The word of the contract, or nothing.
        code: String,
        retry_after: Option<HeaderValue>,
    },
    #[error("the gate's answer cannot be used: {0}")]
    Unusable(String),
}

impl Silence {
    /// When to come back, where the gate has said so.
    pub(crate) fn retry_after(self) -> Option<HeaderValue> {
        match self {
            Self::Refused { retry_after, .. } => retry_after,
            _ => None,
        }
    }
}

impl Gate {
    /// Asks a question about the key that was `presented`.
    pub(crate) async fn ask(&self, question: Bytes, presented: &str) -> Result<Heard, Silence> {
        tokio::time::timeout(self.timeout, self.exchange(question, presented))
            .await
            .unwrap_or(Err(Silence::Late(self.timeout)))
    }

    async fn exchange(&self, question: Bytes, presented: &str) -> Result<Heard, Silence> {
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
            return Err(Silence::Refused {
                status: head.status,
                code: code_of(&bytes),
                retry_after: head.headers.get(header::RETRY_AFTER).cloned(),
            });
        }
        let answer = Answer::read(&bytes, presented).map_err(Silence::Unusable)?;
        Ok(Heard {
            answer,
            date: date_of(&head.headers),
        })
    }
}

/// The whole of a body that is not too long.
async fn receive(mut body: Body) -> Result<Vec<u8>, Silence> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame.map_err(|error| unreachable(&error))?.into_data() {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() > LONGEST {
            return Err(Silence::Unusable("it is too long".into()));
        }
    }
    Ok(bytes)
}

/// An error with its causes: that of a connection says little by itself.
fn unreachable(error: &BoxError) -> Silence {
    let mut text = error.to_string();
    let mut next: Option<&(dyn Error + 'static)> = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    Silence::Unreachable(text)
}

/// The code of a problem, where it is one of the contract's: whatever else stands there does not belong into a log.
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
