//! `/v1/auth`: forward authentication for nginx `auth_request`, Traefik `ForwardAuth`, Caddy `forward_auth`; and
//! `/v1/auth/scopes/…` for Envoy's `ext_authz`, which appends the path and the query of the request that it holds.

use super::{
    check_for,
    openapi::{Answer, Operation, Schemas},
    problem::{Code, Problem},
    wire,
};
use crate::AppState;
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use domain::key::scope::{ScopeSet, every_scope};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::json;
use verification::{Caller, Route};

/// The path of the second, as the document names it.
pub const BY_PATH: &str = "/v1/auth/scopes/{scopes}";
/// The same, as the router does.
pub const BELOW: &str = "/v1/auth/scopes/{*below}";
/// What stands before the scopes.
const START: &str = "/v1/auth/scopes/";

/// Answers whether the request that a proxy holds may pass; every `?scope=` must be the key's.
///
/// # Errors
/// The refusal of the gate.
pub async fn forward_auth(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Problem> {
    let query = request.uri().query();
    let wanted = wanted_scopes(query.unwrap_or_default());
    let caller = check_for(&state, &request, query, wanted, held(&request))?.caller;
    Ok(passed(&caller))
}

/// As [`forward_auth`], with the scopes in the path: `/v1/auth/scopes/invoice:read,customer:read`, or `-` for none. What
/// a proxy appends is the path and the query of the request that it holds: the path is counted in the key's usage, and
/// the query is the caller's and not looked at.
///
/// # Errors
/// The refusal of the gate.
pub async fn forward_auth_by_path(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Problem> {
    let (scopes, path) = appended(request.uri().path());
    let wanted = match scopes {
        "-" => Some(ScopeSet::default()),
        scopes => ScopeSet::parse_all(scopes.split(',')).ok(),
    };
    let mut route = held(&request);
    route.path = path.unwrap_or(route.path);
    let caller = check_for(&state, &request, None, wanted, route)?.caller;
    Ok(passed(&caller))
}

/// The scopes of a path under [`BELOW`], and what is appended to them.
fn appended(path: &str) -> (&str, Option<&str>) {
    let below = path.strip_prefix(START).unwrap_or_default();
    match below.find('/') {
        Some(end) => (&below[..end], Some(&below[end..])),
        None => (below, None),
    }
}

fn passed(caller: &Caller) -> Response {
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (wire::KEY_ID, caller.key_id.to_string()),
        (wire::APPLICATION_ID, caller.application_id.to_string()),
        (wire::ACCOUNT_ID, caller.account_id.to_string()),
        (wire::SCOPES, caller.scopes.to_string()),
    ] {
        // Ids and scope names are ASCII.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    wire::describe(headers, caller);
    response
}

/// Method and path of the request that the proxy holds: Traefik, Caddy and Envoy name them by the first header, nginx by
/// whatever its settings say, often the second.
fn held(request: &Request) -> Route<'_> {
    let said = |names: [&str; 2]| {
        names
            .into_iter()
            .find_map(|name| text(request.headers(), name))
    };
    let path = said(["x-forwarded-uri", "x-original-uri"]);
    Route {
        method: said(["x-forwarded-method", "x-original-method"])
            .unwrap_or_else(|| request.method().as_str()),
        path: path.unwrap_or_else(|| request.uri().path()),
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get(name)?
        .to_str()
        .ok()
        .filter(|text| !text.is_empty())
}

/// `None` where the catalogue lacks a scope that is asked for: nobody could pass, and the proxy's settings are wrong.
fn wanted_scopes(query: &str) -> Option<ScopeSet> {
    let names = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "scope")
        .map(|(_, value)| value);
    ScopeSet::parse_all(names).ok()
}

/// What `/v1/auth` says of itself.
pub fn describe(_: &mut Schemas) -> Operation {
    Operation::new("auth", "May the request that a proxy holds pass?")
        .says("For nginx auth_request, Traefik ForwardAuth and Caddy forward_auth, with the headers of the original request. Method and path are read from X-Forwarded-Method and X-Forwarded-Uri, or X-Original-Method and X-Original-Uri, and counted in the key's usage.")
        .asks_for_a_key()
        .parameter(json!({
            "name": "scope", "in": "query",
            "description": "What the request needs; several times if need be.",
            "schema": { "type": "array", "items": { "type": "string", "enum": scope_names() } },
            "style": "form", "explode": true,
            "example": ["invoice:read"],
        }))
        .answers(200, answer())
        .refuses(&[Code::InsufficientScope, Code::UnknownScope])
}

/// What `/v1/auth/scopes/…` says of itself.
pub fn describe_by_path(_: &mut Schemas) -> Operation {
    Operation::new("auth_by_path", "May the request that a proxy holds pass? For proxies that append its path")
        .says("For Envoy ext_authz, whose path_prefix is this path. What stands behind the scopes is the path of the original request, and counted in the key's usage; its query is not looked at. A request that names no path this way may name it as for /v1/auth.")
        .asks_for_a_key()
        .parameter(json!({
            "name": "scopes", "in": "path", "required": true,
            "description": "What the request needs, with commas between; - for nothing but a valid key.",
            "schema": { "type": "string" },
            "example": "invoice:read,customer:read",
        }))
        .answers(200, answer())
        .refuses(&[Code::InsufficientScope, Code::UnknownScope])
}

fn scope_names() -> Vec<String> {
    every_scope()
        .map(|(_, resource, action)| format!("{}:{action}", resource.name))
        .collect()
}

fn answer() -> Answer {
    let says =
        "The request may pass. The headers say whose it is, for the service behind the proxy.";
    Answer::empty(says).with(&[
        wire::KEY_ID,
        wire::APPLICATION_ID,
        wire::ACCOUNT_ID,
        wire::SCOPES,
    ])
}

#[cfg(test)]
mod tests {
    use super::{appended, wanted_scopes};

    #[test]
    fn what_a_proxy_appends_is_told_from_the_scopes() {
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
            assert_eq!(appended(path), (scopes, rest), "{path}");
        }
    }

    #[test]
    fn scopes_are_named_one_by_one() {
        let named = |query| wanted_scopes(query).map(|set| set.to_string());
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
