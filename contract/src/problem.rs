//! The body of an error response (RFC 9457).

use crate::Code;
use domain::key::scope::ScopeSet;
use serde::Serialize;

/// The media type of [`Body`].
pub const PROBLEM_JSON: &str = "application/problem+json";

/// An error (RFC 9457).
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Problem"))]
pub struct Body<'a> {
    /// The URL of a page that explains the code.
    #[cfg_attr(feature = "schema", schemars(url))]
    r#type: String,
    /// The title, which is the same for every error with this code.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// An explanation with what to do.
    detail: &'static str,
    /// The error code for programs.
    #[cfg_attr(feature = "schema", schemars(schema_with = "codes"))]
    code: &'static str,
    /// As in `X-Request-Id`.
    request_id: &'a str,
    /// The scopes that the call requires.
    required_scopes: Vec<String>,
    /// The status again, for clients of Devdraft.
    #[serde(rename = "statusCode")]
    status_code: u16,
    /// The detail again, for clients of Devdraft.
    message: &'static str,
}

#[cfg(feature = "schema")]
fn codes(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let all = Code::ALL.map(Code::as_str);
    schemars::json_schema!({ "type": "string", "enum": all })
}

impl<'a> Body<'a> {
    /// Creates the body for `code`. `gate` is the origin of the server with the page about the code, without a trailing
    /// slash; `required` are the scopes that the call requires.
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
