//! Decisions in JSON, and the headers that a caller with a valid secret gets.

use crate::{
    head::RequestId,
    wire::{DEPRECATION, SUNSET},
};
use axum::{body::Body, response::Response};
use contract::RateLimitStatus;
use domain::{
    id::{AccountId, ApplicationId},
    key::{Environment, rate_limit::RateLimit, scope::ScopeSet, token::KeyId},
    time::{SECOND, Timestamp},
    verdict::Verdict,
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Serialize;
use serde_json::Value;
use std::time::{Duration, UNIX_EPOCH};
use uuid::Uuid;
use verification::{Caller, Decision, RateState};

/// The initial capacity of a response's body, in bytes.
const BODY_CAPACITY: usize = 512;

/// A decision about a call. Fields of the key are null until the secret has matched.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Decision")]
pub struct DecisionBody {
    /// Whether the call is accepted.
    valid: bool,
    /// `valid`, or the reason of the refusal.
    #[schemars(schema_with = "codes")]
    code: &'static str,
    /// The public key id.
    #[schemars(with = "Option<String>")]
    key_id: Option<KeyId>,
    /// The key's application.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    application_id: Option<Uuid>,
    /// The application's account.
    #[schemars(with = "Option<String>", extend("format" = "uuid"))]
    account_id: Option<Uuid>,
    /// Whether the key works on live or test data.
    #[schemars(schema_with = "environments")]
    environment: Option<Environment>,
    /// The key's scopes.
    scopes: Vec<String>,
    /// The key's expiry; null if it never expires.
    #[schemars(extend("format" = "date-time"))]
    expires_at: Option<String>,
    /// The state of the rate limit, if the key has one and the check reached it.
    ratelimit: Option<RateLimitStatus>,
    /// The value of `X-Request-Id`.
    #[schemars(with = "String")]
    request_id: RequestId,
}

/// The codes of all verdicts.
const CODES: [&str; 10] = [
    Verdict::Accepted.code(),
    Verdict::InvalidCredentials.code(),
    Verdict::Unavailable.code(),
    Verdict::Revoked.code(),
    Verdict::Inactive.code(),
    Verdict::Expired { at: Timestamp(0) }.code(),
    Verdict::Retired { at: Timestamp(0) }.code(),
    Verdict::IpNotAllowed.code(),
    Verdict::InsufficientScope.code(),
    Verdict::RateLimited { retry_after_ms: 0 }.code(),
];

fn codes(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "enum": CODES })
}

fn environments(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "enum": [Environment::Live, Environment::Test, Value::Null] })
}

impl DecisionBody {
    /// The body for a caller whose call was accepted.
    pub fn accepted(caller: &Caller, request_id: RequestId) -> Self {
        Self::new(Verdict::Accepted, Some(caller), request_id)
    }

    /// The body for a service that asked about a pair.
    pub fn of(decision: &Decision, request_id: RequestId) -> Self {
        Self::new(decision.verdict, decision.caller.as_ref(), request_id)
    }

    /// An example.
    pub fn example() -> Value {
        let caller = Caller {
            key_id: KeyId::from_number(Environment::Live, 0),
            application_id: ApplicationId(Uuid::nil()),
            account_id: AccountId(Uuid::nil()),
            environment: Environment::Live,
            scopes: ScopeSet::one("invoice:read").unwrap_or_default(),
            expires_at: Some(Timestamp(1_795_442_709_123)),
            deprecated_at: None,
            retires_at: None,
            rate_limit: Some(RateState {
                limit: RateLimit {
                    requests: 100,
                    window_ms: 60_000,
                },
                remaining: 99,
                reset_ms: 600,
            }),
        };
        let id = RequestId::New(*b"0123456789abcdef0123456789abcdef");
        serde_json::json!(Self::accepted(&caller, id))
    }

    fn new(verdict: Verdict, caller: Option<&Caller>, request_id: RequestId) -> Self {
        Self {
            valid: verdict == Verdict::Accepted,
            code: verdict.code(),
            key_id: caller.map(|caller| caller.key_id),
            application_id: caller.map(|caller| caller.application_id.0),
            account_id: caller.map(|caller| caller.account_id.0),
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

/// Returns a response with a JSON body, of a type that `/openapi.json` can describe.
pub fn json_response(
    status: StatusCode,
    content_type: &'static str,
    body: &(impl Serialize + JsonSchema),
) -> Response {
    let mut bytes = Vec::with_capacity(BODY_CAPACITY);
    if let Err(error) = serde_json::to_writer(&mut bytes, body) {
        tracing::error!(%error, "a response could not be serialized");
        bytes = b"{}".to_vec();
    }
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// Adds the headers about the caller's rate limit and the retirement of its secret.
///
/// `RateLimit` and `RateLimit-Policy`: draft-ietf-httpapi-ratelimit-headers-10. `Deprecation`: RFC 9745. `Sunset`: RFC 8594.
pub fn add_caller_headers(headers: &mut HeaderMap, caller: &Caller) {
    if let Some(rate) = &caller.rate_limit {
        rate_of(rate).write_headers(headers);
    }
    // The instants of the regeneration and of the end of the grace period.
    if let (Some(since), Some(until)) = (caller.deprecated_at, caller.retires_at) {
        insert(
            headers,
            DEPRECATION,
            &format!("@{}", since.0.div_euclid(SECOND)),
        );
        insert(headers, SUNSET, &http_date(until));
    }
}

fn rate_of(state: &RateState) -> RateLimitStatus {
    RateLimitStatus {
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

/// Inserts a header. The values consist of ASCII, so they are always valid.
fn insert(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::DAY;

    #[test]
    fn a_caller_gets_headers_about_its_rate_limit_and_its_retiring_secret() {
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
        add_caller_headers(&mut headers, &caller);
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
