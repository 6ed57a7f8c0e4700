//! How mails are sent.

use super::{
    PublicUrl,
    environment::{SecretSetting, VariableSource},
    error::ConfigError,
    variables,
};
use management::{MailSender, Mailer, SmtpServer};
use std::{ffi::OsString, sync::Arc};

/// Returns what sends mails; `None` without a mail server. The URL is not shown, because it may hold a password.
pub fn mailer<F: Fn(&str) -> Option<OsString>>(
    environment: &VariableSource<F>,
    public_url: &PublicUrl,
) -> Result<Option<Arc<Mailer>>, ConfigError> {
    let server = environment.secret(&variables::SMTP_URL, &variables::SMTP_URL_FILE)?;
    let sender = environment.get(&variables::MAIL_FROM)?;
    let (SecretSetting { variable, text }, sender) = match (server, sender) {
        (None, None) => return Ok(None),
        (Some(server), Some(sender)) => (server, sender),
        (Some(server), None) => {
            return Err(ConfigError {
                variable: variables::MAIL_FROM.name,
                why: format!("it is missing, and {} is set", server.variable),
                allowed: variables::MAIL_FROM.allowed,
            });
        }
        (None, Some(_)) => {
            return Err(ConfigError {
                variable: variables::SMTP_URL.name,
                why: format!("it is missing, and {} is set", variables::MAIL_FROM.name),
                allowed: variables::SMTP_URL.allowed,
            });
        }
    };
    // The address of the listener would be a link to the reader's own machine.
    if environment.get(&variables::PUBLIC_URL)?.is_none() {
        return Err(ConfigError {
            variable: variables::PUBLIC_URL.name,
            why: format!("it is missing, and links in mails lead to it ({variable} is set)"),
            allowed: variables::PUBLIC_URL.allowed,
        });
    }
    let server = SmtpServer::parse(&text).map_err(|why| ConfigError {
        variable,
        why: why.to_owned(),
        allowed: variables::SMTP_URL.allowed,
    })?;
    let sender = MailSender::parse(&sender).map_err(|problem| {
        let variable = variables::MAIL_FROM;
        ConfigError::value(variable.name, &sender, problem, variable.allowed)
    })?;
    Ok(Some(Arc::new(Mailer::new(
        server,
        sender,
        public_url.origin(),
    ))))
}
