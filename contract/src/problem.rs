//! A refusal's body: RFC 9457, with the fields of the public contract.

use crate::Code;
use domain::key::scope::ScopeSet;
use serde::Serialize;

/// Its media type.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// The body, ready to be written as JSON.
#[derive(Debug, Serialize)]
pub struct Body<'a> {
    r#type: String,
    title: &'static str,
    status: u16,
    detail: &'static str,
    code: &'static str,
    request_id: &'a str,
    required_scopes: Vec<String>,
    #[serde(rename = "statusCode")]
    status_code: u16,
    message: &'static str,
}

impl<'a> Body<'a> {
    /// What `code` means. `gate` is the origin of the server that has a page about it, without a slash at the end;
    /// `required` what the call needed.
    pub fn new(code: Code, gate: &str, request_id: &'a str, required: ScopeSet) -> Self {
        let status = code.status().as_u16();
        Self {
            r#type: format!("{gate}/problems/{}", code.as_str()),
            title: code.title(),
            status,
            detail: code.detail(),
            code: code.as_str(),
            request_id,
            required_scopes: required.names().collect(),
            status_code: status,
            message: code.detail(),
        }
    }
}
