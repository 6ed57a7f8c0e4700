//! Recent calls, decided by the gate itself, for the list of requests.

use super::sources;
use crate::head::new_request_id;
use domain::key::{issued::IssuedKey, scope::ScopeSet, token::format_secret};
use management::Keyring;
use telemetry::Source;
use verification::{Call, Entropy, Route, SystemEntropy};

/// The keys with recent calls.
const ACTIVE_KEYS: [&str; 3] = ["Checkout service", "Mobile app backend", "Accounting sync"];
/// An attacker with a leaked pair; refused by keys with IP rules.
pub(super) const ATTACKER: Source = Source {
    address: "203.0.113.200",
    route: "GET /customers",
    scope: "",
    user_agent: "python-requests/2.32",
};
/// A call with a scope that no key of the demo has.
const MISSING_SCOPE: Source = Source {
    address: "198.51.100.17",
    route: "DELETE /products/{id}",
    scope: "product:delete",
    user_agent: "ledger-sync/1.8",
};

/// A former contractor.
const FORMER_CONTRACTOR: Source = Source {
    address: "198.18.12.7",
    route: "GET /products",
    scope: "product:read",
    user_agent: "relaunch-tools/0.9",
};
/// A client that the account has not seen before.
const NEW_CLIENT: Source = Source {
    address: "192.0.2.44",
    route: "GET /customers/{id}",
    scope: "customer:read",
    user_agent: "postman-runtime/7.43",
};

/// Calls from each of a key's sources, and makes some that are refused or unusual.
pub(super) fn make_recent(keyring: &Keyring, name: &str, issued: &IssuedKey) {
    let own = sources::of(name).first().map(|part| part.source);
    let present = |source| call(keyring, issued, &issued.secret, source, false);
    match name {
        "Contractor laptop" => (0..3).for_each(|_| present(FORMER_CONTRACTOR)),
        // Clients that still use a key that was deactivated, has expired or was replaced, or that was idle.
        "Data warehouse" | "Load test" | "Partner feed" | "Inventory scanner" => {
            own.into_iter().for_each(present);
        }
        "Continuous integration" => {
            let wrong = wrong_secret(issued);
            (0..7).for_each(|_| call(keyring, issued, &wrong, NEW_CLIENT, false));
            if let Some(own) = own {
                with(issued, "", own, false, |call| {
                    keyring.report_credentials_in_query(call);
                });
            }
        }
        _ => {}
    }
    if !ACTIVE_KEYS.contains(&name) {
        return;
    }
    let all = sources::of(name).iter().map(|part| part.source);
    all.chain([MISSING_SCOPE, ATTACKER]).for_each(present);
    call(keyring, issued, &wrong_secret(issued), ATTACKER, false);
    if name == "Accounting sync" {
        // A deployment that needs a scope its key lacks.
        (0..5).for_each(|_| present(MISSING_SCOPE));
    }
    if name == "Mobile app backend" {
        present(NEW_CLIENT);
        // The secret is used in a browser.
        if let Some(own) = own {
            call(keyring, issued, &issued.secret, own, true);
        }
    }
}

/// Returns a well-formed secret that was never issued.
fn wrong_secret(issued: &IssuedKey) -> String {
    let mut random = [0; 32];
    SystemEntropy.fill(&mut random);
    format_secret(issued.environment, &random)
}

fn call(keyring: &Keyring, issued: &IssuedKey, secret: &str, source: Source, browser: bool) {
    with(issued, secret, source, browser, |call| {
        keyring.verify(call);
    });
}

fn with(
    issued: &IssuedKey,
    secret: &str,
    source: Source,
    browser: bool,
    decide: impl FnOnce(&Call<'_>),
) {
    let (method, path) = source.route.split_once(' ').unwrap_or_default();
    decide(&Call {
        key: &issued.id.to_string(),
        secret,
        address: source.address.parse().ok(),
        scopes: ScopeSet::one(source.scope).unwrap_or_default(),
        user_agent: source.user_agent,
        route: Route { method, path },
        within: None,
        request_id: &new_request_id(),
        browser,
    });
}
