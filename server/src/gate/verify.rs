//! `POST /v1/keys/verify`: a service asks about pairs that were presented to it.

use super::{
    body,
    check::check,
    decision_body::{DecisionBody, add_caller_headers, json_response},
    problem::Problem,
};
use crate::{
    AppState,
    openapi::{EXAMPLE_KEY_ID, Operation, ResponseSpec, Schemas},
    request, wire,
};
use axum::{
    extract::{Request, State},
    response::Response,
};
use contract::{
    Code,
    object::Object,
    question::{self, MAX_QUESTIONS, Question, Questions},
};
use domain::{id::AccountId, key::scope::ScopeSet};
use http::StatusCode;
use serde_json::json;
use verification::{Call, Route};

/// The scope that the asking key needs.
const REQUIRED_SCOPE: &str = "key:verify";

/// Decides about one pair, or about each of an array of at most 100.
///
/// # Errors
/// The gate's refusal of the asking key; `invalid_request`, `body_too_large`, `body_too_slow` or `unknown_scope` for its
/// question.
pub async fn verify(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let scope = ScopeSet::one(REQUIRED_SCOPE).unwrap_or_default();
    let asking = check(&state, &request, scope)?;
    let (parts, body) = request.into_parts();
    let refuse = |code| Problem::about(&state, &parts.extensions, code);
    let bytes = body::receive(body).await.map_err(refuse)?;
    let id = request::request_id(&parts.extensions);
    let answer = |Object(question): &Object<Question>| {
        let decision = decide(&state, asking.account_id, question, &id)?;
        state.metrics.count_verdict(decision.verdict);
        Ok(DecisionBody::of(&decision, id.clone()))
    };
    let asked = question::read(&bytes).ok_or_else(|| refuse(Code::InvalidRequest))?;
    let mut response = match asked {
        Questions::One(question) => {
            let answer = answer(&question).map_err(refuse)?;
            json_response(StatusCode::OK, wire::JSON, &answer)
        }
        Questions::Several(questions) => {
            let answers: Result<Vec<_>, Code> = questions.iter().map(answer).collect();
            json_response(StatusCode::OK, wire::JSON, &answers.map_err(refuse)?)
        }
    };
    add_caller_headers(response.headers_mut(), &asking);
    Ok(response)
}

/// Decides about a pair. A pair of another account is treated like one that does not exist.
fn decide(
    state: &AppState,
    account: AccountId,
    question: &Question,
    request_id: &str,
) -> Result<verification::Decision, Code> {
    let scopes = ScopeSet::parse_all(&question.scopes).map_err(|_| Code::UnknownScope)?;
    let Object(presenter) = &question.request;
    let (key, secret) = question.pair();
    Ok(state.verify(&Call {
        key,
        secret,
        within: Some(account),
        // An address that cannot be parsed is unknown, and is denied where the key has a list of addresses.
        address: presenter
            .ip
            .as_deref()
            .and_then(|ip| ip.trim().parse().ok()),
        scopes,
        user_agent: &presenter.user_agent,
        route: Route {
            method: &presenter.method,
            path: &presenter.route,
        },
        request_id,
        // The service does not report its caller's headers.
        browser: false,
    }))
}

/// Describes the endpoint.
pub fn describe(schemas: &mut Schemas) -> Operation {
    let question = schemas.request::<Object<Question>>();
    let answer = schemas.response::<DecisionBody>();
    let asked = json!({ "oneOf": [
        question,
        { "type": "array", "items": question, "minItems": 1, "maxItems": MAX_QUESTIONS },
    ] });
    let answered = json!({ "oneOf": [
        answer,
        { "type": "array", "items": answer, "minItems": 1, "maxItems": MAX_QUESTIONS },
    ] });
    let pair = json!({
        "key": EXAMPLE_KEY_ID, "secret": "the secret that was presented", "scopes": ["invoice:read"],
        "request": { "ip": "192.0.2.7", "method": "GET", "route": "/invoices", "user_agent": "curl/8.14" },
    });
    let response = ResponseSpec::json_with_example(
        "The decision; for an array, an array of decisions in the same order. A denied pair is a decision too.",
        &answered,
        &DecisionBody::example(),
    );
    Operation::new("verify", "Decides about presented pairs")
        .description("For a service whose own key has the scope key:verify. It asks about one pair that was presented to it, or about up to 100 at once. A key of another account is treated like one that does not exist.")
        .requires_key()
        .body(&asked, &[("one", pair.clone()), ("several", json!([pair]))])
        .responds(200, response)
        .refuses(&[Code::InsufficientScope, Code::UnknownScope])
        .refuses(&body::BODY_REFUSALS)
}
