//! The public JSON and headers of the gate.

use axum::{body::Body, response::Response};
use contract::Rate;
use domain::{
    key::Environment,
    time::{SECOND, Timestamp},
    verdict::Verdict,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use keyring::{Caller, Decision, RateState};
use serde::Serialize;
use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// The media type of answers that are no problem.
pub const JSON: &str = "application/json";

/// What a decision says of a key. Before the secret has matched, nothing of the key is told.
#[derive(Debug, Serialize)]
pub struct Described {
    valid: bool,
    code: &'static str,
    key_id: Option<String>,
    application_id: Option<String>,
    account_id: Option<String>,
    environment: Option<Environment>,
    scopes: Vec<String>,
    expires_at: Option<String>,
    ratelimit: Option<Rate>,
    request_id: Arc<str>,
}

impl Described {
    /// What a caller whose call passed may know.
    pub fn accepted(caller: &Caller, request_id: Arc<str>) -> Self {
        Self::new(Verdict::Accepted, Some(caller), request_id)
    }

    /// What a service may know that asked about a pair.
    pub fn of(decision: &Decision, request_id: Arc<str>) -> Self {
        Self::new(decision.verdict, decision.caller.as_ref(), request_id)
    }

    fn new(verdict: Verdict, caller: Option<&Caller>, request_id: Arc<str>) -> Self {
        Self {
            valid: verdict == Verdict::Accepted,
            code: verdict.code(),
            key_id: caller.map(|caller| caller.key_id.to_string()),
            application_id: caller.map(|caller| caller.application_id.to_string()),
            account_id: caller.map(|caller| caller.account_id.to_string()),
            environment: caller.map(|caller| caller.environment),
            scopes: caller.map_or_else(Vec::new, |caller| caller.scopes.names().collect()),
            expires_at: caller
                .and_then(|caller| caller.expires_at)
                .map(|at| at.to_string()),
            ratelimit: caller
                .and_then(|caller| caller.rate_limit.as_ref())
                .map(rate_of),
            request_id,
        }
    }
}

/// An answer with a JSON body.
pub fn json(status: StatusCode, content_type: &'static str, body: &impl Serialize) -> Response {
    let bytes = serde_json::to_vec(body).unwrap_or_else(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        b"{}".to_vec()
    });
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Adds the headers that tell a proven caller how much is left and until when its secret works.
///
/// `RateLimit` and `RateLimit-Policy`: draft-ietf-httpapi-ratelimit-headers-10. `Deprecation`: RFC 9745. `Sunset`: RFC 8594.
pub fn describe(headers: &mut HeaderMap, caller: &Caller) {
    if let Some(rate) = &caller.rate_limit {
        rate_of(rate).describe(headers);
    }
    // Since when it is out of date, which is the regeneration, and until when it works.
    if let (Some(since), Some(until)) = (caller.deprecated_at, caller.retires_at) {
        put(
            headers,
            DEPRECATION,
            &format!("@{}", since.0.div_euclid(SECOND)),
        );
        put(headers, SUNSET, &http_date(until));
    }
}

fn rate_of(state: &RateState) -> Rate {
    Rate {
        limit: state.limit.requests,
        window_ms: state.limit.window_ms,
        remaining: state.remaining,
        reset_ms: state.reset_ms,
    }
}

fn http_date(at: Timestamp) -> String {
    let milliseconds = u64::try_from(at.0).unwrap_or_default();
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(milliseconds))
}

/// Every value here is made of digits and a few ASCII words, so it is always a header value.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{
        id::{AccountId, ApplicationId},
        key::{rate_limit::RateLimit, scope::ScopeSet, token::KeyId},
        time::DAY,
    };
    use uuid::Uuid;

    #[test]
    fn a_proven_caller_hears_its_limit_and_its_secrets_end() {
        let now = Timestamp(1_795_442_709_123);
        let caller = Caller {
            key_id: KeyId::from_number(Environment::Live, 1),
            application_id: ApplicationId(Uuid::nil()),
            account_id: AccountId(Uuid::nil()),
            environment: Environment::Live,
            scopes: ScopeSet::default(),
            expires_at: None,
            deprecated_at: Some(now.plus(-DAY)),
            retires_at: Some(now.plus(1_500)),
            rate_limit: Some(RateState {
                limit: RateLimit {
                    requests: 100,
                    window_ms: 60_000,
                },
                remaining: 7,
                reset_ms: 29_001,
            }),
        };
        let mut headers = HeaderMap::new();
        describe(&mut headers, &caller);
        for (name, value) in [
            ("ratelimit-policy", "\"key\";q=100;w=60"),
            ("ratelimit", "\"key\";r=7;t=30"),
            ("deprecation", "@1795356309"),
            ("sunset", "Mon, 23 Nov 2026 14:05:10 GMT"),
        ] {
            assert_eq!(headers[name], value, "{name}");
        }
    }

    #[test]
    fn a_sunset_is_an_http_date() {
        assert_eq!(
            http_date(Timestamp(1_795_442_709_123)),
            "Mon, 23 Nov 2026 14:05:09 GMT"
        );
    }
}
