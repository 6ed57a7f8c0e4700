//! Changes of the own profile and sign-in.

use crate::error::AppError;
use leptos::prelude::*;

/// Changes the signed-in person's name and preferences.
#[server(name = SaveProfile, prefix = "/api", endpoint = "save_profile")]
pub async fn save_profile(
    #[server(default)] name: String,
    #[server(default)] time_zone: String,
    #[server(default)] shortcuts: Option<String>,
) -> Result<(), AppError> {
    let session = crate::context::session().await?;
    let name = domain::profile::DisplayName::parse(&name)
        .map_err(|invalid| AppError::field("name", invalid.0))?;
    let time_zone = match time_zone.as_str() {
        "" => String::new(),
        zone => management::Zone::parse(zone)
            .map_err(|invalid| AppError::field("time_zone", invalid.0))?
            .as_str()
            .to_owned(),
    };
    let profile = domain::profile::Profile {
        name,
        time_zone,
        shortcuts: shortcuts.is_some(),
    };
    let origin = crate::context::origin();
    session.change_profile(profile, &origin).await?;
    crate::context::say_done(crate::toast::Done::Saved);
    Ok(())
}

/// Changes which mails the signed-in person gets.
#[server(name = SaveNotifications, prefix = "/api", endpoint = "save_notifications")]
pub async fn save_notifications(
    #[server(default)] new_sign_ins: Option<String>,
    #[server(default)] key_expiry: Option<String>,
    #[server(default)] security_events: Option<String>,
) -> Result<(), AppError> {
    let session = crate::context::session().await?;
    let wanted = domain::mail::Notifications {
        new_sign_ins: new_sign_ins.is_some(),
        key_expiry: key_expiry.is_some(),
        security_events: security_events.is_some(),
    };
    let origin = crate::context::origin();
    session.change_notifications(wanted, &origin).await?;
    crate::context::say_done(crate::toast::Done::Saved);
    Ok(())
}

/// Changes the signed-in person's e-mail address, and leads to the profile.
#[server(name = ChangeEmail, prefix = "/api", endpoint = "change_email")]
pub async fn change_email(
    email: String,
    #[server(default)] password: String,
) -> Result<(), AppError> {
    let session = crate::context::session().await?;
    let email = domain::account::Email::parse(&email)
        .map_err(|invalid| AppError::field("email", invalid.0))?;
    if password.is_empty() {
        return Err(AppError::StaleSignIn);
    }
    let (device, origin) = (crate::context::device(), crate::context::origin());
    let changed = session
        .change_email(&password, email, device.as_deref(), &origin)
        .await
        .map_err(|error| super::in_field("email", error))?;
    if !changed {
        return Err(wrong_password());
    }
    crate::context::say_done(crate::toast::Done::EmailChanged);
    crate::context::redirect(crate::routes::PROFILE);
    Ok(())
}

/// Changes the signed-in person's password, ends their other sessions, and leads to the profile.
#[server(name = ChangePassword, prefix = "/api", endpoint = "change_password")]
pub async fn change_password(
    #[server(default)] password: String,
    new_password: String,
) -> Result<(), AppError> {
    let session = crate::context::session().await?;
    if password.is_empty() {
        return Err(AppError::StaleSignIn);
    }
    let (device, origin) = (crate::context::device(), crate::context::origin());
    let changed = session
        .change_password(&password, new_password.into(), device.as_deref(), &origin)
        .await;
    if let Err(error @ management::ManagementError::Invalid(_)) = changed {
        return Err(super::in_field("new_password", error));
    }
    let changed = changed.map(|done| done.map(|signed_in| ((), signed_in)));
    crate::context::authenticated_again(changed)?.ok_or_else(wrong_password)?;
    crate::context::say_done(crate::toast::Done::PasswordChanged);
    crate::context::redirect(crate::routes::PROFILE);
    Ok(())
}

/// Ends one session of the signed-in person. If it is this one, leads to the sign-in page.
#[server(name = EndSession, prefix = "/api", endpoint = "end_session")]
pub async fn end_session(session: String) -> Result<(), AppError> {
    let here = crate::context::session().await?;
    let id = session.parse().map_err(|_| AppError::NotFound)?;
    if here.end(id, &crate::context::origin()).await? {
        crate::context::end_session();
        crate::context::redirect("/sign-in");
    } else {
        crate::context::say_done(crate::toast::Done::SessionEnded);
    }
    Ok(())
}

/// Ends all other sessions of the signed-in person.
#[server(name = EndOtherSessions, prefix = "/api", endpoint = "end_other_sessions")]
pub async fn end_other_sessions() -> Result<(), AppError> {
    let session = crate::context::session().await?;
    session.end_others(&crate::context::origin()).await?;
    crate::context::say_done(crate::toast::Done::SessionsEnded);
    Ok(())
}

/// Ends all sessions of the signed-in person, and leads to the sign-in page.
#[server(name = SignOutEverywhere, prefix = "/api", endpoint = "sign_out_everywhere")]
pub async fn sign_out_everywhere() -> Result<(), AppError> {
    let session = crate::context::session().await?;
    let origin = crate::context::origin();
    session.sign_out_everywhere(&origin).await?;
    crate::context::end_session();
    crate::context::redirect("/sign-in");
    Ok(())
}

#[cfg(feature = "ssr")]
fn wrong_password() -> AppError {
    AppError::field("password", crate::words::fresh::WRONG_PASSWORD)
}
