//! `POST /v1/usage`: a service reports what became of calls that it let in.

use super::{
    body, check,
    object::Object,
    openapi::{Answer, Operation, SOME_KEY, Schemas},
    problem::{Code, Problem},
    wire,
};
use crate::AppState;
use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{key::scope::ScopeSet, time::Timestamp};
use http::{HeaderMap, StatusCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use telemetry::ReportedCall;

/// Calls in one report.
const MOST: usize = 1_000;
/// What the reporting key must hold: who may ask about a key may say what became of its calls.
const SCOPE: &str = "key:verify";
/// Names a report, so that it counts once however often it is sent (draft-ietf-httpapi-idempotency-key-header-07).
const ID: &str = "idempotency-key";
/// Characters of an id.
const LONGEST_ID: usize = 255;

/// What became of one call.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ReportedCall")]
struct Call {
    /// The public id of the key that was let in.
    key: String,
    /// The HTTP status that the service answered.
    #[schemars(range(min = 100, max = 599))]
    status: u16,
    /// How long the service took, in milliseconds.
    latency_ms: u32,
    /// When the call began; now, where it is missing.
    #[schemars(extend("format" = "date-time"))]
    at: Option<String>,
}

/// What was taken of a report.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Receipt")]
struct Taken {
    /// Calls that count.
    accepted: usize,
    /// Calls of no key of the account.
    unknown: usize,
    /// Calls that began more than a day ago.
    late: usize,
}

/// Counts an array of 1 to 1,000 calls of the account's keys. 202 says how many count, how many are of no key of the
/// account, and how many began more than a day ago.
///
/// # Errors
/// The gate's refusal of the reporting key; `invalid_request` or `body_too_large` for its report;
/// `verification_unavailable` where too much waits for the database.
pub async fn report(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let scope = ScopeSet::one(SCOPE).unwrap_or_default();
    let reporting = check(&state, &request, scope)?.caller;
    let (parts, body) = request.into_parts();
    let refuse = |code| Problem::about(&state, &parts.extensions, code);
    let id = id_of(&parts.headers).map_err(refuse)?;
    let bytes = body::receive(body).await.map_err(refuse)?;
    let calls: Vec<Object<Call>> =
        serde_json::from_slice(&bytes).map_err(|_| refuse(Code::InvalidRequest))?;
    if calls.is_empty() || calls.len() > MOST {
        return Err(refuse(Code::InvalidRequest));
    }
    let calls: Option<Vec<_>> = calls.iter().map(read).collect();
    let calls = calls.ok_or_else(|| refuse(Code::InvalidRequest))?;
    let receipt = state
        .keyring
        .telemetry()
        .report(reporting.account_id, id, calls)
        .map_err(|_| refuse(Code::VerificationUnavailable))?;
    let taken = Taken {
        accepted: receipt.accepted,
        unknown: receipt.unknown,
        late: receipt.late,
    };
    let mut response = wire::json(StatusCode::ACCEPTED, wire::JSON, &taken);
    wire::describe(response.headers_mut(), &reporting);
    Ok(response)
}

/// The report's id, where it has one.
fn id_of(headers: &HeaderMap) -> Result<Option<&str>, Code> {
    let mut ids = headers.get_all(ID).iter();
    match (ids.next(), ids.next()) {
        (None, _) => Ok(None),
        (Some(id), None) => id
            .to_str()
            .ok()
            .filter(|id| (1..=LONGEST_ID).contains(&id.len()))
            .map(Some)
            .ok_or(Code::InvalidRequest),
        (Some(_), Some(_)) => Err(Code::InvalidRequest),
    }
}

/// Nothing where a status is none, or an instant cannot be read.
fn read(Object(call): &Object<Call>) -> Option<ReportedCall<'_>> {
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

/// What this door says of itself.
pub fn describe(schemas: &mut Schemas) -> Operation {
    let call = schemas.taken::<Object<Call>>();
    let calls = json!({ "type": "array", "items": call, "minItems": 1, "maxItems": MOST });
    let taken = schemas.given::<Taken>();
    let receipt = Taken {
        accepted: 1,
        unknown: 0,
        late: 0,
    };
    Operation::new("report", "A service reports what became of calls that it let in")
        .says("For a service whose own key has the scope key:verify: up to 1,000 calls of its account's keys.")
        .asks_for_a_key()
        .parameter(json!({
            "name": ID, "in": "header",
            "description": "Names the report, so that it counts once however often it is sent.",
            "schema": { "type": "string", "minLength": 1, "maxLength": LONGEST_ID },
        }))
        .takes(&calls, &[("one", json!([{ "key": SOME_KEY, "status": 200, "latency_ms": 12 }]))])
        .answers(202, Answer::json_such_as("What was taken.", &taken, &json!(receipt)))
        .refuses(&[Code::InsufficientScope])
        .refuses(&body::REFUSALS)
}
