//! Error responses in the format of the gate.

use crate::random;
use bytes::Bytes;
use contract::{Body, Code, PROBLEM_JSON, RateLimitStatus, whole_seconds};
use domain::{key::scope::ScopeSet, time::MINUTE};
use http::{HeaderName, HeaderValue, Response, StatusCode, header};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// A refused request.
#[derive(Debug)]
pub(crate) struct Refusal {
    code: Code,
    request_id: String,
    required: ScopeSet,
    rate: Option<RateLimitStatus>,
    retry_after: Option<HeaderValue>,
}

impl Refusal {
    /// Creates a refusal without a call of the gate.
    pub(crate) fn of(code: Code, required: ScopeSet) -> Self {
        Self {
            code,
            request_id: random::request_id(),
            required,
            rate: None,
            retry_after: None,
        }
    }

    /// Creates a refusal from the gate's, with its request id.
    pub(crate) fn of_gate(
        code: Code,
        required: ScopeSet,
        request_id: String,
        rate: Option<RateLimitStatus>,
    ) -> Self {
        // Without a rate limit it is the throttle of wrong secrets, which counts per minute.
        let wait = rate.map_or(MINUTE, |rate| rate.reset_ms);
        let retry_after =
            (code == Code::RateLimited).then(|| HeaderValue::from(whole_seconds(wait).max(1)));
        Self {
            code,
            request_id,
            required,
            rate,
            retry_after,
        }
    }

    /// Creates a refusal with `verification_unavailable`. The cause is logged with the same request id.
    pub(crate) fn unavailable(required: ScopeSet, retry_after: Option<HeaderValue>) -> Self {
        Self {
            retry_after,
            ..Self::of(Code::VerificationUnavailable, required)
        }
    }

    /// Returns the request id of the log and the response.
    pub(crate) fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Returns the response. `gate` is the origin of the server with the pages about error codes.
    pub(crate) fn into_response<B: From<Bytes>>(self, gate: &str) -> Response<B> {
        let body = Body::new(self.code, gate, &self.request_id, self.required);
        let (status, bytes) = match serde_json::to_vec(&body) {
            Ok(bytes) => (self.code.status(), bytes),
            // Unreachable: the body consists of texts and numbers.
            Err(_) => (StatusCode::SERVICE_UNAVAILABLE, Vec::new()),
        };
        let mut response = Response::new(B::from(bytes.into()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(&self.request_id) {
            headers.insert(X_REQUEST_ID, id);
        }
        if let Some(challenge) = self.code.challenge() {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        if let Some(rate) = &self.rate {
            rate.write_headers(headers);
        }
        if let Some(wait) = self.retry_after {
            headers.insert(header::RETRY_AFTER, wait);
        }
        response
    }
}
