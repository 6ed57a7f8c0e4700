//! The whole surface on one screen.

use crate::{
    AppState, assets,
    dashboard::{export, headers, pages, plain_form, same_origin, session},
    gate::{forward_auth, health, own_key, problem, usage, verify, whoami},
    probes, request,
};
use axum::{
    Router, middleware,
    routing::{any, delete, get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

/// Every address of the server. The layers run from the last one down to the first.
pub fn router(state: AppState) -> Router {
    Router::new()
        .merge(gate())
        .merge(dashboard(&state))
        .route("/healthz", get(probes::live))
        .route("/readyz", get(probes::ready))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            request::identify,
        ))
        .with_state(state)
}

/// For machines: none of the dashboard's layers, no span is opened; two doors read a body.
fn gate() -> Router<AppState> {
    Router::new()
        .route("/v1/whoami", get(whoami::whoami))
        .route("/v1/auth", any(forward_auth::forward_auth))
        .route("/v1/keys/verify", post(verify::verify))
        .route("/v1/keys/current", delete(own_key::revoke))
        .route("/v1/usage", post(usage::report))
        .route("/v1/{*other}", any(problem::not_found))
        .route("/api/v0/health", get(health::private))
        .route("/api/v0/health/public", get(health::public))
        .route("/api/v0/{*other}", any(problem::not_found))
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(CatchPanicLayer::custom(request::after_panic))
}

/// For browsers.
fn dashboard(state: &AppState) -> Router<AppState> {
    let pages = pages::paths()
        .into_iter()
        .fold(Router::new(), |router, path| {
            router.route(&path, get(pages::page))
        })
        .route("/apps/{app}/settings/api-keys.csv", get(export::keys::csv))
        .route(
            "/apps/{app}/settings/audit-log.csv",
            get(export::audit_log::csv),
        )
        .route(
            "/apps/{app}/settings/audit-log.jsonl",
            get(export::audit_log::jsonl),
        )
        .route("/apps/{app}/usage.csv", get(export::usage::numbers))
        .route("/apps/{app}/breakdown.csv", get(export::usage::parts))
        .route(
            "/apps/{app}/settings/api-keys/{key}/usage.csv",
            get(export::usage::numbers),
        )
        .route(
            "/apps/{app}/settings/api-keys/{key}/breakdown.csv",
            get(export::usage::parts),
        )
        .route(
            "/api/{*function}",
            post(plain_form::call).get(plain_form::not_a_page),
        )
        .fallback(pages::not_found)
        .method_not_allowed_fallback(pages::method_not_allowed)
        .layer(middleware::from_fn_with_state(
            state.clone(),
            session::introduce,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            same_origin::require,
        ));
    pages
        .route("/pkg/{*file}", get(assets::file))
        .route("/favicon.svg", get(assets::file))
        .route("/favicon.ico", get(assets::file))
        .route("/problems/{code}", get(problem::page))
        .layer(CatchPanicLayer::custom(request::after_panic))
        .layer(middleware::from_fn(headers::protect))
}
