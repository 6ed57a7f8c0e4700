//! The session of a request, and its permissions.

use super::{
    PageZone, cookies::passkey_sign_in, device, extension, keyring, origin, redirect, refuse,
    start_session,
};
use crate::{
    error::AppError,
    routes::{self, with_query},
    words,
};
use domain::{account::Application, id::ApplicationId};
use http::{header, request::Parts};
use leptos::prelude::*;
use management::{
    AccountOwner, Browser, Editor, FreshAccountOwner, FreshEditor, FreshOwner, FreshSession,
    FreshViewer, ManagementError, Owner, Session, SignedIn, Support, Viewer,
};

/// The session cookie's value, put into the request's extensions by the server.
#[derive(Clone)]
pub struct SessionToken(pub String);

/// Returns the session of the request. Without one, redirects to the sign-in page; if a required second factor is missing, redirects
/// to the page that adds one.
///
/// # Errors
/// [`AppError::SignedOut`], [`AppError::FactorRequired`], or what the database answers.
pub async fn session() -> Result<Session, AppError> {
    let session = enrolling_session().await?;
    if session.must_enrol() {
        redirect(routes::TWO_FACTOR);
        return Err(refuse(AppError::FactorRequired));
    }
    Ok(session)
}

/// As [`session`], for what a person may do before adding a required second factor: adding it, and signing out.
///
/// # Errors
/// [`AppError::SignedOut`], or what the database answers.
pub async fn enrolling_session() -> Result<Session, AppError> {
    present_session().await?.ok_or_else(|| {
        redirect(&sign_in_path());
        AppError::SignedOut
    })
}

/// The tokens that the request's browser has.
pub struct BrowserTokens {
    device: Option<String>,
    session: Option<SessionToken>,
    passkey: Option<String>,
}

impl BrowserTokens {
    /// As a sign-in takes them.
    pub fn browser(&self) -> Browser<'_> {
        Browser {
            device: self.device.as_deref(),
            session: self.session.as_ref().map(|token| token.0.as_str()),
            passkey: self.passkey.as_deref(),
        }
    }
}

/// Reads the tokens of the request's browser; its session may have ended.
pub fn browser_tokens() -> BrowserTokens {
    BrowserTokens {
        device: device(),
        session: extension(),
        passkey: passkey_sign_in(),
    }
}

/// Whether the request's browser has a session.
///
/// # Errors
/// If the database fails.
pub async fn is_signed_in() -> Result<bool, AppError> {
    Ok(present_session().await?.is_some())
}

async fn present_session() -> Result<Option<Session>, AppError> {
    match extension::<SessionToken>() {
        Some(token) => Ok(keyring()?.sessions().find(&token.0).await?),
        None => Ok(None),
    }
}

/// As [`viewer`], for requests that a page sends by itself: they do not redirect.
///
/// # Errors
/// As [`viewer`].
pub async fn viewer_in_passing(app: &str) -> Result<Viewer, AppError> {
    let session = present_session().await?.ok_or(AppError::SignedOut)?;
    viewer_in(&session, app).await
}

/// Grants permission to read an application.
///
/// # Errors
/// [`AppError::NotFound`] if the person is not a member.
pub async fn viewer(app: &str) -> Result<Viewer, AppError> {
    viewer_in(&session().await?, app).await
}

/// As [`viewer`], for a session that was read before.
async fn viewer_in(session: &Session, app: &str) -> Result<Viewer, AppError> {
    let viewer = session.viewer(application(app)?, origin()).await?;
    show_times_for(&viewer);
    Ok(viewer)
}

/// As [`viewer`], for a session that was read before, with all applications that the person may read.
///
/// # Errors
/// As [`viewer`].
pub async fn viewer_among_applications(
    session: &Session,
    app: &str,
) -> Result<(Viewer, Vec<Application>), AppError> {
    let found = session
        .viewer_among_applications(application(app)?, origin())
        .await?;
    show_times_for(&found.0);
    Ok(found)
}

/// Shows the times of the page in the viewer's zone.
fn show_times_for(viewer: &Viewer) {
    if let Some(zone) = extension::<PageZone>() {
        zone.set(viewer);
    }
}

/// Grants permission to change the keys of an application, if the person's role includes it.
///
/// # Errors
/// [`AppError::NotFound`] if the person is not a member, [`AppError::Forbidden`] if the role does not include it.
pub async fn editor(app: &str) -> Result<Editor, AppError> {
    let session = session().await?;
    Ok(session.editor(application(app)?, origin()).await?)
}

/// Grants an owner what requires no recent sign-in.
///
/// # Errors
/// As [`editor`].
pub async fn owner(app: &str) -> Result<Owner, AppError> {
    let session = session().await?;
    Ok(session.owner(application(app)?, origin()).await?)
}

/// Grants an owner of the application's account what requires no recent sign-in.
///
/// # Errors
/// As [`editor`].
pub async fn account_owner(app: &str) -> Result<AccountOwner, AppError> {
    let session = session().await?;
    Ok(session.account_owner(application(app)?, origin()).await?)
}

/// Grants support staff the search in all accounts.
///
/// # Errors
/// [`AppError::NotFound`] for all others.
pub async fn support() -> Result<Support, AppError> {
    Ok(session().await?.support(origin())?)
}

/// Grants permission to change the keys of an application to a person whose sign-in is recent, or who enters the password with this
/// form; `password` may be empty.
///
/// # Errors
/// As [`editor`]; [`AppError::StaleSignIn`] if the password is required, a sentence about it if it is wrong.
pub async fn fresh_editor(app: &str, password: &str) -> Result<FreshEditor, AppError> {
    let session = session().await?;
    // The role is checked first: a person who lacks it is not asked for a password.
    let editor = session.editor(application(app)?, origin()).await?;
    let session = reauthenticate(session, password).await?;
    Ok(editor.fresh_in(&session)?)
}

/// As [`editor`]; if the form has a password, the sign-in is recent afterwards. For changes of which only some require that.
///
/// # Errors
/// As [`editor`]; a sentence about the password if it is wrong.
pub async fn editor_with(app: &str, password: &str) -> Result<Editor, AppError> {
    let session = session().await?;
    let editor = session.editor(application(app)?, origin()).await?;
    let session = reauthenticate(session, password).await?;
    Ok(editor.in_session(&session))
}

/// As [`fresh_editor`], for what every member may do.
///
/// # Errors
/// As [`fresh_editor`].
pub async fn fresh_viewer(app: &str, password: &str) -> Result<FreshViewer, AppError> {
    let session = session().await?;
    let viewer = viewer_in(&session, app).await?;
    let session = reauthenticate(session, password).await?;
    Ok(viewer.fresh_viewer_in(&session)?)
}

/// As [`fresh_editor`], for what an owner alone may do.
///
/// # Errors
/// As [`fresh_editor`].
pub async fn fresh_owner(app: &str, password: &str) -> Result<FreshOwner, AppError> {
    let session = session().await?;
    let owner = session.owner(application(app)?, origin()).await?;
    let session = reauthenticate(session, password).await?;
    Ok(owner.fresh_owner_in(&session)?)
}

/// As [`fresh_editor`], for what an owner of the account alone may do.
///
/// # Errors
/// As [`fresh_editor`].
pub async fn fresh_account_owner(app: &str, password: &str) -> Result<FreshAccountOwner, AppError> {
    let session = session().await?;
    let owner = session.account_owner(application(app)?, origin()).await?;
    let session = reauthenticate(session, password).await?;
    Ok(owner.fresh_account_owner_in(&session)?)
}

/// Checks the signed-in person's password. The sign-in is recent afterwards.
///
/// # Errors
/// [`AppError::SignedOut`]; [`AppError::StaleSignIn`] if the password is required and missing, a sentence about a wrong one.
pub async fn confirm_password(password: &str) -> Result<(), AppError> {
    if reauthenticate(session().await?, password).await?.is_fresh() {
        Ok(())
    } else {
        Err(AppError::StaleSignIn)
    }
}

/// Returns the session of a person whose sign-in is recent, or who enters the password with this form. The session may lack a required
/// second factor.
///
/// # Errors
/// As [`enrolling_session`]; [`AppError::StaleSignIn`] if the password is required, a sentence about it if it is wrong.
pub async fn fresh_session(password: &str) -> Result<FreshSession, AppError> {
    let session = reauthenticate(enrolling_session().await?, password).await?;
    Ok(session.fresh()?)
}

/// Re-authenticates the person, if the sign-in is not recent and there is a password.
async fn reauthenticate(session: Session, password: &str) -> Result<Session, AppError> {
    if session.is_fresh() || password.is_empty() {
        return Ok(session);
    }
    let done = session
        .reauthenticate(password, device().as_deref(), &origin())
        .await;
    authenticated_again(done)?
        .ok_or_else(|| AppError::field("password", words::fresh::WRONG_PASSWORD))
}

/// Sets the cookie with the new token of a session whose person was authenticated again, if that succeeded.
///
/// # Errors
/// [`AppError::SignedOut`] if the session has ended, or another request has replaced its token meanwhile; what the database answers.
pub fn authenticated_again<T>(
    done: Result<Option<(T, SignedIn)>, ManagementError>,
) -> Result<Option<T>, AppError> {
    match done {
        Ok(done) => Ok(done.map(|(session, signed_in)| {
            start_session(&signed_in);
            session
        })),
        Err(ManagementError::NotFound) => {
            redirect(&sign_in_path());
            Err(AppError::SignedOut)
        }
        Err(error) => Err(error.into()),
    }
}

fn application(app: &str) -> Result<ApplicationId, AppError> {
    app.parse().map_err(|_| refuse(AppError::NotFound))
}

/// The path of the sign-in page, with the return path to the present page.
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
