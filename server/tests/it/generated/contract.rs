//! Requests generated from `/openapi.json`: every response must be described there.

use super::{rounds, values::Dice};
use base64::{Engine, engine::general_purpose::STANDARD};
use domain::key::{Environment, issued::IssuedKey, token};
use http::{HeaderValue, Method};
use std::collections::BTreeSet;
use test_server::described::DOCUMENT;
use test_server::{TestServer, request};

const METRICS_TOKEN: &str = "a-token-that-is-long-enough";

/// The methods that OpenAPI can describe.
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Returns any text that is a valid header value.
fn any_header_value(text: &str) -> Option<String> {
    HeaderValue::from_bytes(text.as_bytes())
        .ok()
        .map(|_| text.to_owned())
}

/// Returns credentials, usually valid ones.
fn credentials(dice: &Dice, keys: &[IssuedKey]) -> Vec<(&'static str, String)> {
    let key = dice.pick(keys);
    let (mut id, mut secret) = (key.id.to_string(), key.secret.clone());
    if dice.once_in(6) {
        id = dice.text();
    }
    if dice.once_in(6) {
        secret = token::format_secret(Environment::Live, &[9; 32]);
    }
    if dice.once_in(10) {
        secret = dice.text();
    }
    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    match dice.below(10) {
        0 => vec![],
        1 => vec![("authorization", basic)],
        2 => vec![("authorization", dice.text())],
        5 => vec![("authorization", format!("Bearer {METRICS_TOKEN}"))],
        3 => vec![
            ("x-client-key", id.clone()),
            ("x-client-secret", secret),
            ("x-client-key", id),
        ],
        4 => vec![
            ("x-client-key", id),
            ("x-client-secret", secret),
            ("authorization", basic),
        ],
        _ => vec![("x-client-key", id), ("x-client-secret", secret)],
    }
}

#[tokio::test]
async fn every_response_to_a_generated_request_is_described() {
    let mut server = TestServer::with_users().await;
    server.state.metrics_token = Some(METRICS_TOKEN.into());
    server.router = server::router(server.state.clone());
    let owner = server.owner().await;
    let dice = Dice::new(23);
    let paths = DOCUMENT["paths"].as_object().expect("paths");
    for (path, operations) in paths {
        let described: Vec<_> = METHODS
            .into_iter()
            .filter(|method| operations.get(*method).is_some())
            .collect();
        let mut statuses = BTreeSet::new();
        for round in 0..rounds(60) {
            // The key may have revoked itself.
            let keys = [
                server
                    .key(&owner, "invoice:read key:verify health:read", "")
                    .await,
                server.key(&owner, "invoice:read", "192.0.2.1").await,
            ];
            let method = if dice.once_in(10) {
                *dice.pick(&METHODS)
            } else {
                *dice.pick(&described)
            };
            let operation = &operations[method];
            let mut lines = credentials(&dice, &keys);
            let mut query = form_urlencoded::Serializer::new(String::new());
            let mut target = path.clone();
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().expect("a name");
                let value = dice.value(&DOCUMENT, &parameter["schema"], 0);
                let values = value.as_array().cloned().unwrap_or_else(|| vec![value]);
                for value in values {
                    let text = value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned);
                    match parameter["in"].as_str() {
                        Some("query") => _ = query.append_pair(name, &text),
                        Some("header") => lines.push(("idempotency-key", text)),
                        Some("path") => {
                            let text: String =
                                form_urlencoded::byte_serialize(text.as_bytes()).collect();
                            target = target.replace(&format!("{{{name}}}"), &text);
                        }
                        other => panic!("{path} has a parameter in {other:?}"),
                    }
                }
            }
            if dice.once_in(8) {
                query.append_pair(&dice.text(), &dice.text());
            }
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = match schema.is_null() {
                true if dice.once_in(4) => dice.text(),
                true => String::new(),
                false if dice.once_in(8) => dice.text(),
                false => dice.value(&DOCUMENT, schema, 0).to_string(),
            };
            if !schema.is_null() && !dice.once_in(8) {
                lines.push(("content-type", "application/json".into()));
            }
            if dice.once_in(8) {
                lines.push(("x-forwarded-for", dice.text()));
                lines.push(("peer", "10.0.0.1".into()));
            }
            let lines: Vec<_> = lines
                .into_iter()
                .filter_map(|(name, value)| Some((name, any_header_value(&value)?)))
                .collect();
            let lines: Vec<_> = lines
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            let query = query.finish();
            let address = if query.is_empty() {
                target
            } else {
                format!("{target}?{query}")
            };
            let verb =
                Method::from_bytes(method.to_ascii_uppercase().as_bytes()).expect("a method");
            // `send` checks each response against the document.
            let answer = server.send(request(verb, &address, &lines, &body)).await;
            let status = answer.status.as_u16();
            assert!(
                status != 500,
                "round {round}: {method} {address}: {}",
                answer.body
            );
            statuses.insert(status);
        }
        let open = operations[described[0]]["security"]
            .as_array()
            .is_none_or(Vec::is_empty);
        assert!(
            open || statuses.len() > 2,
            "{path} was not asked for much: {statuses:?}"
        );
    }
}

#[test]
fn the_document_describes_every_endpoint_of_the_router() {
    let described: BTreeSet<_> = DOCUMENT["paths"]
        .as_object()
        .expect("paths")
        .keys()
        .cloned()
        .collect();
    let served: BTreeSet<_> = server::router::endpoints()
        .iter()
        .map(|endpoint| endpoint.description.path.to_owned())
        .collect();
    assert_eq!(served, described);
}
