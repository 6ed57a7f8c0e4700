//! `/v1/auth`: forward authentication for nginx `auth_request`, Traefik `ForwardAuth`, Caddy `forward_auth`; and
//! `/v1/auth/scopes/…` for Envoy's `ext_authz`, which appends the path and the query of the original request.

use super::{check::check_for, decision_body::add_caller_headers, problem::Problem};
use crate::{
    AppState,
    head::Head,
    openapi::{Operation, ResponseSpec, Schemas},
    wire,
};
use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use contract::Code;
use domain::key::scope::{ScopeSet, every_scope};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;
use std::{fmt::Display, io::Write};
use verification::{Caller, Route};

/// The path with the scopes in it, in OpenAPI's syntax.
pub const SCOPES_PATH: &str = "/v1/auth/scopes/{scopes}";
/// The same path in the router's syntax.
pub const SCOPES_PATTERN: &str = "/v1/auth/scopes/{*below}";
const SCOPES_PREFIX: &str = "/v1/auth/scopes/";

const X_FORWARDED_URI: HeaderName = HeaderName::from_static("x-forwarded-uri");
const X_FORWARDED_METHOD: HeaderName = HeaderName::from_static("x-forwarded-method");
const X_ORIGINAL_URI: HeaderName = HeaderName::from_static("x-original-uri");
const X_ORIGINAL_METHOD: HeaderName = HeaderName::from_static("x-original-method");

/// Room for the headers of a response.
const MAX_HEADERS: usize = 12;
/// Room for the values of the headers that identify a key with few scopes, in bytes.
const IDENTITY_BYTES: usize = 256;

/// Authorizes the original request of a proxy. The key must have the scope of each `?scope=`.
pub fn forward_auth(state: &AppState, head: &Head<'_>) -> Response {
    let query = head.uri.query();
    let required = scopes_in_query(query.unwrap_or_default());
    respond(check_for(
        state,
        head,
        query,
        required,
        original_route(head),
    ))
}

/// Like [`forward_auth`], with the scopes in the path: `/v1/auth/scopes/invoice:read,customer:read`, or `-` for none. The
/// proxy appends the original request's path, which is counted in the key's usage, and its query, which is ignored.
pub fn forward_auth_by_path(state: &AppState, head: &Head<'_>) -> Response {
    let (scopes, path) = split_path(head.uri.path());
    let required = match scopes {
        "-" => Some(ScopeSet::default()),
        scopes => ScopeSet::parse_all(scopes.split(',')).ok(),
    };
    let mut route = original_route(head);
    route.path = path.unwrap_or(route.path);
    respond(check_for(state, head, None, required, route))
}

/// Splits a path that matches [`SCOPES_PATTERN`] into the scopes and the path that is appended to them.
fn split_path(path: &str) -> (&str, Option<&str>) {
    let below = path.strip_prefix(SCOPES_PREFIX).unwrap_or_default();
    match below.find('/') {
        Some(end) => (&below[..end], Some(&below[end..])),
        None => (below, None),
    }
}

fn respond(outcome: Result<Caller, Problem>) -> Response {
    match outcome {
        Ok(caller) => allow(&caller),
        Err(problem) => problem.into_response(),
    }
}

fn allow(caller: &Caller) -> Response {
    let mut headers = HeaderMap::with_capacity(MAX_HEADERS);
    add_identity(&mut headers, caller);
    add_caller_headers(&mut headers, caller);
    let mut response = Response::new(Body::empty());
    *response.headers_mut() = headers;
    response
}

/// Adds the headers that identify the key. Their values share one buffer.
fn add_identity(headers: &mut HeaderMap, caller: &Caller) {
    let mut text = Vec::with_capacity(IDENTITY_BYTES);
    let mut write = |value: &dyn Display| {
        let start = text.len();
        // Writing to a vector cannot fail.
        let _ = write!(text, "{value}");
        start..text.len()
    };
    let values = [
        (wire::KEY_ID, write(&caller.key_id)),
        (wire::APPLICATION_ID, write(&caller.application_id)),
        (wire::ACCOUNT_ID, write(&caller.account_id)),
        (wire::SCOPES, write(&caller.scopes)),
    ];
    let text = Bytes::from(text);
    for (name, range) in values {
        // Ids and scope names are ASCII.
        if let Ok(value) = HeaderValue::from_maybe_shared(text.slice(range)) {
            headers.insert(name, value);
        }
    }
}

/// Returns method and path of the original request. Traefik, Caddy and Envoy send the first of each two headers; nginx sends
/// what its configuration says, often the second.
fn original_route<'a>(head: &Head<'a>) -> Route<'a> {
    let headers = head.headers;
    let first_of = |names: [HeaderName; 2]| names.iter().find_map(|name| nonempty(headers, name));
    Route {
        method: first_of([X_FORWARDED_METHOD, X_ORIGINAL_METHOD])
            .unwrap_or_else(|| head.method.as_str()),
        path: first_of([X_FORWARDED_URI, X_ORIGINAL_URI]).unwrap_or_else(|| head.uri.path()),
    }
}

fn nonempty<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .filter(|text| !text.is_empty())
}

/// Returns the scopes of a query. `None` where one is not in the catalogue: the proxy's configuration is wrong.
fn scopes_in_query(query: &str) -> Option<ScopeSet> {
    let names = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "scope")
        .map(|(_, value)| value);
    ScopeSet::parse_all(names).ok()
}

/// Describes `/v1/auth`.
pub fn describe(_: &mut Schemas) -> Operation {
    Operation::new("auth", "Authorizes a proxy's original request")
        .description("For nginx auth_request, Traefik ForwardAuth and Caddy forward_auth, with the headers of the original request. Method and path are taken from X-Forwarded-Method and X-Forwarded-Uri, or X-Original-Method and X-Original-Uri, and counted in the key's usage.")
        .requires_key()
        .parameter(json!({
            "name": "scope", "in": "query",
            "description": "A required scope; may be repeated.",
            "schema": { "type": "array", "items": { "type": "string", "enum": scope_names() } },
            "style": "form", "explode": true,
            "example": ["invoice:read"],
        }))
        .responds(200, response())
        .refuses(&[Code::InsufficientScope, Code::UnknownScope])
}

/// Describes `/v1/auth/scopes/…`.
pub fn describe_by_path(_: &mut Schemas) -> Operation {
    Operation::new("auth_by_path", "Authorizes a proxy's original request, for proxies that append its path")
        .description("For Envoy ext_authz, with this path as path_prefix. The path after the scopes is that of the original request, and counted in the key's usage; the query is ignored. Without such a path, the headers count as for /v1/auth.")
        .requires_key()
        .parameter(json!({
            "name": "scopes", "in": "path", "required": true,
            "description": "The required scopes, separated by commas; - for none.",
            "schema": { "type": "string" },
            "example": "invoice:read,customer:read",
        }))
        .responds(200, response())
        .refuses(&[Code::InsufficientScope, Code::UnknownScope])
}

fn scope_names() -> Vec<String> {
    every_scope()
        .map(|(_, resource, action)| format!("{}:{action}", resource.name))
        .collect()
}

fn response() -> ResponseSpec {
    let description =
        "The request is authorized. The headers identify the key for the service behind the proxy.";
    ResponseSpec::empty(description).with_headers(&[
        wire::KEY_ID,
        wire::APPLICATION_ID,
        wire::ACCOUNT_ID,
        wire::SCOPES,
    ])
}

#[cfg(test)]
mod tests {
    use super::{scopes_in_query, split_path};

    #[test]
    fn the_appended_path_is_split_from_the_scopes() {
        for (path, scopes, rest) in [
            ("/v1/auth/scopes/invoice:read", "invoice:read", None),
            ("/v1/auth/scopes/invoice:read/", "invoice:read", Some("/")),
            ("/v1/auth/scopes/-/a/b", "-", Some("/a/b")),
            ("/v1/auth/scopes/-//a", "-", Some("//a")),
            ("/v1/auth/scopes//a", "", Some("/a")),
            (
                "/v1/auth/scopes/a:read,b:read/v1/auth/scopes/-/x",
                "a:read,b:read",
                Some("/v1/auth/scopes/-/x"),
            ),
        ] {
            assert_eq!(split_path(path), (scopes, rest), "{path}");
        }
    }

    #[test]
    fn each_scope_is_a_parameter_of_its_own() {
        let named = |query| scopes_in_query(query).map(|set| set.to_string());
        assert_eq!(named("").as_deref(), Some(""));
        assert_eq!(
            named("scope=invoice:read&scope=invoice%3Acreate&other=x").as_deref(),
            Some("invoice:read invoice:create")
        );
        for unknown in [
            "scope=",
            "scope=invoice",
            "scope=invoice:read+invoice:create",
            "scope=*",
        ] {
            assert_eq!(named(unknown), None, "{unknown}");
        }
    }
}
