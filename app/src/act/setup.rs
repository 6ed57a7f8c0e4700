//! The first run.

use crate::error::AppError;
use crate::error::FieldError;
use domain::account::{Email, check_new_password, parse_title};
use leptos::prelude::*;

/// Makes the first account with its application and its owner, and signs them in.
#[server(name = SetUp, prefix = "/api", endpoint = "set_up")]
pub async fn set_up(
    token: String,
    account: String,
    application: String,
    email: String,
    password: String,
) -> Result<(), AppError> {
    use management::SetUp::{AlreadyDone, Done, WrongToken};
    let (account, application, email) = check(&account, &application, &email, &password)?;
    let draft = management::SetupDraft {
        account,
        application,
        email,
        password: password.into(),
    };
    let origin = crate::context::origin();
    let answer = crate::context::keyring()?
        .people()
        .set_up(&token, draft, &origin)
        .await
        .map_err(|error| match error {
            // All else was checked above: it is a common password.
            management::ManagementError::Invalid(invalid) => AppError::field("password", invalid.0),
            error => error.into(),
        })?;
    match answer {
        Done(admission) => {
            crate::context::admit(&admission, None);
            Ok(())
        }
        WrongToken => Err(AppError::field("token", crate::words::setup::WRONG_TOKEN)),
        AlreadyDone => Err(AppError::Conflict(
            crate::words::setup::ALREADY_SET_UP.into(),
        )),
    }
}

/// Reads what was typed, with a sentence for every field that breaks a rule.
///
/// # Errors
/// All sentences at once.
pub fn check(
    account: &str,
    application: &str,
    email: &str,
    password: &str,
) -> Result<(String, String, Email), AppError> {
    let account = parse_title("The account name", account);
    let application = parse_title("The application name", application);
    let email = Email::parse(email);
    let password = email
        .as_ref()
        .map_or(Ok(()), |email| check_new_password(password, email));
    let errors = [
        ("account", account.as_ref().err()),
        ("application", application.as_ref().err()),
        ("email", email.as_ref().err()),
        ("password", password.as_ref().err()),
    ]
    .into_iter()
    .filter_map(|(field, error)| error.map(|error| FieldError::new(field, error.0.clone())))
    .collect();
    match (account, application, email, password) {
        (Ok(account), Ok(application), Ok(email), Ok(())) => Ok((account, application, email)),
        _ => Err(AppError::Invalid(errors)),
    }
}
