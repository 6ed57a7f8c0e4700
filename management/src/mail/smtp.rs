//! Sending mails by SMTP, each within a deadline. TLS is required except on this machine.

mod connection;
mod failure;
mod sender;
mod server_url;
mod starttls;
mod stream;

pub(super) use connection::Connection;
pub(super) use failure::Failure;
pub use failure::SendError;
pub use sender::MailSender;

use super::text::MailText;
use domain::{account::Email, id::MailId, time::Timestamp};
use lettre::{
    Address, Message,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0},
    },
};
use secrecy::SecretString;
use std::{
    fmt,
    time::{Duration, UNIX_EPOCH},
};
use zeroize::Zeroizing;

/// Maximum time for connecting to one address of the server.
const CONNECT_DEADLINE: Duration = Duration::from_secs(10);
/// Maximum time until the server is ready for the message, with connecting.
const DEADLINE: Duration = Duration::from_secs(30);
/// Maximum time for the answer to the message. A mail that is sent again earlier arrives twice (RFC 5321, 4.5.3.2.6: 10 minutes).
const ANSWER_DEADLINE: Duration = Duration::from_mins(5);

/// A mail server, and how it is reached.
pub struct SmtpServer {
    host: String,
    port: u16,
    encryption: Encryption,
    credentials: Option<(String, SecretString)>,
    deadline: Duration,
    answer_deadline: Duration,
}

/// User and password are redacted.
impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let login = if self.credentials.is_some() {
            ", [redacted]"
        } else {
            ""
        };
        write!(
            f,
            "SmtpServer({}:{}, {:?}{login})",
            self.host, self.port, self.encryption
        )
    }
}

impl SmtpServer {
    /// Returns the same server with another deadline for each of the two parts of sending a mail.
    #[must_use]
    pub fn with_deadline(self, deadline: Duration) -> Self {
        Self {
            deadline,
            answer_deadline: deadline,
            ..self
        }
    }
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encryption {
    /// TLS from the first byte.
    Implicit,
    /// `STARTTLS`, without which nothing is sent.
    StartTls,
    None,
}

/// The header fields of a mail.
#[derive(Clone, Copy)]
pub(super) struct HeaderFields<'a> {
    pub(super) id: MailId,
    pub(super) to: &'a Email,
    pub(super) at: Timestamp,
}

/// Formats a message (RFC 5322). `lettre` encodes what is not ASCII, and line breaks, in headers (RFC 2047).
fn message(
    sender: &MailSender,
    fields: HeaderFields<'_>,
    to: &Address,
    text: &MailText,
) -> Result<Zeroizing<Vec<u8>>, SendError> {
    let date = UNIX_EPOCH + Duration::from_millis(u64::try_from(fields.at.0).unwrap_or_default());
    let domain = sender.mailbox.email.domain();
    let mut message = Message::builder()
        .message_id(Some(format!("<{}@{domain}>", fields.id)))
        .date(date)
        .from(sender.mailbox.clone())
        .to(Mailbox::new(None, to.clone()))
        .subject(text.subject.as_str())
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        .body(text.body.to_string())
        .map_err(|error| SendError::new(Failure::Refused, error.to_string()))?;
    // No answers of other programs, such as out-of-office notices (RFC 3834).
    message.headers_mut().insert_raw(HeaderValue::new(
        HeaderName::new_from_ascii_str("Auto-Submitted"),
        "auto-generated".to_owned(),
    ));
    Ok(Zeroizing::new(message.formatted()))
}

#[cfg(test)]
mod tests {
    use super::{HeaderFields, MailSender, message};
    use crate::mail::{Content, text::compose};
    use domain::{account::Email, id::MailId, time::Timestamp};
    use lettre::message::Mailbox;
    use uuid::Uuid;

    /// Every header of a mail.
    const HEADERS: [&str; 9] = [
        "Message-ID",
        "Date",
        "From",
        "To",
        "Subject",
        "MIME-Version",
        "Content-Type",
        "Content-Transfer-Encoding",
        "Auto-Submitted",
    ];

    #[test]
    fn no_name_and_no_address_adds_a_header() {
        let text = compose(
            &Content::Test,
            (&Email::parse("ada@example.com").expect("valid"), true),
            "https://keys.example.com",
        );
        for (name, to) in [
            ("Latchkey", "ada@example.com"),
            ("Keys\u{2028}Bcc: all@example.com", "ada@example.com"),
            ("Zoë, \"Keys\"", "zoë@example.com"),
            (&"Keys at Example ".repeat(20), "zoë@bücher.example"),
        ] {
            let address = "latchkey@example.com".parse().expect("valid");
            let mailbox = Mailbox::new(Some(name.to_owned()), address);
            let sender = MailSender { mailbox };
            let email = Email::parse(to).expect("valid");
            let fields = HeaderFields {
                id: MailId(Uuid::nil()),
                to: &email,
                at: Timestamp(0),
            };
            let address = to.parse().expect("valid");
            let message = message(&sender, fields, &address, &text).expect("a message");
            let message = String::from_utf8(message.to_vec()).expect("UTF-8");
            let (head, _) = message.split_once("\r\n\r\n").expect("a body");
            // A line that begins with a space continues a header.
            let lines = head.split("\r\n").filter(|line| !line.starts_with(' '));
            let names: Vec<_> = lines
                .map(|line| line.split(':').next().unwrap_or_default())
                .collect();
            assert_eq!(names, HEADERS, "{head}");
            assert!(!head.replace("\r\n", "").contains(['\r', '\n']), "{head}");
        }
    }
}
