//! Cookies of the request and of the response.

use super::{SessionToken, headers, site};
use crate::{
    context::{Site, Theme},
    toast::ReportedChange,
};
use cookie::{Cookie, CookieBuilder, SameSite};
use domain::{key::change::fingerprint, passkey::CHALLENGE_LIFETIME};
use http::{HeaderMap, HeaderName, HeaderValue, header, request::Parts};
use leptos::prelude::{provide_context, use_context};
use leptos_axum::ResponseOptions;
use management::{DEVICE_LIFETIME, PendingSignIn, SignedIn};

const YEAR: cookie::time::Duration = cookie::time::Duration::days(365);
/// The cookie of a session.
const SESSION: &str = "latchkey";
/// The beginning of the name of a cookie with the change that one page reports.
const DONE: &str = "latchkey-done";
/// The header by which a function tells the server what it changed. It does not leave the server.
pub const CHANGE: HeaderName = HeaderName::from_static("latchkey-change");
/// A page that comes later does not report it.
const DONE_FOR: cookie::time::Duration = cookie::time::Duration::minutes(1);
/// The cookie of a sign-in that waits for a code.
const PENDING: &str = "latchkey-sign-in";
/// The cookie of a browser that was asked for a passkey alone.
const PASSKEY: &str = "latchkey-passkey";
const PASSKEY_FOR: cookie::time::Duration =
    cookie::time::Duration::milliseconds(CHALLENGE_LIFETIME);
/// The cookie of a browser that is known to its person.
pub const DEVICE: &str = "latchkey-device";
/// The cookie of a browser that is at the identity provider.
pub const PROVIDER_SIGN_IN: &str = "latchkey-oidc";
const PROVIDER_SIGN_IN_FOR: cookie::time::Duration = cookie::time::Duration::minutes(10);
/// Tells a browser to delete what it stores of a site (Clear-Site-Data, W3C).
pub const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");
/// Maximum length of a cookie's value that is read.
const MAX_COOKIE_BYTES: usize = 512;

/// Sets the cookies of a new session and its device. The rest of the request belongs to this session.
pub fn start_session(signed_in: &SignedIn) {
    for header in session(&site(), signed_in).into_iter().flatten() {
        append(header);
    }
    if let Some(mut parts) = use_context::<Parts>() {
        let token = SessionToken(signed_in.token.clone());
        parts.extensions.insert(token);
        provide_context(parts);
    }
}

/// Reads the session cookie of a request.
pub fn session_token(site: &Site, request: &HeaderMap) -> Option<SessionToken> {
    cookie_value(request, &site.cookie(SESSION)).map(SessionToken)
}

/// The session that a response starts: the last one, as for a browser.
pub fn started_session(site: &Site, response: &HeaderMap) -> Option<SessionToken> {
    let name = site.cookie(SESSION);
    response
        .get_all(header::SET_COOKIE)
        .iter()
        .filter_map(|line| Cookie::parse(line.to_str().ok()?).ok())
        .rfind(|cookie| cookie.name() == name && !cookie.value().is_empty())
        .map(|cookie| SessionToken(cookie.value().to_owned()))
}

/// The cookies of a session and its device, for a response that is not rendered as a page.
pub fn session(site: &Site, signed_in: &SignedIn) -> [Option<HeaderValue>; 2] {
    let session = http_only(site.cookie(SESSION), &signed_in.token);
    let device = http_only(site.cookie(DEVICE), &signed_in.device);
    let known_for = cookie::time::Duration::milliseconds(DEVICE_LIFETIME);
    [session, device.max_age(known_for)].map(|cookie| header_of(cookie, site))
}

/// The cookie of a browser that is at the identity provider.
pub fn provider_sign_in(site: &Site, value: &str) -> Option<HeaderValue> {
    let cookie = http_only(site.cookie(PROVIDER_SIGN_IN), value);
    header_of(cookie.max_age(PROVIDER_SIGN_IN_FOR), site)
}

/// Deletes the cookie of a browser that is at the identity provider.
pub fn end_provider_sign_in(site: &Site) -> Option<HeaderValue> {
    let cookie = http_only(site.cookie(PROVIDER_SIGN_IN), "");
    header_of(cookie.max_age(cookie::time::Duration::ZERO), site)
}

/// The cookie by which the page at an address says what was changed.
pub fn done(site: &Site, done: impl Into<ReportedChange>, address: &str) -> Option<HeaderValue> {
    let value = done.into().to_string();
    let cookie = http_only(done_cookie(site, address), &value);
    header_of(cookie.max_age(DONE_FOR), site)
}

/// The name of that cookie. Each page has its own, so that one in another tab does not take it.
fn done_cookie(site: &Site, address: &str) -> String {
    let page = address.split('#').next().unwrap_or_default();
    site.cookie(&format!("{DONE}-{}", fingerprint([page])))
}

/// The change that a function has reported, by the headers of its response.
pub fn reported_change(response: &HeaderMap) -> Option<ReportedChange> {
    ReportedChange::parse(response.get(CHANGE)?.to_str().ok()?)
}

/// Deletes the cookie of the session, and the pages that the browser keeps of it. Other cookies stay: that of the browser's device
/// makes its next sign-in a known one.
pub fn end_session() {
    let ended = http_only(site().cookie(SESSION), "");
    set_cookie(ended.max_age(cookie::time::Duration::ZERO));
    if let Some(answer) = use_context::<ResponseOptions>() {
        let value = HeaderValue::from_static("\"cache\", \"storage\"");
        answer.insert_header(CLEAR_SITE_DATA, value);
    }
}

/// The cookie of a sign-in that waits for a code, for a response that is not rendered as a page.
pub fn pending(site: &Site, pending: &PendingSignIn) -> Option<HeaderValue> {
    header_of(http_only(site.cookie(PENDING), &pending.token), site)
}

/// Sets the cookie of a sign-in that waits for a code.
pub fn begin_pending_sign_in(pending: &PendingSignIn) {
    set_cookie(http_only(site().cookie(PENDING), &pending.token));
}

/// The sign-in of this browser that waits for a code.
pub fn pending_sign_in() -> Option<String> {
    cookie(&site().cookie(PENDING))
}

/// Deletes the cookie of a sign-in that waits for a code.
pub fn end_pending_sign_in() {
    let ended = http_only(site().cookie(PENDING), "");
    set_cookie(ended.max_age(cookie::time::Duration::ZERO));
}

/// Sets the cookie with the token by which a browser may answer its challenges for a passkey alone.
pub fn begin_passkey_sign_in(token: &str) {
    set_cookie(http_only(site().cookie(PASSKEY), token).max_age(PASSKEY_FOR));
}

/// Reads the token by which the browser may answer its challenges for a passkey alone.
pub fn passkey_sign_in() -> Option<String> {
    cookie(&site().cookie(PASSKEY))
}

/// Deletes the cookie with that token.
pub fn end_passkey_sign_in() {
    let ended = http_only(site().cookie(PASSKEY), "");
    set_cookie(ended.max_age(cookie::time::Duration::ZERO));
}

/// The device that this browser was given at an earlier sign-in.
pub fn device() -> Option<String> {
    cookie(&site().cookie(DEVICE))
}

/// Sets the cookie of the chosen theme, for a year.
pub fn remember_theme(theme: Theme) {
    set_cookie(Cookie::build((theme_cookie(), theme.as_str())).max_age(YEAR));
}

/// The cookie of the theme. It is not secret, so its name has no prefix.
fn theme_cookie() -> String {
    let site = Site {
        secure: false,
        ..site()
    };
    site.cookie("latchkey-theme")
}

/// The chosen theme.
pub fn theme() -> Theme {
    cookie(&theme_cookie()).map_or(Theme::System, |word| Theme::parse(&word))
}

/// Lets the page that follows this function report a change.
pub fn say_done(done: impl Into<ReportedChange>) {
    if let Some(answer) = use_context::<ResponseOptions>()
        && let Ok(change) = HeaderValue::from_str(&done.into().to_string())
    {
        answer.insert_header(CHANGE, change);
    }
}

/// Takes the change that this page reports. It is reported once.
pub fn take_done() -> Option<ReportedChange> {
    let page = use_context::<Parts>()?.uri;
    let name = done_cookie(&site(), page.path_and_query()?.as_str());
    let done = cookie(&name)?;
    set_cookie(http_only(name, "").max_age(cookie::time::Duration::ZERO));
    ReportedChange::parse(&done)
}

/// Passes the change that this page would report to the page at an address, which reports it instead.
pub fn pass_done_on(address: &str) {
    if let Some(header) = take_done().and_then(|change| done(&site(), change, address)) {
        append(header);
    }
}

fn cookie(name: &str) -> Option<String> {
    cookie_value(&headers()?, name)
}

/// Returns the value of the first cookie with a name; `None` where it is empty or longer than 512 bytes.
pub fn cookie_value(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|cookie| cookie.name() == name)
        .map(|cookie| cookie.value_trimmed().to_owned())
        .filter(|value| (1..=MAX_COOKIE_BYTES).contains(&value.len()))
}

fn http_only(name: String, value: &str) -> CookieBuilder<'_> {
    Cookie::build((name, value)).http_only(true)
}

fn set_cookie(cookie: CookieBuilder<'_>) {
    if let Some(header) = header_of(cookie, &site()) {
        append(header);
    }
}

/// The header that sets a cookie of a site.
fn header_of(cookie: CookieBuilder<'_>, site: &Site) -> Option<HeaderValue> {
    let cookie = cookie
        .path("/")
        .same_site(SameSite::Lax)
        .secure(site.secure)
        .build();
    let mut header = HeaderValue::from_str(&cookie.to_string()).ok()?;
    header.set_sensitive(true);
    Some(header)
}

fn append(header: HeaderValue) {
    if let Some(answer) = use_context::<ResponseOptions>() {
        answer.append_header(header::SET_COOKIE, header);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_sessions_in_a_response_the_last_one_counts_as_in_a_browser() {
        let mut headers = HeaderMap::new();
        for line in [
            "latchkey=one; Path=/",
            "latchkey=two; Path=/",
            "other=three",
        ] {
            headers.append(header::SET_COOKIE, HeaderValue::from_static(line));
        }
        let started = started_session(&Site::default(), &headers);
        assert_eq!(started.map(|token| token.0).as_deref(), Some("two"));
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name_and_is_bounded() {
        let (longest, too_long) = ("x".repeat(512), "x".repeat(513));
        for (line, found) in [
            ("latchkey=abc", Some("abc")),
            ("a=b; latchkey=abc; c=d", Some("abc")),
            ("latchkey-theme=dark;latchkey=abc", Some("abc")),
            ("latchkey=\"abc\"", Some("abc")),
            (&format!("latchkey={longest}"), Some(longest.as_str())),
            (&format!("latchkey={too_long}"), None),
            ("xlatchkey=abc", None),
            ("latchkey=", None),
            ("latchkey", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            let line = HeaderValue::from_str(line).expect("a value");
            headers.append(header::COOKIE, HeaderValue::from_static("other=1"));
            headers.append(header::COOKIE, line.clone());
            let value = cookie_value(&headers, "latchkey");
            assert_eq!(value.as_deref(), found, "{line:?}");
        }
    }
}
