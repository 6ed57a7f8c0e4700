//! The server's half of the context.

mod cookies;

pub use cookies::{
    cookie_value, device, end_session, remember_theme, say_done, start_session, take_done, theme,
};

use crate::{
    act::keys::{bulk::BulkOutcome, edit::EditData},
    error::AppError,
    form::Posted,
    routes::{UsageAddress, with_query},
    words,
};
use domain::{id::ApplicationId, origin::Origin, time::Timestamp, usage::Window};
use http::{HeaderMap, StatusCode, header, request::Parts};
use leptos::{nonce::Nonce, prelude::*};
use leptos_axum::ResponseOptions;
use management::{
    ChartQuery, Editor, FreshEditor, FreshOwner, KeyView, Keyring, ManagementError, Owner, Session,
    Support, Viewer, Zone, ZoneFormat,
};
use std::sync::{Arc, OnceLock};

/// The session cookie's value, put into the request's extensions by the server.
#[derive(Clone)]
pub struct SessionToken(pub String);

/// The time zone of the pages, once it is known: the person's own, or that of the application that a request is about. Put into the request's extensions by the
/// server.
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

/// Lets what is rendered outside of a request show times in the zone of the viewer's application.
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
    /// What tells this instance's cookies from those of others on the same host: cookies know no ports.
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
/// Where the server forgot to provide it.
pub fn keyring() -> Result<Keyring, AppError> {
    use_context::<Keyring>().ok_or_else(|| unexpected("no Keyring in the context"))
}

/// From where the request came.
pub fn origin() -> Origin {
    extension().unwrap_or_default()
}

/// The signed-in browser; without one the answer leads to the sign-in page.
///
/// # Errors
/// [`AppError::SignedOut`], or what the database answers.
pub async fn session() -> Result<Session, AppError> {
    present_session().await?.ok_or_else(|| {
        redirect(&sign_in_path());
        AppError::SignedOut
    })
}

/// The token of the browser's session, which may have ended.
pub fn session_token() -> Option<String> {
    extension::<SessionToken>().map(|token| token.0)
}

async fn present_session() -> Result<Option<Session>, AppError> {
    match extension::<SessionToken>() {
        Some(token) => Ok(keyring()?.session(&token.0).await?),
        None => Ok(None),
    }
}

/// As [`viewer`], for what a page asks by itself: nobody is led away from what they look at.
///
/// # Errors
/// As [`viewer`].
pub async fn viewer_in_passing(app: &str) -> Result<Viewer, AppError> {
    let session = present_session().await?.ok_or(AppError::SignedOut)?;
    viewer_in(&session, app).await
}

/// Reading access to an application.
///
/// # Errors
/// [`AppError::NotFound`] where it is not theirs.
pub async fn viewer(app: &str) -> Result<Viewer, AppError> {
    viewer_in(&session().await?, app).await
}

/// As [`viewer`], for a session that was read before.
///
/// # Errors
/// As [`viewer`].
pub async fn viewer_in(session: &Session, app: &str) -> Result<Viewer, AppError> {
    let viewer = session.viewer(application(app)?, origin()).await?;
    if let Some(zone) = extension::<PageZone>() {
        zone.set(&viewer);
    }
    Ok(viewer)
}

/// Writing access to an application.
///
/// # Errors
/// [`AppError::NotFound`] where it is not theirs, [`AppError::Forbidden`] where the role lacks it.
pub async fn editor(app: &str) -> Result<Editor, AppError> {
    let session = session().await?;
    Ok(session.editor(application(app)?, origin()).await?)
}

/// What the form for an existing key needs.
///
/// # Errors
/// [`AppError::Conflict`] if the key has ended; what the database answers.
pub async fn edit_data(editor: &Editor, view: KeyView) -> Result<EditData, AppError> {
    let now = editor.now();
    let key = view.key().clone();
    key.editable(now).map_err(ManagementError::from)?;
    let week = view.usage().series(Window::Week).await?;
    Ok(EditData {
        seen: key.draft().revision(),
        key,
        calls: week.sum().accepted,
        fresh: editor.is_fresh(),
        local: editor.zone().present(now),
    })
}

/// Everything in an application that asks for no fresh sign-in.
///
/// # Errors
/// As [`editor`].
pub async fn owner(app: &str) -> Result<Owner, AppError> {
    let session = session().await?;
    Ok(session.owner(application(app)?, origin()).await?)
}

/// What platform staff may do.
///
/// # Errors
/// [`AppError::NotFound`] for everybody else.
pub async fn support() -> Result<Support, AppError> {
    Ok(session().await?.support(origin())?)
}

/// Writing access to an application, for a person who entered the password within the last ten minutes or enters it with
/// this form; `password` may be empty.
///
/// # Errors
/// As [`editor`]; [`AppError::StaleSignIn`] where the password is asked for, a sentence about it where it is wrong.
pub async fn fresh_editor(app: &str, password: &str) -> Result<FreshEditor, AppError> {
    Ok(editor_with(app, password).await?.fresh()?)
}

/// As [`editor`]; where a password comes with the form, the sign-in is fresh afterwards. For changes of which only some
/// ask for that.
///
/// # Errors
/// As [`editor`]; a sentence about the password where it is wrong.
pub async fn editor_with(app: &str, password: &str) -> Result<Editor, AppError> {
    let session = session().await?;
    // The role is checked first: a person who lacks it is not asked for a password.
    let editor = session.editor(application(app)?, origin()).await?;
    let session = reauthenticate(session, password).await?;
    Ok(editor.in_session(&session))
}

/// As [`fresh_editor`], for what an owner alone may do.
///
/// # Errors
/// As [`fresh_editor`].
pub async fn fresh_owner(app: &str, password: &str) -> Result<FreshOwner, AppError> {
    let session = session().await?;
    let owner = session.owner(application(app)?, origin()).await?;
    let session = reauthenticate(session, password).await?;
    Ok(owner.in_session(&session).fresh_owner()?)
}

/// Checks the signed-in person's password: the sign-in is fresh afterwards.
///
/// # Errors
/// [`AppError::SignedOut`]; [`AppError::StaleSignIn`] without one where it is asked for, a sentence about a wrong one.
pub async fn confirm_password(password: &str) -> Result<(), AppError> {
    if reauthenticate(session().await?, password).await?.is_fresh() {
        Ok(())
    } else {
        Err(AppError::StaleSignIn)
    }
}

/// The session, made fresh by the password where it is not and there is one.
async fn reauthenticate(session: Session, password: &str) -> Result<Session, AppError> {
    if session.is_fresh() || password.is_empty() {
        return Ok(session);
    }
    session
        .reauthenticate(password, device().as_deref(), &origin())
        .await?
        .ok_or_else(|| AppError::field("password", words::fresh::WRONG_PASSWORD))
}

/// Sends the browser elsewhere once the function has answered.
pub fn redirect(path: &str) {
    leptos_axum::redirect(path, false);
}

/// The address of a chart as a question.
pub fn asked(address: &UsageAddress) -> ChartQuery<'_> {
    ChartQuery {
        window: &address.window,
        from: &address.from,
        until: &address.until,
        zone: &address.zone,
    }
}

/// The plain post that this page answers.
pub fn posted() -> Option<Posted> {
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

/// The address of the page behind a link with a token: `page` is `invite` or `reset`.
pub fn link(page: &str, token: &str) -> String {
    format!("{}/{page}/{token}", gate_address())
}

fn application(app: &str) -> Result<ApplicationId, AppError> {
    app.parse().map_err(|_| refuse(AppError::NotFound))
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

/// The sign-in page, with the way back to the page that is being read.
fn sign_in_path() -> String {
    let Some(parts) = use_context::<Parts>() else {
        return "/sign-in".into();
    };
    let here = if parts.uri.path().starts_with("/api/") {
        parts
            .headers
            .get(header::REFERER)
            .and_then(|referer| referer.to_str().ok()?.parse::<http::Uri>().ok())
            .and_then(|uri| uri.path_and_query().map(ToString::to_string))
    } else {
        parts.uri.path_and_query().map(ToString::to_string)
    };
    match here {
        Some(path) if path != "/" && !path.starts_with("/sign-in") => {
            with_query("/sign-in", &[("next", &path)])
        }
        _ => "/sign-in".into(),
    }
}

/// Gives a page the status of what it cannot show.
pub fn refuse(error: AppError) -> AppError {
    if let Some(answer) = use_context::<ResponseOptions>() {
        answer.set_status(StatusCode::from_u16(error.status()).unwrap_or_default());
    }
    error
}

/// Gives a page the status of what is not there.
pub fn not_found() {
    refuse(AppError::NotFound);
}

fn unexpected(cause: &str) -> AppError {
    let reference = origin().request_id;
    tracing::error!(reference, cause, "a server function broke");
    refuse(AppError::Unexpected(reference))
}

impl From<ManagementError> for AppError {
    fn from(error: ManagementError) -> Self {
        match error {
            ManagementError::NotFound => refuse(Self::NotFound),
            ManagementError::Forbidden => refuse(Self::Forbidden),
            ManagementError::Throttled { retry_after_ms } => Self::Busy { retry_after_ms },
            ManagementError::LastOwner => Self::Conflict(words::members::LAST_OWNER.into()),
            ManagementError::Stale => Self::StaleSignIn,
            ManagementError::Illegal(illegal) => Self::Conflict(illegal.to_string()),
            ManagementError::Invalid(invalid) => Self::field("", invalid.0),
            ManagementError::Unavailable(cause) => {
                let reference = origin().request_id;
                tracing::error!(reference, cause, "the database does not answer");
                refuse(Self::Unavailable(reference))
            }
            ManagementError::Unexpected(cause) => unexpected(&cause),
        }
    }
}

impl From<management::Bulk> for BulkOutcome {
    fn from(bulk: management::Bulk) -> Self {
        Self {
            done: bulk.done.iter().map(ToString::to_string).collect(),
            skipped: bulk
                .skipped
                .iter()
                .map(|(name, why)| (name.to_string(), why.to_string()))
                .collect(),
        }
    }
}
