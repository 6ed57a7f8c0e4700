//! `POST /v1/keys/verify`: a service asks about pairs that were presented to it.

use super::{
    body, check,
    object::Object,
    openapi::{Answer, Operation, SOME_KEY, Schemas},
    problem::{Code, Problem},
    question::{self, Asked, MOST, Question},
    wire,
};
use crate::{AppState, request};
use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{id::AccountId, key::scope::ScopeSet};
use http::StatusCode;
use serde_json::json;
use verification::{Call, Route};

/// What the asking key must hold.
const SCOPE: &str = "key:verify";

/// Answers about one pair, or about each of an array of at most 100.
///
/// # Errors
/// The gate's refusal of the asking key; `invalid_request`, `body_too_large` or `unknown_scope` for its question.
pub async fn verify(State(state): State<AppState>, request: Request) -> Result<Response, Problem> {
    let scope = ScopeSet::one(SCOPE).unwrap_or_default();
    let asking = check(&state, &request, scope)?.caller;
    let (parts, body) = request.into_parts();
    let refuse = |code| Problem::about(&state, &parts.extensions, code);
    let bytes = body::receive(body).await.map_err(refuse)?;
    let id = request::id_of(&parts.extensions);
    let answer = |Object(question): &Object<Question>| {
        let decision = decide(&state, asking.account_id, question, &id)?;
        state.metrics.told(decision.verdict);
        Ok(wire::Described::of(&decision, id.clone()))
    };
    let asked = question::read(&bytes).ok_or_else(|| refuse(Code::InvalidRequest))?;
    let mut response = match asked {
        Asked::One(question) => {
            let answer = answer(&question).map_err(refuse)?;
            wire::json(StatusCode::OK, wire::JSON, &answer)
        }
        Asked::Several(questions) => {
            let answers: Result<Vec<_>, Code> = questions.iter().map(answer).collect();
            wire::json(StatusCode::OK, wire::JSON, &answers.map_err(refuse)?)
        }
    };
    wire::describe(response.headers_mut(), &asking);
    Ok(response)
}

/// A pair of another account is as unknown as one that never was.
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
        // What cannot be read is unknown, and passes no list of addresses.
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
        // What headers its caller sent, the service does not say.
        browser: false,
    }))
}

/// What this door says of itself.
pub fn describe(schemas: &mut Schemas) -> Operation {
    let question = schemas.taken::<Object<Question>>();
    let answer = schemas.given::<wire::Described>();
    let asked = json!({ "oneOf": [
        question,
        { "type": "array", "items": question, "minItems": 1, "maxItems": MOST },
    ] });
    let answered = json!({ "oneOf": [
        answer,
        { "type": "array", "items": answer, "minItems": 1, "maxItems": MOST },
    ] });
    let pair = json!({
        "key": SOME_KEY, "secret": "the secret that was presented", "scopes": ["invoice:read"],
        "request": { "ip": "192.0.2.7", "method": "GET", "route": "/invoices", "user_agent": "curl/8.14" },
    });
    let answers = Answer::json_such_as(
        "The answer; to an array, an array of answers in the same order. A pair that may not pass is an answer too.",
        &answered,
        &wire::Described::example(),
    );
    Operation::new("verify", "May a call that presents this pair pass?")
        .says("For a service whose own key has the scope key:verify. It asks about one pair that was presented to it, or about up to 100 at once. A key of another account is as unknown as one that never was.")
        .asks_for_a_key()
        .takes(&asked, &[("one", pair.clone()), ("several", json!([pair]))])
        .answers(200, answers)
        .refuses(&[Code::InsufficientScope, Code::UnknownScope])
        .refuses(&body::REFUSALS)
}
