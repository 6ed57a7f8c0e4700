//! Hostile texts in queries and forms, on every route and each database: none causes a server error.

use crate::roles::TABLE;
use axum::body::to_bytes;
use http::Method;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use test_server::{OWNER, TestServer, request};
use testing::{TestDatabase, each_database};
use tower::ServiceExt;

/// Each route that reads a query, with its parameters.
const QUERIES: &[(&str, &[&str])] = &[
    ("/sign-in", &["next"]),
    ("/support", &["what", "reason"]),
    ("/apps/{app}", &["window", "from", "until", "zone"]),
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
            "sort",
            "dir",
            "cursor",
        ],
    ),
    (
        "/apps/{app}/settings/api-keys?sort=name",
        &["search", "cursor"],
    ),
    (
        "/apps/{app}/settings/api-keys.csv",
        &["search", "status", "environment", "notable", "sort", "dir"],
    ),
    (
        "/apps/{app}/settings/api-keys/{key}",
        &["window", "from", "until", "zone"],
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
            "key", "outcome", "before", "request", "address", "scope", "at",
        ],
    ),
    ("/apps/{app}/settings/requests/live", &["key"]),
    (
        "/apps/{app}/settings/security-events",
        &["kind", "severity", "state", "key", "cursor", "event"],
    ),
    ("/v1/auth", &["scope"]),
    ("/v1/auth/scopes/invoice:read/x", &["scope", "key"]),
    ("/v1/whoami", &["x"]),
    ("/problems/key_revoked", &["x"]),
];

/// Texts that are known to break servers.
const HOSTILE: &[&str] = &[
    "\0",
    "a\0b",
    "f\0.akl_0000000000000000",
    "fa\0b.akl_0000000000000000",
    "b\u{10FFFF}.akl_0000000000000000",
    "f9223372036854775807.akl_0000000000000000",
    "f-9223372036854775808.9223372036854775807",
    "99999999999999999999999",
    "-9223372036854775808",
    "\u{1}\u{7f}\u{85}\u{9f}",
    "\\",
    "%_\\%",
    "'; DROP TABLE api_keys; --",
    "\u{202E}\u{200B}\u{FEFF}",
    "\u{FFFD}\u{10FFFF}",
    "9999-99-99",
    "-262144-01-01",
    "0000-00-00",
    "1.1.1.1/99",
    "NaN",
    "\r\n\r\n",
    "akl_0000000000000000",
];

/// Returns known and random hostile texts in turn.
struct Texts {
    runner: TestRunner,
    next: usize,
}

impl Texts {
    /// Returns some texts for a parameter, one of them with NUL.
    fn some(&mut self) -> Vec<String> {
        let made_up = proptest::string::string_regex(
            "[\\x00-\\x1f\\x7f-\\u{9f}a-z%_\\\\.:{}-]{0,40}|\\PC{0,20}\\x00\\PC{0,20}",
        )
        .expect("a pattern")
        .new_tree(&mut self.runner)
        .expect("a text")
        .current();
        self.next += 1;
        let known = HOSTILE[self.next % HOSTILE.len()];
        vec!["a\0b".into(), known.into(), made_up]
    }
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
    let mut texts = Texts {
        runner: TestRunner::deterministic(),
        next: 0,
    };
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

each_database!(no_form_causes_a_server_error);
async fn no_form_causes_a_server_error(database: TestDatabase) {
    let server = TestServer::with_users_on(database).await;
    let owner = server.owner().await;
    let app = owner.application().id.to_string();
    let mut texts = Texts {
        runner: TestRunner::deterministic(),
        next: 0,
    };
    for (name, form, _) in TABLE {
        // A change that was accepted after all is undone for the next one.
        let key = server.key(&owner, "invoice:read", "").await.id.to_string();
        let cookie = format!("latchkey={}", server.token(OWNER).await);
        let form = form
            .replace("{app}", &app)
            .replace("{key}", &key)
            .replace("{email}", OWNER)
            .replace("{password}", "correct+horse+battery")
            .replace("{seen}", "0")
            .replace("{once}", &server.keyring.new_idempotency_key().to_string());
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
