//! `GET /metrics`.

use crate::house::{Answer, House, PEER, PROXY, request};
use domain::key::{Environment, issued::IssuedKey, token};
use http::Method;
use std::collections::{BTreeMap, BTreeSet};

const TOKEN: &str = "a-token-that-is-long-enough";

/// A house whose metrics can be read.
async fn watched() -> House {
    let mut house = House::furnished().await;
    house.state.metrics_token = Some(TOKEN.into());
    house.router = server::router(house.state.clone());
    house
}

async fn metrics(house: &House) -> Answer {
    let bearer = format!("Bearer {TOKEN}");
    let answer = house.get("/metrics", &[("authorization", &bearer)]).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(
        answer.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    answer
}

/// Reads the text format; fails where it is not.
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

async fn call(house: &House, method: Method, path: &str, key: &IssuedKey, body: &str) -> u16 {
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
    ];
    house
        .send(request(method, path, &lines, body))
        .await
        .status
        .as_u16()
}

#[tokio::test]
async fn known_calls_are_counted_by_what_was_said() {
    let house = watched().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read key:verify", "").await;
    let mut wrong = house.key(&owner, "invoice:read", "").await;
    wrong.secret = token::format_secret(Environment::Live, &[9; 32]);
    let before = parse(&metrics(&house).await.body);
    for _ in 0..3 {
        assert_eq!(call(&house, Method::GET, "/v1/whoami", &key, "").await, 200);
    }
    for _ in 0..2 {
        assert_eq!(call(&house, Method::GET, "/v1/auth", &wrong, "").await, 401);
    }
    let narrow = "/v1/auth?scope=tax:read";
    assert_eq!(call(&house, Method::GET, narrow, &key, "").await, 403);
    house.get("/v1/whoami", &[]).await;
    house
        .get(&format!("/v1/whoami?secret={}", key.secret), &[])
        .await;
    let pairs = serde_json::json!([
        { "key": key.id.to_string(), "secret": key.secret },
        { "key": key.id.to_string(), "secret": key.secret, "scopes": ["tax:read"] },
        { "key": "x", "secret": "y" },
    ]);
    let verify = "/v1/keys/verify";
    let asked = call(&house, Method::POST, verify, &key, &pairs.to_string()).await;
    assert_eq!(asked, 200);
    house.get("/sign-in", &[]).await;
    house.get("/v1/nothing", &[]).await;
    let after = parse(&metrics(&house).await.body);
    let more = |sample: &str| {
        let [after, before] = [&after, &before].map(|all| all[sample].parse::<u64>());
        after.expect("a count") - before.expect("a count")
    };
    let code = |code: &str| more(&format!("latchkey_decisions_total{{code=\"{code}\"}}"));
    // The service's own call, and the first of the pairs that it asks about.
    assert_eq!(code("valid"), 5);
    assert_eq!(code("invalid_credentials"), 3);
    assert_eq!(code("insufficient_scope"), 2);
    assert_eq!(code("missing_credentials"), 1);
    assert_eq!(code("credentials_in_query"), 1);
    assert_eq!(code("key_revoked"), 0);
    let door = |door: &str, status: &str| {
        more(&format!(
            "latchkey_http_requests_total{{door=\"{door}\",status=\"{status}\"}}"
        ))
    };
    assert_eq!(
        (door("/v1/whoami", "2xx"), door("/v1/whoami", "4xx")),
        (3, 2)
    );
    assert_eq!((door("/v1/auth", "2xx"), door("/v1/auth", "4xx")), (0, 3));
    assert_eq!(door("/v1/keys/verify", "2xx"), 1);
    assert_eq!((door("other", "2xx"), door("other", "4xx")), (1, 1));
    assert_eq!(door("/metrics", "2xx"), 1);
    // Ten went as far as the keyring.
    assert_eq!(more("latchkey_decision_seconds_count"), 10);
    let sum = "latchkey_decision_seconds_sum";
    assert_ne!(after[sum], before[sum]);
    assert_eq!(after["latchkey_keys"], "2");
}

#[tokio::test]
async fn buckets_grow_up_to_the_count() {
    let house = watched().await;
    let key = house.key(&house.owner().await, "invoice:read", "").await;
    call(&house, Method::GET, "/v1/whoami", &key, "").await;
    let text = metrics(&house).await.body;
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
async fn the_keyrings_condition_is_told() {
    let mut house = watched().await;
    house.state.patience_ms = 300_000;
    house.router = server::router(house.state.clone());
    let key = house.key(&house.owner().await, "invoice:read", "").await;
    house
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect("written");
    let calm = parse(&metrics(&house).await.body);
    assert_eq!(calm["latchkey_usage_lag_seconds"], "0.000");
    assert_eq!(calm["latchkey_usage_waiting_batches"], "0");
    assert_eq!(calm["latchkey_can_verify"], "1");
    let version = format!(
        "latchkey_build_info{{version=\"{}\"}}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(calm[&version], "1");
    house.keyring.close().await;
    call(&house, Method::GET, "/v1/whoami", &key, "").await;
    house.clock.advance(300_001);
    house
        .keyring
        .telemetry()
        .flush_usage()
        .await
        .expect_err("no database");
    let silent = parse(&metrics(&house).await.body);
    assert_eq!(silent["latchkey_usage_lag_seconds"], "300.001");
    assert_eq!(silent["latchkey_database_silence_seconds"], "300.001");
    assert_eq!(silent["latchkey_usage_waiting_batches"], "1");
    assert_eq!(silent["latchkey_can_verify"], "0");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn linux_tells_how_the_process_is() {
    let samples = parse(&metrics(&watched().await).await.body);
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
async fn only_who_brings_the_token_reads_it_and_without_one_there_is_no_such_door() {
    let house = watched().await;
    let right = format!("Bearer {TOKEN}");
    let longer = format!("{right}x");
    for (peer, lines) in [
        (PEER, &[] as &[(&str, &str)]),
        // A proxy on the same machine makes everybody local.
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
        let answer = house.get("/metrics", &all).await;
        assert_eq!(answer.status.as_u16(), 401, "{lines:?}");
        assert!(answer.header("www-authenticate").starts_with("Bearer "));
        assert!(!answer.body.contains("latchkey_"));
    }
    let closed = House::new().await;
    for lines in [&[] as &[(&str, &str)], &[("authorization", &right)]] {
        let answer = closed.get("/metrics", lines).await;
        assert_eq!(answer.status.as_u16(), 404);
        assert_eq!(answer.json()["code"], "not_found");
    }
}

#[tokio::test]
async fn no_key_address_or_name_is_in_a_label() {
    let house = watched().await;
    let owner = house.owner().await;
    let key = house.key(&owner, "invoice:read", "").await;
    call(&house, Method::GET, "/v1/whoami", &key, "").await;
    house
        .get("/v1/akl_0000000000000000", &[("user-agent", "spy/1")])
        .await;
    let text = metrics(&house).await.body;
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
