//! `GET /metrics`.

use domain::key::{Environment, issued::IssuedKey, token};
use http::Method;
use std::collections::{BTreeMap, BTreeSet};
use test_server::{Answer, DEVELOPER, OWNER, PASSWORD, PEER, PROXY, TestServer, VIEWER, request};

const TOKEN: &str = "a-token-that-is-long-enough";

/// Returns a server with a metrics token.
async fn with_metrics() -> TestServer {
    let mut server = TestServer::with_users().await;
    server.state.metrics_token = Some(TOKEN.into());
    server.router = server::router(server.state.clone());
    server
}

async fn metrics(server: &TestServer) -> Answer {
    let bearer = format!("Bearer {TOKEN}");
    let answer = server.get("/metrics", &[("authorization", &bearer)]).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    answer
}

/// Parses the text format, and fails if it is invalid.
fn parse(text: &str) -> BTreeMap<String, String> {
    let name = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
            && !text.starts_with(|c: char| c.is_ascii_digit())
    };
    let mut samples = BTreeMap::new();
    let mut families = BTreeSet::new();
    let mut family = (String::new(), String::new());
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (of, help) = rest.split_once(' ').expect("a name and a help");
            assert!(
                name(of) && !help.is_empty() && families.insert(of.to_owned()),
                "{line}"
            );
            family = (of.to_owned(), String::new());
            continue;
        }
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (of, kind) = rest.split_once(' ').expect("a name and a type");
            assert!(of == family.0 && family.1.is_empty(), "{line}");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            kind.clone_into(&mut family.1);
            continue;
        }
        let (sample, value) = line.rsplit_once(' ').expect("a sample and a value");
        let (of, labels) = sample.split_once('{').unwrap_or((sample, "}"));
        let suffix = of.strip_prefix(&family.0).expect("of the family above");
        match family.1.as_str() {
            "histogram" => assert!(["_bucket", "_sum", "_count"].contains(&suffix), "{line}"),
            _ => assert_eq!(suffix, "", "{line}"),
        }
        assert_eq!(family.1 == "counter", of.ends_with("_total"), "{line}");
        for label in labels
            .strip_suffix('}')
            .expect("closed")
            .split(',')
            .filter(|l| !l.is_empty())
        {
            let (label, value) = label.split_once('=').expect("a label and its value");
            let value = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
            assert!(
                name(label) && value.is_some_and(|v| !v.contains(['"', '\\'])),
                "{line}"
            );
        }
        assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
        let before = samples.insert(sample.to_owned(), value.to_owned());
        assert_eq!(before, None, "{sample} twice");
    }
    samples
}

async fn call(server: &TestServer, method: Method, path: &str, key: &IssuedKey, body: &str) -> u16 {
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    server
        .send(request(method, path, &lines, body))
        .await
        .status
        .as_u16()
}

#[tokio::test]
async fn decisions_and_responses_are_counted() {
    let server = with_metrics().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read key:verify", "").await;
    let mut wrong = server.key(&owner, "invoice:read", "").await;
    wrong.secret = token::format_secret(Environment::Live, &[9; 32]);
    let before = parse(&metrics(&server).await.body);
    for _ in 0..3 {
        assert_eq!(
            call(&server, Method::GET, "/v1/whoami", &key, "").await,
            200
        );
    }
    for _ in 0..2 {
        assert_eq!(
            call(&server, Method::GET, "/v1/auth", &wrong, "").await,
            401
        );
    }
    let narrow = "/v1/auth?scope=tax:read";
    assert_eq!(call(&server, Method::GET, narrow, &key, "").await, 403);
    server.get("/v1/whoami", &[]).await;
    server
        .get(&format!("/v1/whoami?secret={}", key.secret), &[])
        .await;
    let pairs = serde_json::json!([
        { "key": key.id.to_string(), "secret": key.secret },
        { "key": key.id.to_string(), "secret": key.secret, "scopes": ["tax:read"] },
        { "key": "x", "secret": "y" },
    ]);
    let verify = "/v1/keys/verify";
    let asked = call(&server, Method::POST, verify, &key, &pairs.to_string()).await;
    assert_eq!(asked, 200);
    server.get("/sign-in", &[]).await;
    server.get("/v1/nothing", &[]).await;
    let after = parse(&metrics(&server).await.body);
    let more = |sample: &str| {
        let [after, before] = [&after, &before].map(|all| all[sample].parse::<u64>());
        after.expect("a count") - before.expect("a count")
    };
    let code = |code: &str| more(&format!("latchkey_decisions_total{{code=\"{code}\"}}"));
    // Among them the service's own call and the first pair of its question.
    assert_eq!(code("valid"), 5);
    assert_eq!(code("invalid_credentials"), 3);
    assert_eq!(code("insufficient_scope"), 2);
    assert_eq!(code("missing_credentials"), 1);
    assert_eq!(code("credentials_in_query"), 1);
    assert_eq!(code("key_revoked"), 0);
    let requests = |endpoint: &str, status: &str| {
        more(&format!(
            "latchkey_http_requests_total{{endpoint=\"{endpoint}\",status=\"{status}\"}}"
        ))
    };
    assert_eq!(
        (requests("/v1/whoami", "2xx"), requests("/v1/whoami", "4xx")),
        (3, 2)
    );
    assert_eq!(
        (requests("/v1/auth", "2xx"), requests("/v1/auth", "4xx")),
        (0, 3)
    );
    assert_eq!(requests("/v1/keys/verify", "2xx"), 1);
    assert_eq!((requests("other", "2xx"), requests("other", "4xx")), (1, 1));
    assert_eq!(requests("/metrics", "2xx"), 1);
    // Ten calls reached the keyring.
    assert_eq!(more("latchkey_decision_seconds_count"), 10);
    let sum = "latchkey_decision_seconds_sum";
    assert_ne!(after[sum], before[sum]);
    assert_eq!(after["latchkey_keys"], "2");
}

#[tokio::test]
async fn histogram_buckets_are_cumulative() {
    let server = with_metrics().await;
    let key = server.key(&server.owner().await, "invoice:read", "").await;
    call(&server, Method::GET, "/v1/whoami", &key, "").await;
    let text = metrics(&server).await.body;
    let buckets: Vec<u64> = text
        .lines()
        .filter(|line| line.starts_with("latchkey_decision_seconds_bucket"))
        .filter_map(|line| line.rsplit_once(' ')?.1.parse().ok())
        .collect();
    assert!(buckets.len() > 5 && buckets.is_sorted(), "{buckets:?}");
    let samples = parse(&text);
    let count = samples["latchkey_decision_seconds_count"].parse().ok();
    assert_eq!(buckets.last().copied(), count);
}

#[tokio::test]
async fn the_gauges_show_the_state_of_the_database() {
    let mut server = with_metrics().await;
    server.state.patience_ms = 300_000;
    server.router = server::router(server.state.clone());
    let key = server.key(&server.owner().await, "invoice:read", "").await;
    server
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect("written");
    let calm = parse(&metrics(&server).await.body);
    assert_eq!(calm["latchkey_usage_lag_seconds"], "0.000");
    assert_eq!(calm["latchkey_usage_waiting_batches"], "0");
    assert_eq!(calm["latchkey_can_verify"], "1");
    let version = format!(
        "latchkey_build_info{{version=\"{}\"}}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(calm[&version], "1");
    server.store.close().await;
    call(&server, Method::GET, "/v1/whoami", &key, "").await;
    server.clock.advance(300_001);
    server
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect_err("no database");
    let silent = parse(&metrics(&server).await.body);
    assert_eq!(silent["latchkey_usage_lag_seconds"], "300.001");
    assert_eq!(silent["latchkey_database_silence_seconds"], "300.001");
    assert_eq!(silent["latchkey_usage_waiting_batches"], "1");
    assert_eq!(silent["latchkey_can_verify"], "0");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn on_linux_the_process_metrics_are_present() {
    let samples = parse(&metrics(&with_metrics().await).await.body);
    for name in [
        "process_resident_memory_bytes",
        "process_start_time_seconds",
        "process_open_fds",
    ] {
        assert!(
            samples[name].parse::<u64>().is_ok_and(|it| it > 0),
            "{name}"
        );
    }
    assert!(samples.contains_key("process_cpu_seconds_total"));
}

#[tokio::test]
async fn metrics_require_the_token_and_do_not_exist_without_one() {
    let server = with_metrics().await;
    let right = format!("Bearer {TOKEN}");
    let longer = format!("{right}x");
    for (peer, lines) in [
        (PEER, &[] as &[(&str, &str)]),
        // Behind a local proxy every client has a loopback peer.
        ("127.0.0.1", &[]),
        (PROXY, &[("x-forwarded-for", "127.0.0.1")]),
        (PEER, &[("authorization", "Bearer wrong")]),
        (PEER, &[("authorization", &longer)]),
        (PEER, &[("authorization", "Bearer ")]),
        (PEER, &[("authorization", TOKEN)]),
        (
            PEER,
            &[("authorization", &right), ("authorization", &right)],
        ),
    ] {
        let mut all = vec![("peer", peer)];
        all.extend_from_slice(lines);
        let answer = server.get("/metrics", &all).await;
        assert_eq!(answer.status.as_u16(), 401, "{lines:?}");
        assert!(answer.header("www-authenticate").starts_with("Bearer "));
        assert!(!answer.body.contains("latchkey_"));
    }
    let closed = TestServer::new().await;
    for lines in [&[] as &[(&str, &str)], &[("authorization", &right)]] {
        let answer = closed.get("/metrics", lines).await;
        assert_eq!(answer.status.as_u16(), 404);
        assert_eq!(answer.json()["code"], "not_found");
    }
}

#[tokio::test]
async fn no_label_contains_a_key_an_address_or_a_name() {
    let server = with_metrics().await;
    let owner = server.owner().await;
    let key = server.key(&owner, "invoice:read", "").await;
    call(&server, Method::GET, "/v1/whoami", &key, "").await;
    server
        .get("/v1/akl_0000000000000000", &[("user-agent", "spy/1")])
        .await;
    let text = metrics(&server).await.body;
    let app = owner.application();
    for hidden in [
        key.id.to_string(),
        key.secret,
        app.id.to_string(),
        app.account_id.to_string(),
    ] {
        assert!(!text.contains(&hidden), "{hidden}");
    }
    for hidden in ["akl_", PEER, "spy", "Checkout", "Storefront", "invoice"] {
        assert!(!text.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn sign_ins_are_counted_by_result() {
    let server = with_metrics().await;
    let session = server.session(DEVELOPER).await;
    let fresh = session.fresh().expect("fresh");
    let setup = fresh.begin_enrolment().await.expect("begun");
    let code = setup.secret().code_at(server.keyring.now());
    let origin = domain::origin::Origin::default();
    let on = fresh.confirm_enrolment(&setup.form, &code, &origin).await;
    on.expect("works").expect("the right code");
    let before = parse(&metrics(&server).await.body);
    let password = PASSWORD.replace(' ', "+");
    let sign_in = async |email: &str, password: &str| {
        let form = format!("email={email}&password={password}");
        server.post("/api/sign_in", &[], &form).await
    };
    sign_in(OWNER, &password).await;
    sign_in(OWNER, "wrong").await;
    sign_in("nobody@nowhere.example", "wrong").await;
    let asked = sign_in(DEVELOPER, &password).await;
    let line = asked.headers.get_all("set-cookie").iter();
    let cookie = line
        .filter_map(|line| line.to_str().ok()?.split(';').next())
        .find(|cookie| cookie.starts_with("latchkey-sign-in="))
        .expect("a sign-in that waits");
    let lines = [("cookie", cookie)];
    let wrong = server.post("/api/enter_sign_in_code", &lines, "code=000000");
    assert_eq!(wrong.await.status.as_u16(), 422);
    for _ in 0..40 {
        sign_in(VIEWER, "wrong").await;
    }
    let after = parse(&metrics(&server).await.body);
    let more = |result: &str| {
        let sample = format!("latchkey_sign_ins_total{{result=\"{result}\"}}");
        let [after, before] = [&after, &before].map(|all| all[&sample].parse::<u64>());
        after.expect("a count") - before.expect("a count")
    };
    assert_eq!(more("succeeded"), 1);
    assert_eq!(more("second_factor_required"), 1);
    assert_eq!(more("wrong_code"), 1);
    assert!(more("throttled") > 0);
    assert_eq!(more("wrong_password") + more("throttled"), 42);
    assert_eq!(more("wrong_passkey") + more("provider_refused"), 0);
}

/// Metrics that only a server with a mail server, or with the disk reserve, has.
const CONDITIONAL: [&str; 3] = [
    "latchkey_mail_",
    "latchkey_database_reserve",
    "latchkey_nodes",
];

#[tokio::test]
async fn the_metrics_of_the_guide_exist() {
    let server = with_metrics().await;
    let exported = metrics(&server).await.body;
    let guide = include_str!("../../../../docs/operating.md");
    let is_other = |c: char| !(c.is_ascii_lowercase() || c == '_');
    let named: BTreeSet<&str> = guide
        .split(is_other)
        .filter(|word| word.starts_with("latchkey_"))
        .filter(|word| !CONDITIONAL.iter().any(|prefix| word.starts_with(prefix)))
        .collect();
    assert!(named.len() > 8, "{named:?}");
    for name in named {
        assert!(exported.contains(&format!("# TYPE {name} ")), "{name}");
    }
}
