//! `latchkey mail`.

use super::user::parse_email;
use crate::{
    config::{Config, ConfigError},
    console::{self, CommandError},
};
use clap::Args;
use domain::account::Email;
use verification::{Clock, SystemClock, SystemEntropy};

/// Arguments of `mail test`.
#[derive(Debug, Args)]
pub struct Test {
    /// The address that gets the mail
    #[arg(long, value_parser = parse_email)]
    to: Email,
}

/// Sends a test mail, without the outbox and the database.
///
/// # Errors
/// If no mail server is configured, or it does not accept the mail.
pub async fn test(test: &Test, config: &Config) -> Result<(), CommandError> {
    let Some(mailer) = &config.mailer else {
        return Err(ConfigError {
            variable: "LATCHKEY_SMTP_URL",
            why: "it is missing, so no mail can be sent".into(),
            allowed: "smtps://USER:PASSWORD@HOST:PORT, or smtp:// for STARTTLS",
        }
        .into());
    };
    let now = SystemClock::default().now();
    let answer = mailer
        .send_test(&test.to, now, &SystemEntropy)
        .await
        .map_err(|error| CommandError::failed("the mail was not sent", error))?;
    console::print_result(format_args!("The mail server accepted the mail: {answer}"))
}
