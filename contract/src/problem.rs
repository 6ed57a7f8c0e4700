//! A refusal's body: RFC 9457, with the fields of the public contract.

use crate::Code;
use domain::key::scope::ScopeSet;
use serde::Serialize;

/// Its media type.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Why a call was refused (RFC 9457), ready to be written as JSON.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "Problem"))]
pub struct Body<'a> {
    /// A page that explains the code.
    #[cfg_attr(feature = "schema", schemars(url))]
    r#type: String,
    /// The same few words for every problem with this code.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// What happened, and what to do.
    detail: &'static str,
    /// What a program goes by.
    #[cfg_attr(feature = "schema", schemars(schema_with = "codes"))]
    code: &'static str,
    /// As in `X-Request-Id`.
    request_id: &'a str,
    /// The scopes that the call needs; none where it needs none.
    required_scopes: Vec<String>,
    /// The status again, as clients of Devdraft look for it.
    #[serde(rename = "statusCode")]
    status_code: u16,
    /// The detail again, as clients of Devdraft look for it.
    message: &'static str,
}

#[cfg(feature = "schema")]
fn codes(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    let all = Code::ALL.map(Code::as_str);
    schemars::json_schema!({ "type": "string", "enum": all })
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
