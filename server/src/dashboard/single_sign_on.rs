//! Signing in through an identity provider: `GET /sign-in/oidc` leads there, `GET /sign-in/oidc/callback` is where it leads back. Both
//! are visits of a browser without a form: the provider's page is on another site.

use super::{pages, same_origin::is_own_visit};
use crate::{AppState, request};
use app::{
    context::{SessionToken, Site, cookie_value, cookies},
    routes::{self, local_path},
    toast::Done,
};
use axum::{
    extract::{Request, State},
    response::{IntoResponse, Redirect, Response},
};
use http::{HeaderValue, Method, header};
use management::{
    BegunSignIn, Browser, ManagementError, ProviderOutcome, ProviderRefusal, ProviderResponse,
    SignInGoal,
};
use std::collections::BTreeMap;

/// Maximum length of a query.
const MAX_QUERY_BYTES: usize = 8 * 1024;

/// Leads the browser to the provider. `next` is where it goes on, `for` what for: to sign in, `confirm` or `link`.
pub async fn begin(State(state): State<AppState>, request: Request) -> Response {
    if state.keyring.identity_provider().settings().is_none() {
        return pages::not_found(State(state), request).await;
    }
    let (site, query) = (site(&request), query(&request));
    let next = query
        .get("next")
        .and_then(|next| local_path(next))
        .filter(|next| !next.starts_with("/sign-in"))
        .unwrap_or("/");
    let goal = match query.get("for").map(String::as_str) {
        None => SignInGoal::SignIn,
        Some(wanted) => {
            let session = match session_token(&request) {
                Some(token) => state.keyring.sessions().find(&token).await,
                None => Ok(None),
            };
            match (session, wanted) {
                (Ok(Some(session)), "confirm")
                    if is_own_visit(request.headers(), &site.origin, true) =>
                {
                    SignInGoal::Confirm(session.id())
                }
                // Of a page of this server only: another site must not choose the identity that is linked.
                (Ok(Some(session)), "link")
                    if session.is_fresh()
                        && is_own_visit(request.headers(), &site.origin, false) =>
                {
                    SignInGoal::Link(session.id())
                }
                (Ok(Some(_)), _) => {
                    let path = routes::after_single_sign_on(routes::PROFILE, "not-started", "");
                    return no_store(Redirect::to(&path).into_response());
                }
                (Ok(None), _) => {
                    let path = routes::with_query("/sign-in", &[("next", next)]);
                    return Redirect::to(&path).into_response();
                }
                (Err(error), _) => return failed(&request, &error, next),
            }
        }
    };
    // HEAD begins no sign-in.
    if request.method() == Method::HEAD {
        return no_store(().into_response());
    }
    match state
        .keyring
        .identity_provider()
        .begin(goal, next, &callback(&site))
        .await
    {
        Ok(Ok(BegunSignIn { location, cookie })) => {
            let response = Redirect::to(&location).into_response();
            with_cookies(response, [cookies::provider_sign_in(&site, &cookie)])
        }
        Ok(Err(why)) => refused(goal, why, next),
        Err(error) => failed(&request, &error, next),
    }
}

/// Takes the provider's response.
pub async fn callback_page(State(state): State<AppState>, request: Request) -> Response {
    if state.keyring.identity_provider().settings().is_none() {
        return pages::not_found(State(state), request).await;
    }
    if request.method() == Method::HEAD {
        return no_store(().into_response());
    }
    let (site, query) = (site(&request), query(&request));
    let cookie = cookie_value(request.headers(), &site.cookie(cookies::PROVIDER_SIGN_IN));
    let redirect_uri = callback(&site);
    let get = |name: &str| query.get(name).map(String::as_str);
    let response = ProviderResponse {
        cookie: cookie.as_deref(),
        state: get("state"),
        code: get("code"),
        error: get("error"),
        issuer: get("iss"),
        redirect_uri: &redirect_uri,
    };
    let session = session_token(&request);
    let device = cookie_value(request.headers(), &site.cookie(cookies::DEVICE));
    let browser = Browser {
        device: device.as_deref(),
        session: session.as_deref(),
        passkey: None,
    };
    let origin = request::origin(&request);
    let provider = state.keyring.identity_provider();
    let wanted = provider.wanted_page(response).unwrap_or_default();
    let outcome = provider.complete(response, browser, &origin).await;
    // The cookie stays then: the response that belongs to it may still come.
    let unmatched = matches!(
        outcome,
        Ok(ProviderOutcome::Refused(ProviderRefusal::Unmatched))
    );
    let ended = cookies::end_provider_sign_in(&site).filter(|_| !unmatched);
    let response = match outcome {
        Ok(ProviderOutcome::SignedIn(signed_in, next)) => with_cookies(
            Redirect::to(&next).into_response(),
            cookies::session(&site, &signed_in),
        ),
        Ok(ProviderOutcome::CodeRequired(pending, next)) => with_cookies(
            Redirect::to(&routes::sign_in_code(&next)).into_response(),
            [cookies::pending(&site, &pending)],
        ),
        Ok(ProviderOutcome::Confirmed(signed_in, next)) => with_cookies(
            said(&site, &next, Done::IdentityConfirmed),
            cookies::session(&site, &signed_in),
        ),
        Ok(ProviderOutcome::Linked(next)) => said(&site, &next, Done::IdentityLinked),
        Ok(ProviderOutcome::Refused(why)) => {
            // A person who is signed in is told on the profile.
            let signed_in = match &session {
                Some(token) => state.keyring.sessions().find(token).await.ok().flatten(),
                None => None,
            };
            let (place, next) = if signed_in.is_some() {
                (routes::PROFILE, "")
            } else {
                (routes::SIGN_IN, wanted.as_str())
            };
            Redirect::to(&routes::after_single_sign_on(place, word(why), next)).into_response()
        }
        Err(error) => failed(&request, &error, &wanted),
    };
    with_cookies(response, [ended])
}

fn said(site: &Site, next: &str, done: Done) -> Response {
    let response = Redirect::to(next).into_response();
    with_cookies(response, [cookies::done(site, done, next)])
}

/// The sign-in page still leads to `next`.
fn refused(goal: SignInGoal, why: ProviderRefusal, next: &str) -> Response {
    let (place, next) = match goal {
        SignInGoal::SignIn => (routes::SIGN_IN, next),
        SignInGoal::Confirm(_) | SignInGoal::Link(_) => (routes::PROFILE, ""),
    };
    no_store(Redirect::to(&routes::after_single_sign_on(place, word(why), next)).into_response())
}

/// The word for a refusal in the address of the page that tells about it.
const fn word(why: ProviderRefusal) -> &'static str {
    match why {
        ProviderRefusal::Expired | ProviderRefusal::Unmatched => "expired",
        ProviderRefusal::TooMany => "too-many",
        ProviderRefusal::NoSignInTime => "no-sign-in-time",
        ProviderRefusal::Declined => "declined",
        ProviderRefusal::Unavailable => "unavailable",
        ProviderRefusal::Invalid => "invalid",
        ProviderRefusal::NoAccess => "no-access",
        ProviderRefusal::AddressTaken => "address-taken",
        ProviderRefusal::OtherPerson => "other-person",
        ProviderRefusal::AlreadyLinked => "already-linked",
    }
}

/// The address that the provider sends browsers to.
fn callback(site: &Site) -> String {
    format!("{}{}", site.origin, routes::SINGLE_SIGN_ON_CALLBACK)
}

fn site(request: &Request) -> Site {
    request.extensions().get().cloned().unwrap_or_default()
}

fn session_token(request: &Request) -> Option<String> {
    let token = request.extensions().get::<SessionToken>();
    token.map(|token| token.0.clone())
}

/// The parameters of the address. A repeated parameter counts as missing, so that no two readers take different values.
fn query(request: &Request) -> BTreeMap<String, String> {
    let text = request.uri().query().unwrap_or_default();
    if text.len() > MAX_QUERY_BYTES {
        return BTreeMap::new();
    }
    let mut found: BTreeMap<String, Option<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        let value = value.into_owned();
        found
            .entry(name.into_owned())
            .and_modify(|value| *value = None)
            .or_insert(Some(value));
    }
    found
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
        .collect()
}

fn failed(request: &Request, error: &ManagementError, next: &str) -> Response {
    let reference = request::request_id(request.extensions());
    tracing::error!(%error, reference = &*reference, "single sign-on failed");
    let path = routes::after_single_sign_on(routes::SIGN_IN, "failed", next);
    no_store(Redirect::to(&path).into_response())
}

fn no_store(mut response: Response) -> Response {
    let value = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, value);
    response
}

fn with_cookies(
    response: Response,
    cookies: impl IntoIterator<Item = Option<HeaderValue>>,
) -> Response {
    let mut response = no_store(response);
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
