//! The door for machines: presents a key, gets a verdict. Nothing here awaits the keyring on the way to a verdict.

pub mod client_address;
pub mod credentials;
pub mod forward_auth;
pub mod health;
pub mod own_key;
pub mod problem;
pub mod usage;
pub mod verify;
pub mod whoami;
pub mod wire;

use crate::{AppState, request};
use axum::extract::Request;
use domain::{key::scope::ScopeSet, verdict::Verdict};
use keyring::{Call, Caller, Route};
use problem::{Code, Problem};

/// A request whose key may pass.
#[derive(Debug)]
pub struct Passed {
    /// Who called.
    pub caller: Caller,
}

/// Reads the credentials of `request` and asks the keyring.
///
/// # Errors
/// The answer for the client, ready to be sent.
pub fn check(state: &AppState, request: &Request, wanted: ScopeSet) -> Result<Passed, Problem> {
    let route = Route {
        method: request.method().as_str(),
        path: request.uri().path(),
    };
    check_for(state, request, Some(wanted), route)
}

/// As [`check`], for a call that wants something else than the door it came to; `None` where it wants a scope that does
/// not exist, which is said once the credentials have been read.
///
/// # Errors
/// As [`check`].
pub fn check_for(
    state: &AppState,
    request: &Request,
    wanted: Option<ScopeSet>,
    route: Route<'_>,
) -> Result<Passed, Problem> {
    let refuse = |code| Problem::of(state, request, code).required(wanted.unwrap_or_default());
    let presented = credentials::read(request.headers(), request.uri().query()).map_err(refuse)?;
    let wanted = wanted.ok_or_else(|| refuse(Code::UnknownScope))?;
    if !state.can_verify() {
        return Err(refuse(Code::VerificationUnavailable));
    }
    let decision = state.keyring.verify(&Call {
        key: presented.key(),
        secret: presented.secret(),
        address: request::address_of(request.extensions()),
        scopes: wanted,
        user_agent: request::user_agent_of(request.headers()),
        route,
        within: None,
    });
    match (decision.verdict, decision.caller) {
        (Verdict::Accepted, Some(caller)) => Ok(Passed { caller }),
        // Nobody can pass without being somebody.
        (Verdict::Accepted, None) => Err(refuse(Code::VerificationUnavailable)),
        (verdict, caller) => Err(Problem::of_verdict(state, request, verdict)
            .required(wanted)
            .caller(caller)),
    }
}
