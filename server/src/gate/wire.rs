//! The public JSON and headers of the gate.

use axum::{body::Body, response::Response};
use contract::Rate;
pub use contract::{RATE_LIMIT, RATE_LIMIT_POLICY};
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
use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};
use uuid::Uuid;
use verification::{Caller, Decision, RateState};

/// Since when the secret is being retired.
pub const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
/// When the secret that is being retired ends.
pub const SUNSET: HeaderName = HeaderName::from_static("sunset");
/// For the service behind a proxy: the key's id.
pub const KEY_ID: HeaderName = HeaderName::from_static("x-latchkey-key-id");
/// The same of its application.
pub const APPLICATION_ID: HeaderName = HeaderName::from_static("x-latchkey-application-id");
/// The same of its account.
pub const ACCOUNT_ID: HeaderName = HeaderName::from_static("x-latchkey-account-id");
/// The same of what it may do.
pub const SCOPES: HeaderName = HeaderName::from_static("x-latchkey-scopes");

/// The media type of answers that are no problem.
pub const JSON: &str = "application/json";

/// Bytes that an answer has, usually.
const USUAL: usize = 512;

/// What a decision says of a key. Before the secret has matched, nothing of the key is told.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Decision")]
pub struct Described {
    /// Whether a call with this pair may pass.
    valid: bool,
    /// `valid`, or why not.
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
    /// Whether the key works on real data.
    #[schemars(schema_with = "environments")]
    environment: Option<Environment>,
    /// All that the key may do.
    scopes: Vec<String>,
    /// When the key ends; never, where there is nothing.
    #[schemars(extend("format" = "date-time"))]
    expires_at: Option<String>,
    /// Where the key has a limit, and got as far as to ask it.
    ratelimit: Option<Rate>,
    /// As in `X-Request-Id`.
    request_id: Arc<str>,
}

/// What can be said of a pair.
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

impl Described {
    /// What a caller whose call passed may know.
    pub fn accepted(caller: &Caller, request_id: Arc<str>) -> Self {
        Self::new(Verdict::Accepted, Some(caller), request_id)
    }

    /// What a service may know that asked about a pair.
    pub fn of(decision: &Decision, request_id: Arc<str>) -> Self {
        Self::new(decision.verdict, decision.caller.as_ref(), request_id)
    }

    /// Of a key as somebody might have it.
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
        let id = "0123456789abcdef0123456789abcdef";
        serde_json::json!(Self::accepted(&caller, id.into()))
    }

    fn new(verdict: Verdict, caller: Option<&Caller>, request_id: Arc<str>) -> Self {
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

/// An answer with a JSON body, of a type that `/openapi.json` can describe.
pub fn json(
    status: StatusCode,
    content_type: &'static str,
    body: &(impl Serialize + JsonSchema),
) -> Response {
    let mut bytes = Vec::with_capacity(USUAL);
    if let Err(error) = serde_json::to_writer(&mut bytes, body) {
        tracing::error!(%error, "an answer could not be written as JSON");
        bytes = b"{}".to_vec();
    }
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
    use domain::time::DAY;

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
