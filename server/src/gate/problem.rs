//! Refusals of the gate as problem details (RFC 9457).

use super::decision_body::{add_caller_headers, json_response};
use crate::{
    AppState,
    config::PublicUrl,
    head::{Head, RequestId},
    request,
};
use app::words;
use axum::{
    extract::{Path, Request, State},
    response::{Html, IntoResponse, Response},
};
use contract::{Body, Code, PROBLEM_JSON, whole_seconds};
use domain::{key::scope::ScopeSet, verdict::Verdict};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use std::sync::Arc;
use verification::Caller;

/// A refusal that can be sent.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    request_id: RequestId,
    public_url: Arc<PublicUrl>,
    required: ScopeSet,
    retry_after_ms: Option<i64>,
    caller: Option<Box<Caller>>,
}

impl Problem {
    /// A refusal of `request`.
    pub fn of(state: &AppState, request: &Request, code: Code) -> Self {
        Self::about(state, request.extensions(), code)
    }

    /// A refusal of the request that had these extensions.
    pub fn about(state: &AppState, extensions: &http::Extensions, code: Code) -> Self {
        Self::new(state, request::request_id(extensions), code)
    }

    /// A refusal of the request with this id.
    pub fn new(state: &AppState, request_id: RequestId, code: Code) -> Self {
        Self {
            code,
            request_id,
            public_url: state.public_url.clone(),
            required: ScopeSet::default(),
            retry_after_ms: None,
            caller: None,
        }
    }

    /// The refusal for a verdict other than [`Verdict::Accepted`].
    pub fn of_verdict(state: &AppState, head: &Head<'_>, verdict: Verdict) -> Self {
        let mut problem = Self::new(state, head.id.clone(), Code::from(verdict));
        if let Verdict::RateLimited { retry_after_ms } | Verdict::Throttled { retry_after_ms } =
            verdict
        {
            problem.retry_after_ms = Some(retry_after_ms);
        }
        problem
    }

    /// Adds the required scopes.
    #[must_use]
    pub fn required(mut self, scopes: ScopeSet) -> Self {
        self.required = scopes;
        self
    }

    /// Adds the caller, whose headers may be sent once the secret has matched.
    #[must_use]
    pub fn caller(mut self, caller: Option<Caller>) -> Self {
        self.caller = caller.map(Box::new);
        self
    }

    /// The refusal's code.
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
        let mut response = json_response(self.code.status(), PROBLEM_JSON, &body);
        let headers = response.headers_mut();
        if let Some(challenge) = self.code.challenge() {
            headers.insert(
                header::WWW_AUTHENTICATE,
                HeaderValue::from_static(challenge),
            );
        }
        if let Some(caller) = &self.caller {
            add_caller_headers(headers, caller);
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

/// The refusal of a path without an endpoint.
pub async fn not_found(State(state): State<AppState>, request: Request) -> Problem {
    Problem::of(&state, &request, Code::NotFound)
}

/// The refusal of a method that the endpoint does not take.
pub async fn method_not_allowed(State(state): State<AppState>, request: Request) -> Problem {
    Problem::of(&state, &request, Code::MethodNotAllowed)
}

/// `GET /problems/{code}`: the page to which a problem's `type` points.
pub async fn page(
    State(state): State<AppState>,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(code) = Code::parse(&code) else {
        return (StatusCode::NOT_FOUND, unknown(&headers)).into_response();
    };
    let content = format!(
        include_str!("known_problem.html"),
        code = code.as_str(),
        status = code.status().as_u16(),
        reason = code.status().canonical_reason().unwrap_or_default(),
        detail = code.detail(),
        example = example(code, state.public_url.origin()),
        requests = requests(code),
    );
    html(code.title(), &content).into_response()
}

/// The answer to an unknown code: for people all codes, with links to their pages.
fn unknown(headers: &HeaderMap) -> Response {
    if !request::wants_html(headers) {
        return "Unknown error code. See /openapi.json for all codes.\n".into_response();
    }
    let codes: Vec<_> = Code::ALL
        .into_iter()
        .map(|code| {
            let code = code.as_str();
            format!("<li><a href=\"/problems/{code}\"><code>{code}</code></a></li>\n")
        })
        .collect();
    let content = format!(include_str!("unknown_problem.html"), codes = codes.concat());
    html(words::not_found::TITLE, &content).into_response()
}

/// A page. The texts come from this program and need no escaping.
fn html(title: &str, content: &str) -> Html<String> {
    Html(format!(
        include_str!("problem.html"),
        title = title,
        content = content
    ))
}

/// A sentence with a link to the recorded requests with this code, where such requests are recorded.
fn requests(code: Code) -> String {
    let code = code.as_str();
    let recorded = Verdict::CODES.iter().any(|verdict| verdict.code() == code);
    if recorded {
        format!(
            r#"The dashboard lists the latest <a href="/?outcome={code}">requests with this code</a>. "#
        )
    } else {
        String::new()
    }
}

/// The body of a response with this code.
fn example(code: Code, gate: &str) -> String {
    let id = RequestId::UNKNOWN.to_string();
    let body = Body::new(code, gate, &id, ScopeSet::default());
    serde_json::to_string_pretty(&body).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_rounded_up_to_at_least_one_second() {
        for (milliseconds, seconds) in [(1, "1"), (1_000, "1"), (1_001, "2"), (0, "1")] {
            let problem = Problem {
                code: Code::RateLimited,
                request_id: RequestId::UNKNOWN,
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
