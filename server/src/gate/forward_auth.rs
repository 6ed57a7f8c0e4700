//! `/v1/auth`: forward authentication for nginx `auth_request`, Traefik `ForwardAuth`, Caddy `forward_auth`, Envoy.

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
use keyring::Route;
use serde_json::json;

/// Answers whether the request that a proxy holds may pass; every `?scope=` must be the key's.
///
/// # Errors
/// The refusal of the gate.
pub async fn forward_auth(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = wanted_scopes(request.uri().query().unwrap_or_default());
    let caller = check_for(&state, &request, wanted, held(&request))?.caller;
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
    wire::describe(headers, &caller);
    Ok(response)
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

/// What this door says of itself.
pub fn describe(_: &mut Schemas) -> Operation {
    let names: Vec<_> = every_scope()
        .map(|(_, resource, action)| format!("{}:{action}", resource.name))
        .collect();
    let passed = Answer::empty(
        "The request may pass. The headers say whose it is, for the service behind the proxy.",
    )
    .with(&[
        wire::KEY_ID,
        wire::APPLICATION_ID,
        wire::ACCOUNT_ID,
        wire::SCOPES,
    ]);
    Operation::new("auth", "May the request that a proxy holds pass?")
        .says("For nginx auth_request, Traefik ForwardAuth, Caddy forward_auth and Envoy ext_authz, with the headers of the original request. Method and path are read from X-Forwarded-Method and X-Forwarded-Uri, or X-Original-Method and X-Original-Uri, and counted in the key's usage.")
        .asks_for_a_key()
        .parameter(json!({
            "name": "scope", "in": "query",
            "description": "What the request needs; several times if need be.",
            "schema": { "type": "array", "items": { "type": "string", "enum": names } },
            "style": "form", "explode": true,
            "example": ["invoice:read"],
        }))
        .answers(200, passed)
        .refuses(&[Code::InsufficientScope, Code::UnknownScope])
}

#[cfg(test)]
mod tests {
    use super::wanted_scopes;

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
