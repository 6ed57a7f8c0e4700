//! The description of one endpoint.

use super::{
    headers::{self, CALLER_HEADERS},
    schemas::Schemas,
};
use crate::wire::{self, CREDENTIAL_REFUSALS};
use contract::{Body, Code, PROBLEM_JSON};
use domain::key::scope::ScopeSet;
use http::{HeaderName, StatusCode, header};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The component that describes the response to a path and query that are too long.
pub const LONG_TARGET: &str = "uri_too_long";

/// An OpenAPI operation: the summary of an endpoint, its parameters and body, and all of its responses.
#[derive(Clone)]
pub struct Operation {
    id: &'static str,
    summary: &'static str,
    description: &'static str,
    authentication: Authentication,
    parameters: Vec<Value>,
    body: Option<Value>,
    responses: BTreeMap<u16, ResponseSpec>,
    refusals: Vec<Code>,
}

/// How a caller authenticates.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Authentication {
    None,
    Key,
    MetricsToken,
}

/// A response other than a refusal.
#[derive(Clone)]
pub struct ResponseSpec {
    description: &'static str,
    content: Option<(&'static str, Value)>,
    headers: Vec<HeaderName>,
}

impl ResponseSpec {
    /// A response without a body.
    pub const fn empty(description: &'static str) -> Self {
        Self {
            description,
            content: None,
            headers: Vec::new(),
        }
    }

    /// A JSON response with a schema.
    pub fn json(description: &'static str, schema: &Value) -> Self {
        Self::of(description, wire::JSON, json!({ "schema": schema }))
    }

    /// A JSON response with a schema and an example.
    pub fn json_with_example(description: &'static str, schema: &Value, example: &Value) -> Self {
        let content = json!({ "schema": schema, "example": example });
        Self::of(description, wire::JSON, content)
    }

    /// A plain-text response.
    pub fn text(description: &'static str, example: &'static str) -> Self {
        let content = json!({ "schema": { "type": "string" }, "example": example });
        Self::of(description, "text/plain", content)
    }

    fn of(description: &'static str, media_type: &'static str, content: Value) -> Self {
        Self {
            content: Some((media_type, content)),
            ..Self::empty(description)
        }
    }

    /// Adds headers.
    #[must_use]
    pub fn with_headers(mut self, headers: &[HeaderName]) -> Self {
        self.headers.extend_from_slice(headers);
        self
    }

    pub(super) fn to_json(&self) -> Value {
        let mut response = json!({
            "description": self.description,
            "headers": headers::references(&self.headers),
        });
        if let Some((media_type, content)) = &self.content {
            response["content"] = json!({ *media_type: content });
        }
        response
    }
}

impl Operation {
    /// An operation without authentication.
    pub const fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            description: "",
            authentication: Authentication::None,
            parameters: Vec::new(),
            body: None,
            responses: BTreeMap::new(),
            refusals: Vec::new(),
        }
    }

    /// Sets the description.
    #[must_use]
    pub const fn description(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Requires a key, and adds the codes with which it can be refused.
    #[must_use]
    pub fn requires_key(mut self) -> Self {
        self.authentication = Authentication::Key;
        self.refuses(&CREDENTIAL_REFUSALS)
    }

    /// Requires the token of `LATCHKEY_METRICS_TOKEN`.
    #[must_use]
    pub const fn requires_metrics_token(mut self) -> Self {
        self.authentication = Authentication::MetricsToken;
        self
    }

    /// Adds a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Sets the JSON body's schema, with named examples.
    #[must_use]
    pub fn body(mut self, schema: &Value, examples: &[(&str, Value)]) -> Self {
        let examples: Map<String, Value> = examples
            .iter()
            .map(|(name, value)| ((*name).into(), json!({ "value": value })))
            .collect();
        self.body = Some(json!({
            "required": true,
            "content": { wire::JSON: { "schema": schema, "examples": examples } },
        }));
        self
    }

    /// Adds a response.
    #[must_use]
    pub fn responds(mut self, status: u16, response: ResponseSpec) -> Self {
        self.responses.insert(status, response);
        self
    }

    /// Adds codes of refusals.
    #[must_use]
    pub fn refuses(mut self, codes: &[Code]) -> Self {
        self.refusals.extend_from_slice(codes);
        self
    }

    /// Returns the operation object. `id_suffix` makes the ids of one endpoint's methods unique.
    pub(super) fn to_json(&self, id_suffix: &str, schemas: &mut Schemas) -> Value {
        let caller_headers: &[HeaderName] = if self.authentication == Authentication::Key {
            &CALLER_HEADERS
        } else {
            &[]
        };
        let mut responses: Map<String, Value> = self
            .responses
            .iter()
            .map(|(status, response)| {
                let response = response.clone().with_headers(caller_headers);
                (status.to_string(), response.to_json())
            })
            .collect();
        let mut refusals: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in &self.refusals {
            let codes = refusals.entry(code.status().as_u16()).or_default();
            if !codes.contains(code) {
                codes.push(*code);
            }
        }
        for (status, codes) in refusals {
            responses.insert(
                status.to_string(),
                problem_response(&codes, caller_headers, schemas),
            );
        }
        responses.insert(
            StatusCode::URI_TOO_LONG.as_u16().to_string(),
            json!({ "$ref": format!("#/components/responses/{LONG_TARGET}") }),
        );
        let security = match self.authentication {
            Authentication::None => json!([]),
            Authentication::Key => json!([{ "key": [], "secret": [] }, { "basic": [] }]),
            Authentication::MetricsToken => json!([{ "metrics_token": [] }]),
        };
        let mut operation = json!({
            "operationId": format!("{}{id_suffix}", self.id),
            "summary": self.summary,
            "security": security,
            "responses": responses,
        });
        if !self.description.is_empty() {
            operation["description"] = self.description.into();
        }
        if !self.parameters.is_empty() {
            operation["parameters"] = json!(self.parameters);
        }
        if let Some(body) = &self.body {
            operation["requestBody"] = body.clone();
        }
        operation
    }
}

/// Returns a response that refuses with one of these codes, which share one status.
pub(super) fn problem_response(
    codes: &[Code],
    caller_headers: &[HeaderName],
    schemas: &mut Schemas,
) -> Value {
    let mut names = Vec::new();
    let is = |code: Code, status: StatusCode| code.status() == status;
    if codes
        .iter()
        .any(|code| is(*code, StatusCode::UNAUTHORIZED) || *code == Code::InsufficientScope)
    {
        names.push(header::WWW_AUTHENTICATE);
    }
    if codes.contains(&Code::RateLimited) {
        names.push(header::RETRY_AFTER);
    }
    // A refusal after the secret has matched carries the caller's headers too.
    if codes.iter().any(|code| {
        [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::TOO_MANY_REQUESTS,
        ]
        .iter()
        .any(|status| is(*code, *status))
    }) {
        names.extend_from_slice(caller_headers);
    }
    let descriptions: Vec<_> = codes
        .iter()
        .map(|code| format!("`{}`: {}", code.as_str(), code.title()))
        .collect();
    let code_names: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| {
            let reference = format!("#/components/examples/{}", code.as_str());
            (code.as_str().into(), json!({ "$ref": reference }))
        })
        .collect();
    json!({
        "description": format!("{}.", descriptions.join("; ")),
        "headers": headers::references(&names),
        "content": { PROBLEM_JSON: {
            "schema": {
                "allOf": [schemas.response::<Body<'static>>()],
                "properties": { "code": { "enum": code_names } },
            },
            "examples": examples,
        } },
    })
}

/// Returns an example of a refusal.
pub(super) fn problem_example(code: Code) -> Value {
    let required = match code {
        Code::InsufficientScope => ScopeSet::one("invoice:create").unwrap_or_default(),
        _ => ScopeSet::default(),
    };
    let id = "0123456789abcdef0123456789abcdef";
    json!(Body::new(code, "https://keys.example.com", id, required))
}
