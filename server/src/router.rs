//! The whole surface on one screen.

use crate::{
    AppState, assets,
    dashboard::{export, headers, live, pages, plain_form, same_origin, session},
    gate::{
        forward_auth, health,
        openapi::{self, Door},
        own_key, problem, usage, verify, whoami,
    },
    metrics, probes,
    request::{self, Identified},
};
use axum::{
    Router, middleware,
    routing::{any, get, post},
};
use tower_http::{CompressionLevel, catch_panic::CatchPanicLayer, compression::CompressionLayer};

/// Every address of the server. The layers run from the last one down to the first.
pub fn router(state: AppState) -> Identified {
    let router = Router::new().merge(gate()).merge(dashboard(&state));
    Identified::new(state.clone(), router.with_state(state))
}

/// Every door for machines: the router serves them, and `/openapi.json` describes them.
pub fn doors() -> Vec<Door> {
    vec![
        Door::get("/v1/whoami", whoami::whoami, whoami::describe),
        Door::any(
            "/v1/auth",
            forward_auth::forward_auth,
            forward_auth::describe,
        ),
        Door::any_below(
            forward_auth::BY_PATH,
            forward_auth::BELOW,
            forward_auth::forward_auth_by_path,
            forward_auth::describe_by_path,
        ),
        Door::post("/v1/keys/verify", verify::verify, verify::describe),
        Door::delete("/v1/keys/current", own_key::revoke, own_key::describe),
        Door::post("/v1/usage", usage::report, usage::describe),
        Door::get("/api/v0/health", health::private, health::describe_private),
        Door::get(
            "/api/v0/health/public",
            health::public,
            health::describe_public,
        ),
        Door::get("/openapi.json", openapi::show, openapi::describe),
        Door::get("/healthz", probes::live, probes::describe_live),
        Door::get("/readyz", probes::ready, probes::describe_ready),
        Door::get("/metrics", metrics::show, metrics::describe),
    ]
}

/// Whether a path belongs to the gate or is a probe.
pub fn is_for_machines(path: &str) -> bool {
    path.starts_with("/v1/")
        || path.starts_with("/api/v0/")
        || ["/openapi.json", "/healthz", "/readyz", "/metrics"].contains(&path)
}

/// For machines: none of the dashboard's layers, no span is opened; two doors read a body.
fn gate() -> Router<AppState> {
    doors()
        .into_iter()
        .fold(Router::new(), |router, door| {
            router.route(door.pattern, door.route)
        })
        .route("/v1/{*other}", any(problem::not_found))
        .route("/api/v0/{*other}", any(problem::not_found))
        .method_not_allowed_fallback(problem::method_not_allowed)
        .layer(CatchPanicLayer::custom(request::after_panic))
}

/// For browsers.
fn dashboard(state: &AppState) -> Router<AppState> {
    let compression = CompressionLayer::new().quality(CompressionLevel::Fastest);
    let pages = pages::paths()
        .into_iter()
        .fold(Router::new(), |router, path| {
            // What is answered to a post may hold a secret beside what somebody else wrote, and is sent as it is (BREACH).
            router.route(&path, get(pages::page).layer(compression.clone()))
        })
        .route("/apps/{app}/settings/requests/live", get(live::live))
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
            same_origin::require,
        ))
        .layer(middleware::from_fn_with_state(
            state.clone(),
            session::introduce,
        ));
    pages
        .route("/pkg/{*file}", get(assets::file))
        .route("/favicon.svg", get(assets::file))
        .route("/favicon.ico", get(assets::file))
        .route("/problems/{code}", get(problem::page))
        .layer(CatchPanicLayer::custom(request::after_panic))
        .layer(middleware::from_fn(headers::protect))
}
