//! Signing in and out, and the theme of a browser.

use crate::error::AppError;
use leptos::prelude::*;

/// Opens a session and leads to `next`, where that is a path of this site; or asks for a code first.
#[server(name = SignIn, prefix = "/api", endpoint = "sign_in")]
pub async fn sign_in(
    email: String,
    password: String,
    #[server(default)] next: Option<String>,
) -> Result<(), AppError> {
    let tokens = crate::context::browser_tokens();
    let admission = crate::context::keyring()?
        .sign_in()
        .with_password(
            &email,
            &password,
            tokens.browser(),
            &crate::context::origin(),
        )
        .await?
        .ok_or_else(|| AppError::field("", crate::words::sign_in::NO_MATCH))?;
    crate::context::admit(&admission, next.as_deref());
    Ok(())
}

/// Closes the session.
#[server(name = SignOut, prefix = "/api", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    let session = crate::context::enrolling_session().await?;
    session.sign_out(&crate::context::origin()).await?;
    crate::context::end_session();
    crate::context::redirect("/sign-in");
    Ok(())
}

/// Takes the password again, for what a form cannot carry it along with: a file.
#[server(name = ConfirmPassword, prefix = "/api", endpoint = "confirm_password")]
pub async fn confirm_password(#[server(default)] password: String) -> Result<(), AppError> {
    crate::context::confirm_password(&password).await
}

/// Keeps the chosen colours: `light`, `dark` or `system`.
#[server(name = SetTheme, prefix = "/api", endpoint = "set_theme")]
pub async fn set_theme(theme: String) -> Result<(), AppError> {
    _ = crate::context::enrolling_session().await?;
    crate::context::remember_theme(crate::context::Theme::parse(&theme));
    Ok(())
}
