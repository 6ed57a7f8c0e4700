//! A few calls of just now, decided by the gate itself: single requests to be looked at.

use super::sources;
use crate::request::new_id;
use domain::key::{issued::IssuedKey, scope::ScopeSet, token::format_secret};
use keyring::{Call, Entropy, Keyring, Route, Source, SystemEntropy};

/// Who calls.
const CALLING: [&str; 3] = ["Checkout service", "Mobile app backend", "Accounting sync"];
/// A stranger who has found a pair somewhere: refused by the rules of the key that has some.
const STRANGER: Source = Source {
    address: "203.0.113.200",
    route: "GET /customers",
    scope: "",
    user_agent: "python-requests/2.32",
};
/// No key of the demo has it.
const NOT_HELD: Source = Source {
    address: "198.51.100.17",
    route: "DELETE /products/{id}",
    scope: "product:delete",
    user_agent: "ledger-sync/1.8",
};

/// Calls from each of a key's sources, and some that are refused.
pub(super) fn just_now(keyring: &Keyring, name: &str, issued: &IssuedKey) {
    if !CALLING.contains(&name) {
        return;
    }
    let mut random = [0; 32];
    SystemEntropy.fill(&mut random);
    let wrong = format_secret(issued.environment, &random);
    let own = sources::of(name).iter().map(|part| part.source);
    for source in own.chain([NOT_HELD, STRANGER]) {
        call(keyring, issued, &issued.secret, source);
    }
    call(keyring, issued, &wrong, STRANGER);
}

fn call(keyring: &Keyring, issued: &IssuedKey, secret: &str, source: Source) {
    let (method, path) = source.route.split_once(' ').unwrap_or_default();
    keyring.verify(&Call {
        key: &issued.id.to_string(),
        secret,
        address: source.address.parse().ok(),
        scopes: ScopeSet::one(source.scope).unwrap_or_default(),
        user_agent: source.user_agent,
        route: Route { method, path },
        within: None,
        request_id: &new_id(),
        browser: false,
    });
}
