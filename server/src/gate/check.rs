//! Authentication and authorization of a call.

use super::problem::Problem;
use crate::{
    AppState,
    head::{Head, user_agent},
};
use contract::{Code, credentials};
use domain::{
    key::{scope::ScopeSet, token::KeyId},
    verdict::Verdict,
};
use http::{HeaderMap, HeaderName, header};
use std::{borrow::Cow, collections::BTreeSet};
use verification::{Call, Caller, Route};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
/// Maximum number of key ids that are reported of one request, so that it cannot fill the log.
const MAX_REPORTED_KEYS: usize = 4;

/// Verifies the credentials of a request, which must have all of these scopes.
///
/// # Errors
/// The refusal for the client.
pub fn check<'a>(
    state: &AppState,
    head: impl Into<Head<'a>>,
    required: ScopeSet,
) -> Result<Caller, Problem> {
    let head = head.into();
    let route = Route {
        method: head.method.as_str(),
        path: head.uri.path(),
    };
    check_for(state, &head, head.uri.query(), Some(required), route)
}

/// Like [`check`], for a call whose route is not the endpoint that it came to. `required` is `None` where a required scope
/// does not exist, which is reported after the credentials have been read. `query` is the endpoint's own query.
///
/// # Errors
/// The refusal for the client.
pub fn check_for(
    state: &AppState,
    head: &Head<'_>,
    query: Option<&str>,
    required: Option<ScopeSet>,
    route: Route<'_>,
) -> Result<Caller, Problem> {
    let outcome = decide(state, head, query, required, route);
    let refusal = outcome.as_ref().err().map(Problem::code);
    state.metrics.count_decision(refusal);
    outcome
}

fn decide(
    state: &AppState,
    head: &Head<'_>,
    query: Option<&str>,
    required: Option<ScopeSet>,
    route: Route<'_>,
) -> Result<Caller, Problem> {
    let refuse =
        |code| Problem::new(state, head.id.clone(), code).required(required.unwrap_or_default());
    let call = Call {
        key: "",
        secret: "",
        address: head.address,
        scopes: required.unwrap_or_default(),
        user_agent: user_agent(head.headers),
        route,
        within: None,
        request_id: head.id,
        browser: is_from_browser(head.headers),
    };
    let presented = credentials::read(head.headers, query);
    if matches!(presented, Err(Code::CredentialsInQuery)) {
        for key in key_ids_in(head) {
            state
                .keyring
                .report_credentials_in_query(&Call { key: &key, ..call });
        }
    }
    let presented = presented.map_err(refuse)?;
    let required = required.ok_or_else(|| refuse(Code::UnknownScope))?;
    if !state.can_verify() {
        return Err(refuse(Code::VerificationUnavailable));
    }
    let decision = state.verify(&Call {
        key: presented.key(),
        secret: presented.secret(),
        ..call
    });
    match (decision.verdict, decision.caller) {
        (Verdict::Accepted, Some(caller)) => Ok(caller),
        // An accepted call always has a caller; without one the gate fails closed.
        (Verdict::Accepted, None) => Err(refuse(Code::VerificationUnavailable)),
        (verdict, caller) => Err(Problem::of_verdict(state, head, verdict)
            .required(required)
            .caller(caller)),
    }
}

/// Whether a browser sent the request. (`Sec-Fetch-Mode` says nothing: the `fetch` of Node.js sends it too.)
fn is_from_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) || headers.contains_key(SEC_FETCH_SITE)
}

/// Returns the public key ids in the header and the query of a request that is refused for its query.
fn key_ids_in(head: &Head<'_>) -> BTreeSet<String> {
    let query = head.uri.query().unwrap_or_default();
    let header = head.headers.get(credentials::X_CLIENT_KEY);
    let header = header.and_then(|value| value.to_str().ok());
    let query = form_urlencoded::parse(query.as_bytes()).flat_map(|(name, value)| [name, value]);
    header
        .map(Cow::Borrowed)
        .into_iter()
        .chain(query)
        .filter(|text| text.parse::<KeyId>().is_ok())
        .take(MAX_REPORTED_KEYS)
        .map(Cow::into_owned)
        .collect()
}
