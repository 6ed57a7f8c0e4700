//! What every proxy is tried with.

use super::{
    connection::{Answer, Connection},
    listen, serve,
};
use crate::house::House;
use axum::{Router, routing::any};
use domain::key::{
    Environment, KeyDraft,
    expiry::Expiry,
    ip_rule::IpRules,
    issued::IssuedKey,
    name::{Description, KeyName},
    rate_limit::RateLimit,
    token,
};
use http::HeaderMap;
use management::{Issue, Owner};
use std::{
    env,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

/// A running proxy with its recipe of docs/proxies. It is stopped when it is dropped.
pub trait Proxy: Sized {
    /// The program's.
    const NAME: &str;
    /// A path behind which there is nothing for callers.
    const HIDDEN: &str;
    /// What else a client may write of itself, and the recipe takes away.
    const FORGED: &[(&str, &str)];

    /// Runs the recipe with other ports.
    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self;

    fn address(&self) -> SocketAddr;

    /// What the caller is told beside the service's answer.
    fn assert_passed(_: &Answer) {}

    /// What the caller is told in its place.
    fn assert_refusal(answer: &Answer, status: u16, code: &str);
}

/// A recipe with other texts for its addresses.
pub fn replaced(recipe: &str, addresses: [(&str, String); 3]) -> String {
    let mut recipe = recipe.to_owned();
    for (theirs, ours) in addresses {
        assert!(recipe.contains(theirs));
        recipe = recipe.replace(theirs, &ours);
    }
    recipe
}

async fn get(proxy: &impl Proxy, path: &str, key: &IssuedKey) -> Answer {
    Connection::to(proxy.address()).await.get(path, key).await
}

pub async fn lets_pass_what_the_gate_lets_pass_and_nothing_else<P: Proxy>() {
    let Some(program) = program(P::NAME) else {
        return;
    };
    let house = House::furnished().await;
    let owner = house.owner().await;
    let proxy = P::start(&program, serve(&house).await, service().await);

    let key = house.key(&owner, "invoice:read invoice:create", "").await;
    let id = key.id.to_string();
    let mut lines = vec![
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-latchkey-account-id", "forged"),
        ("x-latchkey-scopes", "forged"),
    ];
    lines.extend(P::FORGED);
    let mut connection = Connection::to(proxy.address()).await;
    let passed = connection.send("GET", "/invoices?page=2", &lines).await;
    assert_eq!(passed.status, 200, "{}", passed.body);
    let app = owner.application();
    for (name, value) in [
        ("x-latchkey-key-id", id.as_str()),
        ("x-latchkey-application-id", &app.id.to_string()),
        ("x-latchkey-account-id", &app.account_id.to_string()),
        ("x-latchkey-scopes", "invoice:read invoice:create"),
    ] {
        let copied = format!("\"{name}\": \"{value}\"");
        assert!(passed.body.contains(&copied), "{copied}: {}", passed.body);
    }
    assert!(!passed.body.contains("forged") && !passed.body.contains(&key.secret));

    let mut wrong = key.clone();
    wrong.secret = token::format_secret(Environment::Live, &[9; 32]);
    let refused = get(&proxy, "/invoices", &wrong).await;
    P::assert_refusal(&refused, 401, "invalid_credentials");
    let nobody = connection.send("GET", "/invoices", &[]).await;
    P::assert_refusal(&nobody, 401, "missing_credentials");
    let twice = [lines[0], lines[1], ("authorization", "Basic eDp5")];
    let twice = connection.send("GET", "/invoices", &twice).await;
    P::assert_refusal(&twice, 400, "ambiguous_credentials");
    let narrow = house.key(&owner, "customer:read", "").await;
    let refused = get(&proxy, "/invoices", &narrow).await;
    P::assert_refusal(&refused, 403, "insufficient_scope");

    let limited = limited(&house, &owner).await;
    let first = get(&proxy, "/invoices", &limited).await;
    assert_eq!(first.status, 200, "{}", first.body);
    P::assert_passed(&first);
    let second = get(&proxy, "/invoices", &limited).await;
    P::assert_refusal(&second, 429, "rate_limited");
    assert_eq!(second.header("retry-after"), "61");

    owner
        .revoke(key.id, "Leaked".into())
        .await
        .expect("revoked");
    let refused = get(&proxy, "/invoices", &key).await;
    P::assert_refusal(&refused, 401, "key_revoked");
    assert_eq!(get(&proxy, P::HIDDEN, &narrow).await.status, 404);
}

pub async fn a_key_knows_the_addresses_of_its_callers<P: Proxy>() {
    let Some(program) = program(P::NAME) else {
        return;
    };
    let house = House::furnished().await;
    let owner = house.owner().await;
    let proxy = P::start(&program, serve(&house).await, service().await);
    let key = house.key(&owner, "invoice:read", "127.0.0.2").await;
    let id = key.id.to_string();
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-forwarded-for", "127.0.0.2"),
    ];
    let mut stranger = Connection::to(proxy.address()).await;
    let refused = stranger.send("GET", "/invoices", &lines).await;
    P::assert_refusal(&refused, 403, "ip_not_allowed");
    // Every address of 127.0.0.0/8 is Linux's own.
    if cfg!(target_os = "linux") {
        let here = Ipv4Addr::new(127, 0, 0, 2).into();
        let mut caller = Connection::from(here, proxy.address()).await;
        let passed = caller.get("/invoices", &key).await;
        assert_eq!(passed.status, 200, "{}", passed.body);
    }
}

pub async fn a_request_has_one_name_and_a_preflight_is_the_services<P: Proxy>() {
    let Some(program) = program(P::NAME) else {
        return;
    };
    let house = House::furnished().await;
    let owner = house.owner().await;
    let proxy = P::start(&program, serve(&house).await, service().await);
    let key = house.key(&owner, "invoice:read", "").await;
    let id = key.id.to_string();
    let mut connection = Connection::to(proxy.address()).await;
    let lines = [
        ("x-client-key", id.as_str()),
        ("x-client-secret", &key.secret),
        ("x-request-id", "the-clients"),
    ];
    let passed = connection.send("GET", "/invoices", &lines).await;
    assert_eq!(passed.status, 200, "{}", passed.body);
    assert!(!passed.body.contains("the-clients"), "{}", passed.body);
    // What the service was told is what the gate has noted.
    let (_, rest) = passed
        .body
        .split_once("\"x-request-id\": \"")
        .expect("a name");
    let name = rest.split('"').next().unwrap_or_default();
    let viewer: &management::Viewer = &owner;
    assert_eq!(viewer.request(name).await.expect("noted").len(), 1);
    assert!(viewer.request("the-clients").await.is_err());

    let preflight = [
        ("origin", "https://app.example.com"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "x-client-key"),
        ("x-latchkey-key-id", "forged"),
        ("x-client-secret", "forged"),
    ];
    let answered = connection.send("OPTIONS", "/invoices", &preflight).await;
    assert_eq!(answered.status, 200, "{}", answered.body);
    assert!(!answered.body.contains("forged"), "{}", answered.body);
    // Nothing else passes without a key, an OPTIONS request neither.
    for lines in [&[] as &[(&str, &str)], &preflight[..1], &preflight[1..2]] {
        let refused = connection.send("OPTIONS", "/invoices", lines).await;
        P::assert_refusal(&refused, 401, "missing_credentials");
    }
    let refused = connection.send("GET", "/invoices", &preflight).await;
    assert_eq!(refused.status, 401, "{}", refused.body);
}

pub async fn nobody_passes_when_the_gate_is_down<P: Proxy>() {
    let Some(program) = program(P::NAME) else {
        return;
    };
    let house = House::furnished().await;
    let key = house.key(&house.owner().await, "invoice:read", "").await;
    // An address at which nobody listens any more.
    let (listener, gate) = listen().await;
    drop(listener);
    let proxy = P::start(&program, gate, service().await);
    let refused = get(&proxy, "/invoices", &key).await;
    P::assert_refusal(&refused, 503, "verification_unavailable");
}

/// A proxy's program. `cargo xtask test` names it by `LATCHKEY_TEST_` and its name, so that a test is never left out there.
fn program(name: &str) -> Option<PathBuf> {
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
async fn service() -> SocketAddr {
    let (listener, address) = listen().await;
    let router = Router::new().fallback(any(async |headers: HeaderMap| format!("{headers:?}")));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// A key with one call a minute.
async fn limited(house: &House, owner: &Owner) -> IssuedKey {
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
