//! The server's part of the context.

mod conversions;
pub mod cookies;
mod permissions;

pub use cookies::{
    begin_passkey_sign_in, cookie_value, device, end_passkey_sign_in, end_pending_sign_in,
    end_session, pending_sign_in, remember_theme, say_done, start_session, take_done, theme,
};
pub use permissions::{
    SessionToken, account_owner, authenticated_again, browser_tokens, confirm_password, editor,
    editor_with, enrolling_session, fresh_account_owner, fresh_editor, fresh_owner, fresh_session,
    fresh_viewer, is_signed_in, owner, session, support, viewer, viewer_among_applications,
    viewer_in_passing,
};

use crate::{
    error::AppError,
    posted::Posted,
    routes::{self, UsageAddress},
};
use domain::{origin::Origin, time::Timestamp};
use http::{HeaderMap, StatusCode, header::RETRY_AFTER, request::Parts};
use leptos::{nonce::Nonce, prelude::*};
use leptos_axum::ResponseOptions;
use management::{Admission, ChartQuery, Keyring, SignedIn, Viewer, Zone, ZoneFormat};
use std::sync::{Arc, OnceLock};

/// The time zone of the pages, once it is known: the person's own, or that of the application that a request is about. The server
/// puts it into the request's extensions.
#[derive(Clone, Debug, Default)]
pub struct PageZone(Arc<OnceLock<ZoneFormat>>);

impl PageZone {
    /// A request is about one application.
    fn set(&self, viewer: &Viewer) {
        self.0.get_or_init(|| viewer.zone().format());
    }
}

/// Shows the times of a page that belongs to no application in a time zone.
pub fn use_zone(name: &str) {
    if let Some(zone) = extension::<PageZone>() {
        zone.0
            .get_or_init(|| Zone::parse(name).unwrap_or_default().format());
    }
}

/// Shows times in the zone of the viewer's application in what is rendered outside of a request.
pub fn provide_zone(viewer: &Viewer) {
    let (mut parts, ()) = http::Request::new(()).into_parts();
    let zone = PageZone::default();
    zone.set(viewer);
    parts.extensions.insert(zone);
    provide_context(parts);
}

/// Formats an instant in the zone of the request's application, as `23 Nov 2026, 15:05 CET (Europe/Berlin)`.
pub fn readable(at: Timestamp) -> String {
    in_zone(|zone| zone.readable(at)).unwrap_or_else(|| at.readable())
}

/// Formats the date of an instant in the zone of the request's application, as `23 Nov 2026`.
pub fn readable_date(at: Timestamp) -> String {
    in_zone(|zone| zone.date(at)).unwrap_or_else(|| at.readable_date())
}

fn in_zone(format: impl FnOnce(&ZoneFormat) -> String) -> Option<String> {
    extension::<PageZone>()?.0.get().map(format)
}

/// How the browser reaches this site, put into the request's extensions by the server.
#[derive(Clone, Debug)]
pub struct Site {
    /// Such as `https://keys.example.com`.
    pub origin: Arc<str>,
    /// Over HTTPS: cookies get the `__Host-` prefix and `Secure`.
    pub secure: bool,
    /// Distinguishes this instance's cookies from those of others on the same host, because cookies are shared between ports.
    pub cookie_suffix: Option<u16>,
}

impl Site {
    /// The name of one of this site's cookies. `__Host-` binds it to this host, this path and https (RFC 6265bis,
    /// 4.1.3.2).
    pub fn cookie(&self, name: &str) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        let suffix = self.cookie_suffix.map(|port| format!("-{port}"));
        format!("{prefix}{name}{}", suffix.unwrap_or_default())
    }
}

impl Default for Site {
    fn default() -> Self {
        Self {
            origin: "http://127.0.0.1:3000".into(),
            secure: false,
            cookie_suffix: None,
        }
    }
}

/// The store of keys.
///
/// # Errors
/// If the server forgot to provide it.
pub fn keyring() -> Result<Keyring, AppError> {
    use_context::<Keyring>().ok_or_else(|| unexpected("no Keyring in the context"))
}

/// Whether mails are sent, so that links need not be copied.
pub fn sends_mail() -> bool {
    use_context::<Keyring>().is_some_and(|keyring| keyring.outbox().sends_mail())
}

/// From where the request came.
pub fn origin() -> Origin {
    extension().unwrap_or_default()
}

/// Goes on after a correct password: to `next` with a session, or to the page that asks for a code.
pub fn admit(admission: &Admission, next: Option<&str>) {
    let next = next.and_then(routes::local_path).unwrap_or("/");
    match admission {
        Admission::Session(signed_in) => {
            start_session(signed_in);
            redirect(next);
        }
        Admission::CodeRequired(pending) => {
            cookies::begin_pending_sign_in(pending);
            redirect(&routes::sign_in_code(next));
        }
    }
}

/// Goes on to `next` with a session, after the second step of a sign-in.
pub fn complete_sign_in(signed_in: &SignedIn, next: Option<&str>) {
    start_session(signed_in);
    end_pending_sign_in();
    redirect(next.and_then(routes::local_path).unwrap_or("/"));
}

/// Sends the browser elsewhere once the function has answered, or from a page.
pub fn redirect(path: &str) {
    cookies::pass_done_on(path);
    leptos_axum::redirect(path, false);
}

/// The query of a chart's address.
pub fn chart_query(address: &UsageAddress) -> ChartQuery<'_> {
    ChartQuery {
        window: &address.window,
        from: &address.from,
        until: &address.until,
        zone: &address.zone,
    }
}

/// The plain post that this page answers.
pub fn plain_post() -> Option<Posted> {
    use_context()
}

/// The clock that everything here goes by.
pub fn now() -> Option<Timestamp> {
    keyring().ok().map(|keyring| keyring.now())
}

/// Makes the request's nonce known to the scripts of the page.
pub fn provide_nonce() {
    if use_context::<Nonce>().is_none()
        && let Some(nonce) = extension::<Nonce>()
    {
        provide_context(nonce);
    }
}

/// The address of the gate as this browser knows it, such as `https://keys.example`.
pub fn gate_address() -> String {
    site().origin.to_string()
}

/// Whether passkeys can be used on this page: they are bound to the host in `LATCHKEY_PUBLIC_URL`.
pub fn passkeys_offered() -> bool {
    keyring().is_ok_and(|keyring| keyring.passkeys().are_offered_at(&site().origin))
}

/// The address of the page behind a link with a token: `page` is `invite` or `reset`.
pub fn link(page: &str, token: &str) -> String {
    format!("{}/{page}/{token}", gate_address())
}

fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>()?.extensions.get::<T>().cloned()
}

fn headers() -> Option<HeaderMap> {
    use_context::<Parts>().map(|parts| parts.headers)
}

fn site() -> Site {
    extension().unwrap_or_default()
}

/// Gives a page the status of what it cannot show, and the time after which it may.
pub fn refuse(error: AppError) -> AppError {
    if let Some(answer) = use_context::<ResponseOptions>() {
        answer.set_status(StatusCode::from_u16(error.status()).unwrap_or_default());
        if let Some(seconds) = error.retry_after() {
            answer.insert_header(RETRY_AFTER, seconds.into());
        }
    }
    error
}

/// Gives a page the status of what is not there.
pub fn not_found() {
    refuse(AppError::NotFound);
}

fn unexpected(cause: &str) -> AppError {
    let reference = origin().request_id;
    tracing::error!(reference, cause, "a server function failed");
    refuse(AppError::Unexpected(reference))
}
