//! Hostile texts in queries and forms, on every route and each database: none causes a server error.

mod hostile;

use crate::roles::{TABLE, fill, pages::MISSING_ID};
use axum::body::to_bytes;
use hostile::{HOSTILE, HostileTexts};
use http::Method;
use server::{dashboard::pages, router};
use std::{collections::BTreeSet, fs, path::PathBuf};
use test_server::{OWNER, TestServer, request};
use testing::{TestDatabase, each_database};
use tower::ServiceExt;

/// Parameters of charts.
const CHART: &[&str] = &["window", "from", "until", "zone", "chart", "by", "rows"];

/// Each route that reads a query, with its parameters.
const QUERIES: &[(&str, &[&str])] = &[
    ("/", &["outcome"]),
    ("/sign-in", &["next", "after", "sso"]),
    ("/sign-in/code", &["next"]),
    ("/forgot-password", &["after"]),
    ("/sign-in/oidc", &["next", "for"]),
    ("/sign-in/oidc/callback", &["code", "state", "iss", "error"]),
    ("/profile/two-factor/add", &["method"]),
    ("/support", &["what", "reason"]),
    ("/apps/{app}", CHART),
    ("/apps/{app}", &["applications"]),
    ("/apps/{app}/settings/api-keys/new", &["from"]),
    (
        "/apps/{app}/usage.csv",
        &["window", "from", "until", "zone"],
    ),
    (
        "/apps/{app}/breakdown.csv",
        &["window", "from", "until", "zone"],
    ),
    (
        "/apps/{app}/settings/api-keys",
        &[
            "search",
            "status",
            "environment",
            "notable",
            "scope",
            "creator",
            "tab",
            "sort",
            "dir",
            "cursor",
            "keys",
        ],
    ),
    (
        "/apps/{app}/settings/api-keys?sort=name",
        &["search", "cursor"],
    ),
    (
        "/apps/{app}/settings/api-keys.csv",
        &[
            "search",
            "status",
            "environment",
            "notable",
            "scope",
            "creator",
            "tab",
            "sort",
            "dir",
        ],
    ),
    ("/apps/{app}/settings/api-keys/{key}", CHART),
    ("/apps/{app}/settings/api-keys/{key}", &["tab"]),
    (
        "/apps/{app}/settings/api-keys/{key}?tab=requests",
        &["outcome", "before", "request", "route"],
    ),
    (
        "/apps/{app}/settings/api-keys/{key}?tab=security",
        &["state", "cursor"],
    ),
    (
        "/apps/{app}/settings/api-keys/{key}/usage.csv",
        &["window", "from", "until", "zone"],
    ),
    (
        "/apps/{app}/settings/api-keys/{key}/breakdown.csv",
        &["window", "from", "until", "zone"],
    ),
    ("/apps/{app}/settings/api-keys/revoke-selected", &["keys"]),
    (
        "/apps/{app}/settings/audit-log",
        &["key", "person", "action", "from", "until", "cursor"],
    ),
    (
        "/apps/{app}/settings/audit-log.csv",
        &["key", "person", "action", "from", "until"],
    ),
    (
        "/apps/{app}/settings/audit-log.jsonl",
        &["key", "person", "action", "from", "until"],
    ),
    (
        "/apps/{app}/settings/requests",
        &[
            "key",
            "outcome",
            "before",
            "request",
            "from_address",
            "route",
            "within",
            "code",
            "test",
            "try",
        ],
    ),
    (
        "/apps/{app}/settings/requests?try=1&test={key}",
        &["address", "scope", "at"],
    ),
    (
        "/apps/{app}/settings/requests/live",
        &["key", "outcome", "from_address", "route", "code", "after"],
    ),
    (
        "/apps/{app}/settings/security-events",
        &["kind", "severity", "state", "key", "cursor", "event"],
    ),
    ("/v1/auth", &["scope"]),
    ("/v1/auth/scopes/invoice:read/x", &["scope", "key"]),
    ("/v1/whoami", &["x"]),
    ("/problems/key_revoked", &["x"]),
];

/// Files with the names of parameters.
const SOURCES: [&str; 3] = ["../app/src/page", "../app/src/routes", "src/dashboard"];

/// Returns the names in calls of `get` and `day` in the sources.
fn parameters() -> BTreeSet<String> {
    let mut folders: Vec<PathBuf> = SOURCES.map(PathBuf::from).into();
    let mut names = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(path).expect("text");
            let calls = ["get(\"", "day(\""].map(|call| source.split(call).skip(1));
            for rest in calls.into_iter().flatten() {
                names.extend(rest.split_once("\")").map(|(name, _)| name.to_owned()));
            }
        }
    }
    names
}

#[test]
fn every_parameter_is_tried() {
    let tried: BTreeSet<&str> = QUERIES
        .iter()
        .flat_map(|(_, names)| *names)
        .copied()
        .collect();
    let named = parameters();
    assert!(named.len() > 30, "{named:?}");
    let missing: Vec<_> = named
        .iter()
        .filter(|name| !tried.contains(name.as_str()))
        .collect();
    // Those of paths.
    assert_eq!(missing, ["app"]);
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Sends a request of the owner, and fails if the response is a server error. (Streams are not read to their end.)
async fn try_it(
    server: &TestServer,
    method: Method,
    path: &str,
    cookie: &str,
    form: &str,
    at: &str,
) {
    let lines = [
        ("host", "localhost:3000"),
        ("cookie", cookie),
        ("sec-fetch-site", "same-origin"),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let request = request(method, path, &lines, form);
    let answer = server.router.clone().oneshot(request).await;
    let answer = answer.expect("infallible");
    let status = answer.status();
    if status.is_server_error() {
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        panic!("{path} {form:?} at {at}: {status} {body:?}");
    }
    let kind = answer.headers().get("content-type");
    if kind.is_none_or(|kind| kind != "text/event-stream") {
        let body = to_bytes(answer.into_body(), usize::MAX).await;
        body.unwrap_or_else(|error| panic!("{path} at {at} breaks off: {error}"));
    }
}

each_database!(no_query_causes_a_server_error);
async fn no_query_causes_a_server_error(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let owner = server.owner().await;
    let app = owner.application().id.to_string();
    let key = server.key(&owner, "invoice:read", "").await.id.to_string();
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    let mut texts = HostileTexts::default();
    for (path, names) in QUERIES {
        let path = path.replace("{app}", &app).replace("{key}", &key);
        let joint = if path.contains('?') { '&' } else { '?' };
        for name in *names {
            for text in texts.some() {
                let path = format!("{path}{joint}{name}={}", encoded(&text));
                try_it(&server, Method::GET, &path, &cookie, "", &server.url).await;
            }
        }
    }
}

each_database!(no_page_fails_with_a_text_in_every_parameter);
async fn no_page_fails_with_a_text_in_every_parameter(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let owner = server.owner().await;
    let app = owner.application().id.to_string();
    let key = server.key(&owner, "invoice:read", "").await.id.to_string();
    let cookie = format!("latchkey={}", server.token(OWNER).await);
    let mut texts = HostileTexts::default();
    let pages = pages::paths();
    let files = router::file_paths().map(ToOwned::to_owned);
    for path in pages.into_iter().chain(files) {
        let path = path
            .replace("{app}", &app)
            .replace("{key}", &key)
            .split('/')
            .map(|part| {
                if part.starts_with('{') {
                    MISSING_ID
                } else {
                    part
                }
            })
            .collect::<Vec<_>>()
            .join("/");
        for text in texts.some() {
            let all: Vec<_> = parameters()
                .iter()
                .map(|name| format!("{name}={}", encoded(&text)))
                .collect();
            let path = format!("{path}?{}", all.join("&"));
            try_it(&server, Method::GET, &path, &cookie, "", &server.url).await;
        }
    }
}

each_database!(no_form_causes_a_server_error);
async fn no_form_causes_a_server_error(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let owner = server.owner().await;
    let mut texts = HostileTexts::default();
    for (name, form, _) in TABLE {
        // A change that was accepted after all is undone for the next one.
        let cookie = format!("latchkey={}", server.token(OWNER).await);
        let form = Box::pin(fill(&server, &owner, form)).await;
        let fields: Vec<_> = form
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        for (hostile, _) in &fields {
            for text in texts.some() {
                let form: Vec<_> = fields
                    .iter()
                    .map(|(field, value)| {
                        let value = if field == hostile {
                            encoded(&text)
                        } else {
                            (*value).into()
                        };
                        format!("{field}={value}")
                    })
                    .collect();
                let path = format!("/api/{name}");
                try_it(
                    &server,
                    Method::POST,
                    &path,
                    &cookie,
                    &form.join("&"),
                    &server.url,
                )
                .await;
            }
        }
    }
}

each_database!(no_call_prevents_usage_from_being_written);
async fn no_call_prevents_usage_from_being_written(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read key:verify", "").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    for text in HOSTILE {
        let question = serde_json::json!({
            "key": id, "secret": key.secret, "scopes": [],
            "request": { "ip": text, "method": text, "route": text, "user_agent": text },
        });
        let verify = request(
            Method::POST,
            "/v1/keys/verify",
            &lines,
            &question.to_string(),
        );
        assert_eq!(server.send(verify).await.status.as_u16(), 200, "{text:?}");
        let path = format!("/v1/auth/scopes/-/{}", encoded(text));
        assert_eq!(
            server.get(&path, &lines).await.status.as_u16(),
            200,
            "{text:?}"
        );
    }
    server
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect("written");
    let calls = owner.requests(domain::decision::DecisionFilter::default(), None);
    let calls = calls
        .await
        .unwrap_or_else(|error| panic!("{error} at {}", server.url));
    assert!(!calls.rows.is_empty(), "at {}", server.url);
}
