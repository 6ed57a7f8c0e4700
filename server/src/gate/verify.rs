//! `POST /v1/keys/verify`: a service asks about pairs that were presented to it.

use super::{
    body::{self, Object},
    check,
    problem::{Code, Problem},
    wire,
};
use crate::{AppState, request};
use axum::{
    extract::{Request, State},
    response::Response,
};
use domain::{id::AccountId, key::scope::ScopeSet};
use http::StatusCode;
use keyring::{Call, Route};
use serde::Deserialize;
use zeroize::Zeroizing;

/// Pairs in one call.
const MOST: usize = 100;
/// What the asking key must hold.
const SCOPE: &str = "key:verify";

/// A pair that was presented to a service, with what the service knows of the call.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    key: String,
    secret: Zeroizing<String>,
    #[serde(default)]
    scopes: Vec<String>,
    #[serde(default)]
    request: Object<Presenter>,
}

/// The call with which the pair came.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Presenter {
    ip: Option<String>,
    method: String,
    route: String,
    user_agent: String,
}

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
        Ok(wire::Described::of(&decision, id.clone()))
    };
    let mut response = if bytes.trim_ascii_start().starts_with(b"[") {
        let questions: Vec<Object<Question>> =
            serde_json::from_slice(&bytes).map_err(|_| refuse(Code::InvalidRequest))?;
        if questions.is_empty() || questions.len() > MOST {
            return Err(refuse(Code::InvalidRequest));
        }
        let answers: Result<Vec<_>, Code> = questions.iter().map(answer).collect();
        wire::json(StatusCode::OK, wire::JSON, &answers.map_err(refuse)?)
    } else {
        let question: Object<Question> =
            serde_json::from_slice(&bytes).map_err(|_| refuse(Code::InvalidRequest))?;
        wire::json(
            StatusCode::OK,
            wire::JSON,
            &answer(&question).map_err(refuse)?,
        )
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
) -> Result<keyring::Decision, Code> {
    let scopes = ScopeSet::parse_all(&question.scopes).map_err(|_| Code::UnknownScope)?;
    let Object(presenter) = &question.request;
    Ok(state.keyring.verify(&Call {
        key: &question.key,
        secret: &question.secret,
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

#[cfg(test)]
mod tests {
    use super::{Object, Question};

    #[test]
    fn absurd_questions_are_refused() {
        for absurd in [
            "",
            "{}",
            "null",
            r#"{"key":1,"secret":"x"}"#,
            r#"{"key":"a","secret":"b","scope":["invoice:read"]}"#,
            r#"{"key":"a","secret":"b","scopes":"invoice:read"}"#,
            r#"{"key":"a","secret":"b"} x"#,
            r#"{"key":"a","key":"a","secret":"b"}"#,
            r#"["a","b"]"#,
            r#"{"key":"a","secret":"b","request":["192.0.2.1"]}"#,
        ] {
            assert!(
                serde_json::from_str::<Object<Question>>(absurd).is_err(),
                "{absurd}"
            );
        }
        assert!(serde_json::from_str::<Object<Question>>(r#"{"key":"a","secret":"b"}"#).is_ok());
    }
}
