//! `/v1/auth`: forward authentication for nginx `auth_request`, Traefik `ForwardAuth`, Caddy `forward_auth`, Envoy.

use super::{
    check,
    problem::{Code, Problem},
    wire,
};
use crate::AppState;
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use domain::key::scope::ScopeSet;
use http::{HeaderName, HeaderValue, StatusCode};

/// Answers whether the request that a proxy holds may pass; every `?scope=` must be the key's.
///
/// # Errors
/// The refusal of the gate.
pub async fn forward_auth(
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Problem> {
    let wanted = wanted_scopes(request.uri().query().unwrap_or_default())
        .ok_or_else(|| Problem::of(&state, &request, Code::UnknownScope))?;
    let caller = check(&state, &request, wanted)?.caller;
    let mut response = StatusCode::OK.into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-latchkey-key-id", caller.key_id.to_string()),
        (
            "x-latchkey-application-id",
            caller.application_id.to_string(),
        ),
        ("x-latchkey-account-id", caller.account_id.to_string()),
        ("x-latchkey-scopes", caller.scopes.to_string()),
    ] {
        // Ids and scope names are ASCII.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    wire::describe(headers, &caller, state.keyring.now());
    Ok(response)
}

/// `None` where the catalogue lacks a scope that is asked for: nobody could pass, and the proxy's settings are wrong.
fn wanted_scopes(query: &str) -> Option<ScopeSet> {
    let names = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name == "scope")
        .map(|(_, value)| value);
    ScopeSet::parse_all(names).ok()
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
