//! `GET /openapi.json`.

use contract::Code;
use domain::key::token::contains_secret;
use http::{Method, StatusCode};
use serde_json::Value;
use server::router::endpoints;
use std::{collections::BTreeSet, fs, path::Path};
use test_server::described::{DOCUMENT, escaped, validate};
use test_server::{TestServer, request};

/// The snapshot of the document, so that a change of the contract is visible in review.
const SNAPSHOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/gate/openapi.json");
/// The variable that makes the test write [`SNAPSHOT`].
const REFRESH: &str = "LATCHKEY_REFRESH_SNAPSHOTS";

#[test]
fn the_document_is_the_same_as_the_snapshot() {
    let now = format!("{:#}\n", *DOCUMENT);
    if std::env::var_os(REFRESH).is_some() {
        fs::write(SNAPSHOT, &now).expect("written");
    }
    let kept = fs::read_to_string(Path::new(SNAPSHOT)).unwrap_or_default();
    let changed = now
        .lines()
        .zip(kept.lines())
        .find(|(now, kept)| now != kept);
    assert!(
        serde_json::from_str(&kept).is_ok_and(|kept: Value| kept == *DOCUMENT),
        "the contract has changed, first at {changed:?}; if that was meant, set {REFRESH}=1, run this test and commit {SNAPSHOT}"
    );
}

#[test]
fn the_document_is_openapi_3_1() {
    let text = DOCUMENT.to_string();
    let read = oas3::from_json(&text).expect("OpenAPI");
    read.validate_version().expect("3.1");
    // What is not part of OpenAPI is lost.
    let back: Value = serde_json::to_value(&read).expect("JSON");
    assert_same("", &DOCUMENT, &back);
}

#[test]
fn every_reference_resolves_and_every_example_fits_its_schema() {
    let mut places = Vec::new();
    walk("", &DOCUMENT, &mut |place, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str) {
            let target = reference.strip_prefix('#').expect("within the document");
            assert!(DOCUMENT.pointer(target).is_some(), "{reference}");
        }
        if let Some(example) = value
            .get("example")
            .filter(|_| value.get("schema").is_some())
        {
            places.push((format!("{place}/schema"), example.clone()));
        }
        let several = value["examples"].as_object();
        let several = several.filter(|_| value.get("schema").is_some());
        for example in several.iter().flat_map(|map| map.values()) {
            let example = match example["$ref"].as_str() {
                Some(reference) => DOCUMENT.pointer(&reference[1..]).expect("there"),
                None => example,
            };
            places.push((format!("{place}/schema"), example["value"].clone()));
        }
    });
    assert!(places.len() > 30, "{}", places.len());
    for (place, example) in places {
        validate(&place, &example);
    }
}

#[test]
fn every_code_is_described_for_some_endpoint() {
    let text = DOCUMENT["paths"].to_string();
    for code in Code::ALL {
        let everywhere = DOCUMENT["components"]["responses"].get(code.as_str());
        let name = format!("\"{}\"", code.as_str());
        assert!(text.contains(&name) || everywhere.is_some(), "{name}");
    }
}

#[test]
fn operation_ids_are_unique_and_nothing_looks_like_a_secret() {
    let mut names = BTreeSet::new();
    walk("", &DOCUMENT, &mut |_, value| {
        if let Some(name) = value.get("operationId").and_then(Value::as_str) {
            assert!(names.insert(name.to_owned()), "{name} stands twice");
        }
        let text = value.as_str().unwrap_or_default();
        assert!(!contains_secret(text), "{text}");
        // The pattern of leak scanners.
        let like_one = |text: &str| {
            text.len() >= 49 && text.bytes().take(49).all(|b| b.is_ascii_alphanumeric())
        };
        for start in ["asl_", "ast_"] {
            assert!(!text.split(start).skip(1).any(like_one), "{text}");
        }
    });
    assert!(names.len() > 10);
}

#[tokio::test]
async fn the_document_is_public_and_cacheable() {
    let server = TestServer::at("https://keys.example.com").await;
    for _ in 0..2 {
        let answer = server.get("/openapi.json", &[]).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "public, max-age=300");
        let document = answer.json();
        assert_eq!(document["servers"][0]["url"], "https://keys.example.com");
        assert_eq!(document["paths"], DOCUMENT["paths"]);
    }
}

#[tokio::test]
async fn each_endpoint_takes_exactly_the_described_methods() {
    let mut server = TestServer::new().await;
    server.state.metrics_token = Some("a-token-that-is-long-enough".into());
    server.router = server::router(server.state.clone());
    for endpoint in endpoints() {
        let path = endpoint.description.path;
        let described = DOCUMENT["paths"][path].as_object();
        let described: Vec<_> = described.expect("described").keys().collect();
        for method in [
            "GET", "PUT", "POST", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND",
        ] {
            let lower = method.to_ascii_lowercase();
            let takes = described.contains(&&lower) || path.starts_with("/v1/auth");
            let method = Method::from_bytes(method.as_bytes()).expect("a method");
            let answer = server.send(request(method, path, &[], "")).await;
            let refused = answer.status == StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(refused, !takes, "{lower} {path}");
            assert_ne!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
    // Other paths are not found.
    for path in [
        "/v1/",
        "/v1/keys",
        "/v1/keys/verify/",
        "/v1/openapi.json",
        "/api/v0/other",
    ] {
        let answer = server.get(path, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(DOCUMENT["paths"].get(path).is_none());
    }
    let router = include_str!("../../../src/router.rs");
    let beside = router.split(".route(").skip(1).filter(|route| {
        [
            "\"/v1",
            "\"/api/v0",
            "\"/openapi",
            "\"/healthz",
            "\"/readyz",
            "\"/metrics",
        ]
        .iter()
        .any(|start| route.trim_start().starts_with(start))
            && !route.contains("{*other}")
    });
    assert_eq!(beside.count(), 0, "an endpoint is not in the list");
}

/// Calls `look` with the path and the value of every object and text of a document.
fn walk(place: &str, value: &Value, look: &mut impl FnMut(&str, &Value)) {
    look(place, value);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                walk(&format!("{place}/{}", escaped(name)), value, look);
            }
        }
        Value::Array(items) => {
            for (n, value) in items.iter().enumerate() {
                walk(&format!("{place}/{n}"), value, look);
            }
        }
        _ => {}
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

/// Fails if a value of `here` that is not empty is missing in `there`.
fn assert_same(place: &str, here: &Value, there: &Value) {
    match (here, there) {
        (Value::Object(here), Value::Object(there)) => {
            for (name, value) in here {
                let place = format!("{place}/{name}");
                match there.get(name) {
                    Some(other) => assert_same(&place, value, other),
                    None => assert!(is_empty(value), "{place} has no meaning"),
                }
            }
        }
        (Value::Array(here), Value::Array(there)) => {
            assert_eq!(here.len(), there.len(), "{place}");
            for (n, (here, there)) in here.iter().zip(there).enumerate() {
                assert_same(&format!("{place}/{n}"), here, there);
            }
        }
        _ => assert_eq!(here, there, "{place}"),
    }
}
