//! What every proxy is tried with.

use super::listen;
use crate::house::House;
use axum::{Router, routing::any};
use domain::key::{
    Environment, KeyDraft,
    expiry::Expiry,
    ip_rule::IpRules,
    issued::IssuedKey,
    name::{Description, KeyName},
    rate_limit::RateLimit,
};
use http::HeaderMap;
use keyring::{Issue, Owner};
use std::{env, net::SocketAddr, path::PathBuf};

/// A proxy's program. `cargo xtask test` names it by `LATCHKEY_TEST_` and its name, so that a test is never left out there.
pub fn program(name: &str) -> Option<PathBuf> {
    let variable = format!("LATCHKEY_TEST_{}", name.to_uppercase());
    if let Some(named) = env::var_os(&variable) {
        return Some(named.into());
    }
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|program| program.is_file());
    if found.is_none() {
        eprintln!("skipped: {name} is not installed, and {variable} is not set");
    }
    found
}

/// A service that answers with the headers that reached it.
pub async fn service() -> SocketAddr {
    let (listener, address) = listen().await;
    let router = Router::new().fallback(any(async |headers: HeaderMap| format!("{headers:?}")));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A key with one call a minute.
pub async fn limited(house: &House, owner: &Owner) -> IssuedKey {
    let draft = KeyDraft {
        name: KeyName::parse("Limited").expect("a name"),
        description: Description::default(),
        environment: Environment::Live,
        scopes: "invoice:read".parse().expect("a scope"),
        expiry: Expiry::Never,
        ip_rules: IpRules::default(),
        rate_limit: Some(RateLimit {
            requests: 1,
            window_ms: 60_000,
        }),
    };
    let fresh = owner.fresh().expect("signed in a moment ago");
    match fresh
        .issue(draft, house.keyring.new_idempotency_key())
        .await
    {
        Ok(Issue::New(key)) => key,
        other => panic!("no key: {other:?}"),
    }
}
