//! A connection to the mail server, over which several mails are sent.

use super::{
    Encryption, Failure, HeaderFields, MailSender, SendError, SmtpServer,
    failure::MAX_TEXT_CHARS,
    message, starttls,
    stream::{self, LimitedStream},
};
use crate::mail::text::MailText;
use domain::text::single_line;
use lettre::{
    Address,
    transport::smtp::{
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, AsyncTokioStream},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
        response::{Response, Severity},
    },
};
use secrecy::ExposeSecret;
use std::{io, time::Duration};
use tokio::time::timeout;

/// Maximum time for closing the connection, after the last mail was accepted or refused.
const QUIT_DEADLINE: Duration = Duration::from_secs(1);

/// A connection that is opened for the first mail, and again after an error.
#[derive(Default)]
pub(in crate::mail) struct Connection {
    open: Option<AsyncSmtpConnection>,
    is_transmitting: bool,
}

impl Connection {
    /// Whether a mail is being transmitted, so that it is not known whether the server accepts it; also after [`Connection::send`] was
    /// dropped.
    pub(in crate::mail) const fn is_transmitting(&self) -> bool {
        self.is_transmitting
    }

    /// Sends a mail, and returns the server's answer.
    pub(in crate::mail) async fn send(
        &mut self,
        server: &SmtpServer,
        sender: &MailSender,
        fields: HeaderFields<'_>,
        text: &MailText,
    ) -> Result<String, SendError> {
        let from = &sender.mailbox.email;
        let to: Address =
            fields.to.as_str().parse().map_err(|_| {
                SendError::new(Failure::Refused, "the address cannot be used in SMTP")
            })?;
        let message = message(sender, fields, &to, text)?;
        let begun = timeout(server.deadline, self.begin(server, from, &to));
        let mut connection = begun
            .await
            .map_err(|_| too_late(Failure::Unavailable, server.deadline))??;
        self.is_transmitting = true;
        let answered = timeout(server.answer_deadline, connection.message(&message)).await;
        self.is_transmitting = false;
        let answer = answered.map_err(|_| too_late(Failure::Unanswered, server.answer_deadline))?;
        match answer {
            Ok(answer) if is_completion(&answer) => {
                self.open = Some(connection);
                Ok(answer_text(&answer))
            }
            Ok(_) => Err(SendError::invalid("the message").unanswered()),
            Err(error) => {
                let refused = error.status().is_some();
                let error = SendError::at("the message", &error);
                if refused {
                    quit(connection).await;
                    Err(error)
                } else {
                    Err(error.unanswered())
                }
            }
        }
    }

    /// Closes the connection, if it is open.
    pub(in crate::mail) async fn quit(&mut self) {
        if let Some(connection) = self.open.take() {
            quit(connection).await;
        }
    }

    /// Returns a connection that is ready for a message.
    async fn begin(
        &mut self,
        server: &SmtpServer,
        from: &Address,
        to: &Address,
    ) -> Result<AsyncSmtpConnection, SendError> {
        if let Some(mut connection) = self.open.take() {
            match envelope(&mut connection, from, to).await {
                Ok(()) => return Ok(connection),
                // The server may have closed it after the last mail.
                Err(error) if error.failure == Failure::Unavailable => {}
                Err(error) => {
                    quit(connection).await;
                    return Err(error);
                }
            }
        }
        let mut connection = connect(server, from.domain()).await?;
        match envelope(&mut connection, from, to).await {
            Ok(()) => Ok(connection),
            Err(error) => {
                quit(connection).await;
                Err(error)
            }
        }
    }
}

/// Whatever the answer to it, the outcome of the mails is known.
async fn quit(mut connection: AsyncSmtpConnection) {
    let _ = timeout(QUIT_DEADLINE, connection.abort()).await;
}

async fn connect(server: &SmtpServer, own_domain: &str) -> Result<AsyncSmtpConnection, SendError> {
    let failed = |error: io::Error| {
        let reason = format!("the connection failed: {error}");
        SendError::new(Failure::Unavailable, reason)
    };
    let tcp = stream::open(&server.host, server.port);
    let (mut tcp, peer) = tcp.await.map_err(failed)?;
    let stream: Box<dyn AsyncTokioStream> = match server.encryption {
        Encryption::None => Box::new(LimitedStream::new(tcp, peer)),
        Encryption::Implicit => {
            let tls = stream::encrypt(&server.host, tcp).await.map_err(failed)?;
            Box::new(LimitedStream::new(tls, peer))
        }
        Encryption::StartTls => {
            starttls::negotiate(&mut tcp, own_domain).await?;
            let tls = stream::encrypt(&server.host, tcp).await.map_err(failed)?;
            // The server has greeted before.
            Box::new(LimitedStream::new(tls, peer).after(b"220 encrypted\r\n"))
        }
    };
    let name = ClientId::Domain(own_domain.to_owned());
    let connecting = AsyncSmtpConnection::connect_with_transport(stream, &name);
    let mut connection = connecting
        .await
        .map_err(|error| SendError::unavailable("the connection", &error))?;
    if let Some((user, password)) = &server.credentials {
        let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
        let authenticated = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
        authenticated.map_err(|error| SendError::unavailable("AUTH", &error))?;
    }
    Ok(connection)
}

/// Begins a mail, up to the answer that asks for the message.
async fn envelope(
    connection: &mut AsyncSmtpConnection,
    from: &Address,
    to: &Address,
) -> Result<(), SendError> {
    let mut parameters = Vec::new();
    let is_ascii = |address: &Address| address.to_string().is_ascii();
    if !is_ascii(from) || !is_ascii(to) {
        let server = connection.server_info();
        if !server.supports_feature(Extension::SmtpUtfEight) {
            let reason = "the mail server accepts ASCII addresses only";
            return Err(SendError::new(Failure::Refused, reason));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let mail = connection.command(Mail::new(Some(from.clone()), parameters));
    let mail = mail
        .await
        .map_err(|error| SendError::unavailable("MAIL FROM", &error))?;
    // An answer of the wrong class belongs to another command.
    require(is_completion(&mail), "MAIL FROM")?;
    let recipient = connection.command(Rcpt::new(to.clone(), Vec::new())).await;
    let recipient = recipient.map_err(|error| SendError::at("RCPT TO", &error))?;
    require(is_completion(&recipient), "RCPT TO")?;
    let data = connection.command(Data).await;
    let data = data.map_err(|error| SendError::at("DATA", &error))?;
    require(data.has_code(354), "DATA")
}

fn require(valid: bool, step: &str) -> Result<(), SendError> {
    if valid {
        Ok(())
    } else {
        Err(SendError::invalid(step))
    }
}

fn is_completion(answer: &Response) -> bool {
    answer.code().severity == Severity::PositiveCompletion
}

fn too_late(failure: Failure, deadline: Duration) -> SendError {
    let seconds = deadline.as_secs();
    let reason = format!("the mail server did not answer within {seconds} s");
    SendError::new(failure, reason)
}

fn answer_text(answer: &Response) -> String {
    let text = answer.message().collect::<Vec<_>>().join(" ");
    // It is printed to a terminal.
    single_line(&format!("{} {text}", answer.code()), MAX_TEXT_CHARS)
}
