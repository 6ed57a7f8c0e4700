//! Every refusal of the gate: RFC 9457, with the fields of the public contract.

pub use contract::{Code, PROBLEM_JSON};

use super::{openapi::Schemas, wire};
use crate::{AppState, config::PublicUrl, request};
use axum::{
    extract::{Path, Request, State},
    response::{Html, IntoResponse, Response},
};
use contract::{Body, whole_seconds};
use domain::{key::scope::ScopeSet, verdict::Verdict};
use http::{HeaderValue, StatusCode, header};
use serde_json::Value;
use std::sync::Arc;
use verification::Caller;

/// A refusal, ready to be sent.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    request_id: Arc<str>,
    public_url: Arc<PublicUrl>,
    required: ScopeSet,
    retry_after_ms: Option<i64>,
    caller: Option<Box<Caller>>,
}

/// The schema of every refusal.
pub fn schema(schemas: &mut Schemas) -> Value {
    schemas.given::<Body<'static>>()
}

/// A refusal as somebody might see it.
pub fn example(code: Code) -> Value {
    let required = match code {
        Code::InsufficientScope => ScopeSet::one("invoice:create").unwrap_or_default(),
        _ => ScopeSet::default(),
    };
    let id = "0123456789abcdef0123456789abcdef";
    serde_json::json!(Body::new(code, "https://keys.example.com", id, required))
}

impl Problem {
    /// A refusal of `request`.
    pub fn of(state: &AppState, request: &Request, code: Code) -> Self {
        Self::about(state, request.extensions(), code)
    }

    /// A refusal of the request that had these extensions.
    pub fn about(state: &AppState, extensions: &http::Extensions, code: Code) -> Self {
        Self {
            code,
            request_id: request::id_of(extensions),
            public_url: state.public_url.clone(),
            required: ScopeSet::default(),
            retry_after_ms: None,
            caller: None,
        }
    }

    /// What a verdict other than [`Verdict::Accepted`] means for the client.
    pub fn of_verdict(state: &AppState, request: &Request, verdict: Verdict) -> Self {
        let mut problem = Self::of(state, request, Code::from(verdict));
        if let Verdict::RateLimited { retry_after_ms } | Verdict::Throttled { retry_after_ms } =
            verdict
        {
            problem.retry_after_ms = Some(retry_after_ms);
        }
        problem
    }

    /// Names the scopes that were asked for.
    #[must_use]
    pub fn required(mut self, scopes: ScopeSet) -> Self {
        self.required = scopes;
        self
    }

    /// Adds what the owner of a proven secret may know.
    #[must_use]
    pub fn caller(mut self, caller: Option<Caller>) -> Self {
        self.caller = caller.map(Box::new);
        self
    }

    /// Why.
    pub const fn code(&self) -> Code {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = Body::new(
            self.code,
            self.public_url.origin(),
            &self.request_id,
            self.required,
        );
        let mut response = wire::json(self.code.status(), PROBLEM_JSON, &body);
        let headers = response.headers_mut();
        if let Some(challenge) = self.code.challenge() {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        if let Some(caller) = &self.caller {
            wire::describe(headers, caller);
        }
        if let Some(milliseconds) = self.retry_after_ms {
            headers.insert(
                header::RETRY_AFTER,
                HeaderValue::from(whole_seconds(milliseconds).max(1)),
            );
        }
        response
    }
}

/// An address of the gate at which there is nothing.
pub async fn not_found(State(state): State<AppState>, request: Request) -> Problem {
    Problem::of(&state, &request, Code::NotFound)
}

/// A method that a door of the gate does not take.
pub async fn method_not_allowed(State(state): State<AppState>, request: Request) -> Problem {
    Problem::of(&state, &request, Code::MethodNotAllowed)
}

/// The page that a problem's `type` names.
pub async fn page(Path(code): Path<String>) -> Response {
    let Some(code) = Code::parse(&code) else {
        return (StatusCode::NOT_FOUND, "There is no such problem.\n").into_response();
    };
    // Every word is ours: nothing needs to be escaped.
    Html(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{title} · Latchkey</title>\
         <link rel=\"stylesheet\" href=\"/pkg/latchkey.css\"></head>\n\
         <body><main><h1>{title}</h1><p><code>{code}</code>, HTTP {status}</p><p>{detail}</p></main></body>\n</html>\n",
        title = code.title(),
        code = code.as_str(),
        status = code.status().as_u16(),
        detail = code.detail(),
    ))
    .into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_that_waits_as_told_never_comes_too_early() {
        for (milliseconds, seconds) in [(1, "1"), (1_000, "1"), (1_001, "2"), (0, "1")] {
            let problem = Problem {
                code: Code::RateLimited,
                request_id: "id".into(),
                public_url: Arc::new(PublicUrl::parse("http://localhost").expect("a URL")),
                required: ScopeSet::default(),
                retry_after_ms: Some(milliseconds),
                caller: None,
            };
            let response = problem.into_response();
            assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(response.headers()["retry-after"], seconds);
        }
    }
}
