//! What a door says of itself.

use super::{
    LONG_TARGET, Schemas,
    headers::{self, CALLER},
};
use crate::gate::{
    REFUSALS,
    problem::{self, Code, PROBLEM_JSON},
    wire,
};
use http::{HeaderName, StatusCode, header};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What is done at a door, what it takes, and everything that it answers.
#[derive(Clone)]
pub struct Operation {
    id: &'static str,
    summary: &'static str,
    description: &'static str,
    asks_for: Proof,
    parameters: Vec<Value>,
    body: Option<Value>,
    answers: BTreeMap<u16, Answer>,
    refusals: Vec<Code>,
}

/// What a door wants to be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    Nothing,
    Key,
    MetricsToken,
}

/// An answer that refuses nothing.
#[derive(Clone)]
pub struct Answer {
    description: &'static str,
    content: Option<(&'static str, Value)>,
    headers: Vec<HeaderName>,
}

impl Answer {
    /// An answer without a body.
    pub const fn empty(description: &'static str) -> Self {
        Self {
            description,
            content: None,
            headers: Vec::new(),
        }
    }

    /// JSON of this schema.
    pub fn json(description: &'static str, schema: &Value) -> Self {
        Self::of(description, wire::JSON, json!({ "schema": schema }))
    }

    /// JSON of this schema, for example this.
    pub fn json_such_as(description: &'static str, schema: &Value, example: &Value) -> Self {
        let content = json!({ "schema": schema, "example": example });
        Self::of(description, wire::JSON, content)
    }

    /// A line of text.
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

    /// Has these headers too.
    #[must_use]
    pub fn with(mut self, headers: &[HeaderName]) -> Self {
        self.headers.extend_from_slice(headers);
        self
    }

    pub(super) fn write(&self) -> Value {
        let mut answer = json!({
            "description": self.description,
            "headers": headers::of(&self.headers),
        });
        if let Some((media_type, content)) = &self.content {
            answer["content"] = json!({ *media_type: content });
        }
        answer
    }
}

impl Operation {
    /// An operation that asks for no key.
    pub const fn new(id: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            summary,
            description: "",
            asks_for: Proof::Nothing,
            parameters: Vec::new(),
            body: None,
            answers: BTreeMap::new(),
            refusals: Vec::new(),
        }
    }

    /// Says more.
    #[must_use]
    pub const fn says(mut self, description: &'static str) -> Self {
        self.description = description;
        self
    }

    /// Asks for a key, and refuses as the gate does.
    #[must_use]
    pub fn asks_for_a_key(mut self) -> Self {
        self.asks_for = Proof::Key;
        self.refuses(&REFUSALS)
    }

    /// Asks for the token that the settings name.
    #[must_use]
    pub const fn asks_for_the_metrics_token(mut self) -> Self {
        self.asks_for = Proof::MetricsToken;
        self
    }

    /// Takes a parameter.
    #[must_use]
    pub fn parameter(mut self, parameter: Value) -> Self {
        self.parameters.push(parameter);
        self
    }

    /// Takes JSON of this schema, for example these.
    #[must_use]
    pub fn takes(mut self, schema: &Value, examples: &[(&str, Value)]) -> Self {
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

    /// Answers.
    #[must_use]
    pub fn answers(mut self, status: u16, answer: Answer) -> Self {
        self.answers.insert(status, answer);
        self
    }

    /// Refuses for these reasons too.
    #[must_use]
    pub fn refuses(mut self, codes: &[Code]) -> Self {
        self.refusals.extend_from_slice(codes);
        self
    }

    /// The operation object; `more` tells the methods of one door apart.
    pub(super) fn write(&self, more: &str, schemas: &mut Schemas) -> Value {
        let told: &[HeaderName] = if self.asks_for == Proof::Key {
            &CALLER
        } else {
            &[]
        };
        let mut responses: Map<String, Value> = self
            .answers
            .iter()
            .map(|(status, answer)| (status.to_string(), answer.clone().with(told).write()))
            .collect();
        let mut refusals: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
        for code in &self.refusals {
            let codes = refusals.entry(code.status().as_u16()).or_default();
            if !codes.contains(code) {
                codes.push(*code);
            }
        }
        for (status, codes) in refusals {
            responses.insert(status.to_string(), problem_answer(&codes, told, schemas));
        }
        responses.insert(
            StatusCode::URI_TOO_LONG.as_u16().to_string(),
            json!({ "$ref": format!("#/components/responses/{LONG_TARGET}") }),
        );
        let security = match self.asks_for {
            Proof::Nothing => json!([]),
            Proof::Key => json!([{ "key": [], "secret": [] }, { "basic": [] }]),
            Proof::MetricsToken => json!([{ "metrics_token": [] }]),
        };
        let mut operation = json!({
            "operationId": format!("{}{more}", self.id),
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

/// An answer that refuses with one of these codes, which have one status.
pub(super) fn problem_answer(codes: &[Code], told: &[HeaderName], schemas: &mut Schemas) -> Value {
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
    // Of a key is told what was proven to be its secret's owner.
    if codes.iter().any(|code| {
        [
            StatusCode::UNAUTHORIZED,
            StatusCode::FORBIDDEN,
            StatusCode::TOO_MANY_REQUESTS,
        ]
        .iter()
        .any(|status| is(*code, *status))
    }) {
        names.extend_from_slice(told);
    }
    let words: Vec<_> = codes
        .iter()
        .map(|code| format!("`{}`: {}", code.as_str(), code.title()))
        .collect();
    let only: Vec<_> = codes.iter().map(|code| code.as_str()).collect();
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| {
            let reference = format!("#/components/examples/{}", code.as_str());
            (code.as_str().into(), json!({ "$ref": reference }))
        })
        .collect();
    json!({
        "description": format!("{}.", words.join("; ")),
        "headers": headers::of(&names),
        "content": { PROBLEM_JSON: {
            "schema": {
                "allOf": [problem::schema(schemas)],
                "properties": { "code": { "enum": only } },
            },
            "examples": examples,
        } },
    })
}
