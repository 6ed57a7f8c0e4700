//! `POST /v1/usage`: a service reports the outcome of calls that it accepted.

use super::{
    body,
    check::check,
    decision_body::{add_caller_headers, json_response},
    problem::Problem,
};
use crate::{
    AppState,
    openapi::{EXAMPLE_KEY_ID, Operation, ResponseSpec, Schemas},
    wire,
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use contract::{Code, object::Object};
use domain::{key::scope::ScopeSet, time::Timestamp};
use http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use telemetry::ReportedCall;

/// Maximum number of calls in one report.
const MAX_CALLS: usize = 1_000;
/// The scope that the reporting key needs.
const REQUIRED_SCOPE: &str = "key:verify";
/// Identifies a report, so that it counts once however often it is sent (draft-ietf-httpapi-idempotency-key-header-07).
const IDEMPOTENCY_KEY: &str = "idempotency-key";
/// Maximum length of an idempotency key.
const MAX_IDEMPOTENCY_KEY_BYTES: usize = 255;

/// The outcome of one call.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReportedCall")]
struct ReportedCallBody {
    /// The public id of the key.
    key: String,
    /// The HTTP status of the service's response.
    #[schemars(range(min = 100, max = 599))]
    status: u16,
    /// The service's response time in milliseconds.
    latency_ms: u32,
    /// The start of the call; the default is now.
    #[schemars(extend("format" = "date-time"))]
    at: Option<String>,
}

/// How many calls of a report were counted.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Receipt")]
struct ReceiptBody {
    /// Calls that were counted.
    accepted: usize,
    /// Calls of keys that the account does not have.
    unknown: usize,
    /// Calls that began more than a day ago.
    late: usize,
}

/// Counts an array of 1 to 1,000 calls of the account's keys. The response, 202, says how many were counted, how many belong
/// to no key of the account, and how many began more than a day ago.
///
/// # Errors
/// The gate's refusal of the reporting key; `invalid_request`, `body_too_large` or `body_too_slow` for the report;
/// `verification_unavailable` where too many counts wait for the database.
pub async fn report(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let scope = ScopeSet::one(REQUIRED_SCOPE).unwrap_or_default();
    let reporting = check(&state, &request, scope)?;
    let (parts, body) = request.into_parts();
    let refuse = |code| Problem::about(&state, &parts.extensions, code);
    let id = idempotency_key(&parts.headers).map_err(refuse)?;
    let bytes = body::receive(body).await.map_err(refuse)?;
    let calls: Vec<Object<ReportedCallBody>> =
        serde_json::from_slice(&bytes).map_err(|_| refuse(Code::InvalidRequest))?;
    if calls.is_empty() || calls.len() > MAX_CALLS {
        return Err(refuse(Code::InvalidRequest));
    }
    let calls: Option<Vec<_>> = calls.iter().map(parse).collect();
    let calls = calls.ok_or_else(|| refuse(Code::InvalidRequest))?;
    let receipt = state
        .keyring
        .telemetry()
        .report(reporting.account_id, id, calls)
        .map_err(|_| refuse(Code::VerificationUnavailable))?;
    let receipt = ReceiptBody {
        accepted: receipt.accepted,
        unknown: receipt.unknown,
        late: receipt.late,
    };
    let mut response = json_response(StatusCode::ACCEPTED, wire::JSON, &receipt);
    add_caller_headers(response.headers_mut(), &reporting);
    Ok(response)
}

/// Returns the idempotency key, where there is one.
fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, Code> {
    let mut ids = headers.get_all(IDEMPOTENCY_KEY).iter();
    match (ids.next(), ids.next()) {
        (None, _) => Ok(None),
        (Some(id), None) => id
            .to_str()
            .ok()
            .filter(|id| (1..=MAX_IDEMPOTENCY_KEY_BYTES).contains(&id.len()))
            .map(Some)
            .ok_or(Code::InvalidRequest),
        (Some(_), Some(_)) => Err(Code::InvalidRequest),
    }
}

/// Returns the call; `None` where its status or its instant is invalid.
fn parse(Object(call): &Object<ReportedCallBody>) -> Option<ReportedCall<'_>> {
    let at = match &call.at {
        None => None,
        Some(text) => Some(Timestamp::parse(text)?),
    };
    (100..600).contains(&call.status).then_some(ReportedCall {
        key: &call.key,
        status: call.status,
        latency_ms: call.latency_ms,
        at,
    })
}

/// Describes the endpoint.
pub fn describe(schemas: &mut Schemas) -> Operation {
    let call = schemas.request::<Object<ReportedCallBody>>();
    let calls = json!({ "type": "array", "items": call, "minItems": 1, "maxItems": MAX_CALLS });
    let schema = schemas.response::<ReceiptBody>();
    let receipt = ReceiptBody {
        accepted: 1,
        unknown: 0,
        late: 0,
    };
    Operation::new("report", "Reports the outcome of requests")
        .description("For a service whose own key has the scope key:verify. A report has up to 1,000 requests with keys of the same account.")
        .requires_key()
        .parameter(json!({
            "name": IDEMPOTENCY_KEY, "in": "header",
            "description": "Identifies the report, so that it counts once however often it is sent.",
            "schema": { "type": "string", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY_BYTES },
        }))
        .body(&calls, &[("one", json!([{ "key": EXAMPLE_KEY_ID, "status": 200, "latency_ms": 12 }]))])
        .responds(202, ResponseSpec::json_with_example("How many requests were counted.", &schema, &json!(receipt)))
        .refuses(&[Code::InsufficientScope])
        .refuses(&body::BODY_REFUSALS)
}
