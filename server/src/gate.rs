//! The door for machines: presents a key, gets a verdict. Nothing here awaits the keyring on the way to a verdict.

pub mod body;
pub mod forward_auth;
pub mod health;
pub mod openapi;
pub mod own_key;
pub mod problem;
pub mod usage;
pub mod verify;
pub mod whoami;
pub mod wire;

use crate::{AppState, request};
use axum::extract::Request;
pub use contract::{client_address, credentials, object, question};
use domain::{
    key::{scope::ScopeSet, token::KeyId},
    verdict::Verdict,
};
use http::{HeaderMap, HeaderName, header};
use problem::{Code, Problem};
use std::{borrow::Cow, collections::BTreeSet};
use verification::{Call, Caller, Route};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Keys that one request is taken to name, so that nobody fills a log with one line.
const NAMED: usize = 4;

/// For what [`check`] refuses a key; `insufficient_scope` comes in where a door wants a scope.
pub const REFUSALS: [Code; 11] = [
    Code::MissingCredentials,
    Code::AmbiguousCredentials,
    Code::CredentialsInQuery,
    Code::InvalidCredentials,
    Code::KeyRevoked,
    Code::KeyInactive,
    Code::KeyExpired,
    Code::SecretRetired,
    Code::IpNotAllowed,
    Code::RateLimited,
    Code::VerificationUnavailable,
];

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
    check_for(state, request, request.uri().query(), Some(wanted), route)
}

/// As [`check`], for a call that wants something else than the door it came to; `None` where it wants a scope that does
/// not exist, which is said once the credentials have been read. `query` is the door's own, where it has one.
///
/// # Errors
/// As [`check`].
pub fn check_for(
    state: &AppState,
    request: &Request,
    query: Option<&str>,
    wanted: Option<ScopeSet>,
    route: Route<'_>,
) -> Result<Passed, Problem> {
    let outcome = decide(state, request, query, wanted, route);
    let refusal = outcome.as_ref().err().map(Problem::code);
    state.metrics.decided(refusal);
    outcome
}

fn decide(
    state: &AppState,
    request: &Request,
    query: Option<&str>,
    wanted: Option<ScopeSet>,
    route: Route<'_>,
) -> Result<Passed, Problem> {
    let refuse = |code| Problem::of(state, request, code).required(wanted.unwrap_or_default());
    let id = request::id_of(request.extensions());
    let call = Call {
        key: "",
        secret: "",
        address: request::address_of(request.extensions()),
        scopes: wanted.unwrap_or_default(),
        user_agent: request::user_agent_of(request.headers()),
        route,
        within: None,
        request_id: &id,
        browser: is_from_browser(request.headers()),
    };
    let presented = credentials::read(request.headers(), query);
    if matches!(presented, Err(Code::CredentialsInQuery)) {
        for key in named_keys(request) {
            state
                .keyring
                .report_credentials_in_query(&Call { key: &key, ..call });
        }
    }
    let presented = presented.map_err(refuse)?;
    let wanted = wanted.ok_or_else(|| refuse(Code::UnknownScope))?;
    if !state.can_verify() {
        return Err(refuse(Code::VerificationUnavailable));
    }
    let decision = state.verify(&Call {
        key: presented.key(),
        secret: presented.secret(),
        ..call
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

/// Whether a browser sent it. (Not by `Sec-Fetch-Mode`: the `fetch` of Node.js sends that one too.)
fn is_from_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) || headers.contains_key(SEC_FETCH_SITE)
}

/// What could be public key ids in the header and the query of a request that is refused for its query.
fn named_keys(request: &Request) -> BTreeSet<String> {
    let query = request.uri().query().unwrap_or_default();
    let header = request.headers().get(credentials::X_CLIENT_KEY);
    let header = header.and_then(|value| value.to_str().ok());
    let query = form_urlencoded::parse(query.as_bytes()).flat_map(|(name, value)| [name, value]);
    header
        .map(Cow::Borrowed)
        .into_iter()
        .chain(query)
        .filter(|text| text.parse::<KeyId>().is_ok())
        .take(NAMED)
        .map(Cow::into_owned)
        .collect()
}
