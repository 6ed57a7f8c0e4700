//! Every route of the server.

use crate::{
    AppState, assets,
    dashboard::{
        export, headers, live, pages, plain_form, request_context, same_origin, single_sign_on,
    },
    gate::{
        forward_auth, health, metrics_endpoint, openapi_endpoint, own_key, problem, usage, verify,
        whoami,
    },
    openapi::{Endpoint, Handling, ImmediateHandler},
    request::{self, RequestService},
};
use app::routes;
use axum::{
    Router, middleware,
    routing::{MethodRouter, any, get, post},
};
use tower_http::{CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer};

/// Returns the service of all routes. Layers run from the last one to the first.
pub fn router(state: AppState) -> RequestService {
    let router = Router::new().merge(gate()).merge(dashboard(&state));
    RequestService::new(state.clone(), immediate(), router.with_state(state))
}

/// Returns the endpoints of the gate. The router, the metrics and `/openapi.json` are made from them.
pub fn endpoints() -> Vec<Endpoint<AppState>> {
    vec![
        Endpoint::get("/v1/whoami", whoami::whoami, whoami::describe),
        Endpoint::immediate(
            "/v1/auth",
            forward_auth::forward_auth,
            forward_auth::describe,
        ),
        Endpoint::immediate_with_prefix(
            forward_auth::SCOPES_PATH,
            forward_auth::SCOPES_PATTERN,
            forward_auth::forward_auth_by_path,
            forward_auth::describe_by_path,
        ),
        Endpoint::post("/v1/keys/verify", verify::verify, verify::describe),
        Endpoint::delete("/v1/keys/current", own_key::revoke, own_key::describe),
        Endpoint::post("/v1/usage", usage::report, usage::describe),
        Endpoint::get("/api/v0/health", health::private, health::describe_private),
        Endpoint::get(
            "/api/v0/health/public",
            health::public,
            health::describe_public,
        ),
        Endpoint::get(
            "/openapi.json",
            openapi_endpoint::show,
            openapi_endpoint::describe,
        ),
        Endpoint::get("/healthz", health::live, health::describe_live),
        Endpoint::get("/readyz", health::ready, health::describe_ready),
        Endpoint::get(
            "/metrics",
            metrics_endpoint::show,
            metrics_endpoint::describe,
        ),
    ]
}

/// Whether a path belongs to the gate.
pub fn is_gate_path(path: &str) -> bool {
    path.starts_with("/v1/")
        || path.starts_with("/api/v0/")
        || ["/openapi.json", "/healthz", "/readyz", "/metrics"].contains(&path)
}

/// Returns the handlers of the endpoints that respond without waiting, in the order of [`endpoints`].
fn immediate() -> Vec<Option<ImmediateHandler<AppState>>> {
    let handlers = endpoints().into_iter().map(|it| match it.handling {
        Handling::Immediate(handler) => Some(handler),
        Handling::Routed(_) => None,
    });
    handlers.collect()
}

/// Returns the other routes for machines, which have none of the dashboard's layers.
fn gate() -> Router<AppState> {
    endpoints()
        .into_iter()
        .fold(Router::new(), |router, endpoint| match endpoint.handling {
            Handling::Routed(route) => router.route(endpoint.pattern, *route),
            Handling::Immediate(_) => router,
        })
        .route("/v1/{*other}", any(problem::not_found))
        .route("/api/v0/{*other}", any(problem::not_found))
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(CatchPanicLayer::custom(request::after_panic))
}

/// Returns what members of an account download, by the pattern of its path.
fn files() -> [(&'static str, MethodRouter<AppState>); 8] {
    [
        ("/apps/{app}/settings/requests/live", get(live::live)),
        ("/apps/{app}/settings/api-keys.csv", get(export::keys::csv)),
        (
            "/apps/{app}/settings/audit-log.csv",
            get(export::audit_log::csv),
        ),
        (
            "/apps/{app}/settings/audit-log.jsonl",
            get(export::audit_log::jsonl),
        ),
        ("/apps/{app}/usage.csv", get(export::usage::series)),
        ("/apps/{app}/breakdown.csv", get(export::usage::breakdown)),
        (
            "/apps/{app}/settings/api-keys/{key}/usage.csv",
            get(export::usage::series),
        ),
        (
            "/apps/{app}/settings/api-keys/{key}/breakdown.csv",
            get(export::usage::breakdown),
        ),
    ]
}

/// Returns the paths of all files and of the stream of live calls.
pub fn file_paths() -> impl Iterator<Item = &'static str> {
    files().into_iter().map(|(path, _)| path)
}

/// Returns the routes for browsers.
fn dashboard(state: &AppState) -> Router<AppState> {
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest);
    let pages = pages::paths()
        .into_iter()
        .fold(Router::new(), |router, path| {
            // The response to a post may hold a secret beside text of an attacker, and is not compressed (BREACH).
            router.route(&path, get(pages::page).layer(compression.clone()))
        });
    let pages = files()
        .into_iter()
        .fold(pages, |router, (path, file)| router.route(path, file))
        .route(routes::SINGLE_SIGN_ON, get(single_sign_on::begin))
        .route(
            routes::SINGLE_SIGN_ON_CALLBACK,
            get(single_sign_on::callback_page),
        )
        .route(
            "/api/{*function}",
            post(plain_form::call).get(plain_form::not_a_page),
        )
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::method_not_allowed)
        .layer(middleware::from_fn_with_state(
            state.clone(),
            same_origin::require,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            request_context::add_request_context,
        ));
    pages
        .route("/pkg/{*file}", get(assets::file))
        .route("/fonts/{file}", get(assets::file))
        .route("/favicon.svg", get(assets::file))
        .route("/favicon.ico", get(assets::file))
        .route("/problems/{code}", get(problem::page))
        .layer(CatchPanicLayer::custom(request::after_panic))
        .layer(middleware::from_fn(headers::protect))
}
