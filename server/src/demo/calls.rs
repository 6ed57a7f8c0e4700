//! A few calls of just now, decided by the gate itself: single requests to be looked at.

use super::sources;
use crate::request::new_id;
use domain::key::{issued::IssuedKey, scope::ScopeSet, token::format_secret};
use domain::origin::Origin;
use management::{Keyring, ManagementError};
use telemetry::Source;
use verification::{Call, Entropy, Route, SystemEntropy};

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

/// Whoever left the company, at home.
const FORMER: Source = Source {
    address: "198.18.12.7",
    route: "GET /products",
    scope: "product:read",
    user_agent: "relaunch-tools/0.9",
};
/// Nobody has seen this client here before.
const NEWCOMER: Source = Source {
    address: "192.0.2.44",
    route: "GET /customers/{id}",
    scope: "customer:read",
    user_agent: "postman-runtime/7.43",
};
/// Wrong passwords, one more than are looked at.
const GUESSES: usize = 21;

/// Calls from each of a key's sources, and some that are refused or odd.
pub(super) fn just_now(keyring: &Keyring, name: &str, issued: &IssuedKey) {
    let own = sources::of(name).first().map(|part| part.source);
    let present = |source| call(keyring, issued, &issued.secret, source, false);
    match name {
        "Contractor laptop" => (0..3).for_each(|_| present(FORMER)),
        // Nobody told the nightly job, the pipeline, the partner and the shelves.
        "Data warehouse" | "Load test" | "Partner feed" | "Inventory scanner" => {
            own.into_iter().for_each(present);
        }
        "Continuous integration" => {
            let wrong = wrong(issued);
            (0..7).for_each(|_| call(keyring, issued, &wrong, NEWCOMER, false));
            if let Some(own) = own {
                with(issued, "", own, false, |call| {
                    keyring.report_credentials_in_query(call)
                });
            }
        }
        _ => {}
    }
    if !CALLING.contains(&name) {
        return;
    }
    let all = sources::of(name).iter().map(|part| part.source);
    all.chain([NOT_HELD, STRANGER]).for_each(present);
    call(keyring, issued, &wrong(issued), STRANGER, false);
    if name == "Accounting sync" {
        // A deploy wants more than its key may do.
        (0..5).for_each(|_| present(NOT_HELD));
    }
    if name == "Mobile app backend" {
        present(NEWCOMER);
        // Somebody has put the secret into a page.
        if let Some(own) = own {
            call(keyring, issued, &issued.secret, own, true);
        }
    }
}

/// Somebody tries passwords for a member of the account.
///
/// # Errors
/// Where the database fails.
pub(super) async fn guess_passwords(keyring: &Keyring, email: &str) -> Result<(), ManagementError> {
    for _ in 0..GUESSES {
        let origin = Origin {
            address: STRANGER.address.parse().ok(),
            user_agent: STRANGER.user_agent.to_owned(),
            request_id: new_id().to_string(),
        };
        keyring.sign_in(email, "a guess", None, &origin).await?;
    }
    Ok(())
}

/// A secret of the right form that nobody was given.
fn wrong(issued: &IssuedKey) -> String {
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
        request_id: &new_id(),
        browser,
    });
}
