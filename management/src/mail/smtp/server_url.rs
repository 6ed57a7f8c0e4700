//! The URL of a mail server.

use super::{ANSWER_DEADLINE, DEADLINE, Encryption, SmtpServer};
use domain::host::is_loopback_host;
use percent_encoding::percent_decode_str;
use url::Url;

/// The port of submission with implicit TLS (RFC 8314).
const SUBMISSIONS_PORT: u16 = 465;
/// The port of submission (RFC 6409).
const SUBMISSION_PORT: u16 = 587;

impl SmtpServer {
    /// Parses `smtps://USER:PASSWORD@HOST:PORT` (implicit TLS) or `smtp://USER:PASSWORD@HOST:PORT` (`STARTTLS`). On this machine
    /// `smtp://` is not encrypted, unless it ends in `?tls=required`; `?tls=none` turns encryption off elsewhere, for a
    /// server without a password.
    ///
    /// # Errors
    /// What is wrong with it. The message never contains the URL.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let url = Url::parse(text.trim()).map_err(|_| "the value is not a URL")?;
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or("the URL names no host")?;
        let host = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        if !matches!(url.path(), "" | "/") || url.fragment().is_some() {
            return Err("the URL has a path");
        }
        let wanted = match url.query() {
            None => None,
            Some("tls=required") => Some(true),
            Some("tls=none") => Some(false),
            Some(_) => return Err("the URL has a query other than ?tls=required and ?tls=none"),
        };
        let credentials = match (decoded(url.username())?, url.password()) {
            (user, Some(password)) if !user.is_empty() => Some((user, decoded(password)?.into())),
            (user, None) if user.is_empty() => None,
            _ => return Err("the URL has a user without a password, or a password without a user"),
        };
        let encryption = match (url.scheme(), wanted) {
            ("smtps", None | Some(true)) => Encryption::Implicit,
            ("smtp", Some(true)) => Encryption::StartTls,
            ("smtp", None) if !is_loopback_host(&host) => Encryption::StartTls,
            ("smtp", None | Some(false)) => Encryption::None,
            ("smtps", Some(false)) => return Err("the URL asks for TLS and for no TLS"),
            _ => return Err("the URL does not begin with smtps:// or smtp://"),
        };
        if encryption == Encryption::None && credentials.is_some() && !is_loopback_host(&host) {
            return Err("the URL would send the password without TLS");
        }
        let port = url.port().unwrap_or(match encryption {
            Encryption::Implicit => SUBMISSIONS_PORT,
            Encryption::StartTls | Encryption::None => SUBMISSION_PORT,
        });
        Ok(Self {
            host,
            port,
            encryption,
            credentials,
            deadline: DEADLINE,
            answer_deadline: ANSWER_DEADLINE,
        })
    }
}

fn decoded(text: &str) -> Result<String, &'static str> {
    let text = percent_decode_str(text).decode_utf8();
    let text = text.map_err(|_| "the user or password is not UTF-8 text")?;
    if text.chars().any(char::is_control) {
        return Err("the user or password contains control characters");
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Encryption, SmtpServer};
    use secrecy::ExposeSecret;

    fn parse(url: &str) -> SmtpServer {
        SmtpServer::parse(url).unwrap_or_else(|why| panic!("{url}: {why}"))
    }

    #[test]
    fn tls_is_required_except_on_this_machine() {
        for (url, port, encryption) in [
            ("smtps://mail.example.com", 465, Encryption::Implicit),
            (
                "smtps://u:p@mail.example.com:2465?tls=required",
                2465,
                Encryption::Implicit,
            ),
            ("smtp://mail.example.com", 587, Encryption::StartTls),
            ("smtp://u:p@10.0.0.5:25", 25, Encryption::StartTls),
            ("smtp://relay:25?tls=none", 25, Encryption::None),
            ("smtp://localhost:1025", 1025, Encryption::None),
            ("smtp://u:p@127.0.0.1:1025/", 1025, Encryption::None),
            ("smtp://[::1]:1025", 1025, Encryption::None),
            ("smtp://localhost?tls=required", 587, Encryption::StartTls),
        ] {
            let server = parse(url);
            assert_eq!(
                (server.port, server.encryption),
                (port, encryption),
                "{url}"
            );
        }
        assert_eq!(parse("smtp://[::1]:1025").host, "::1");
    }

    #[test]
    fn user_and_password_are_percent_decoded_and_not_printed() {
        let server = parse("smtps://ada%40example.com:hunter%2F2@mail.example.com");
        let (user, password) = server.credentials.as_ref().expect("credentials");
        assert_eq!(user, "ada@example.com");
        assert_eq!(password.expose_secret(), "hunter/2");
        let printed = format!("{server:?}");
        assert!(printed.contains("mail.example.com:465"), "{printed}");
        assert!(
            !printed.contains("hunter") && !printed.contains("ada"),
            "{printed}"
        );
    }

    #[test]
    fn a_url_that_cannot_be_used_is_refused_with_its_reason() {
        for (url, reason) in [
            ("mail.example.com", "not a URL"),
            ("https://mail.example.com", "begin with"),
            ("smtp://", "host"),
            ("smtp://mail.example.com/path", "path"),
            ("smtp://mail.example.com?tls=maybe", "query"),
            ("smtps://mail.example.com?tls=none", "no TLS"),
            ("smtp://u:hunter2@mail.example.com?tls=none", "without TLS"),
            ("smtp://u@mail.example.com", "without a password"),
            ("smtp://:hunter2@mail.example.com", "without a user"),
            ("smtp://u:hunter2%0Aquit@mail.example.com", "control"),
            ("smtp://mail.example.com:99999", "not a URL"),
        ] {
            let why = SmtpServer::parse(url).expect_err(url);
            assert!(why.contains(reason), "{url}: {why}");
            assert!(!why.contains("hunter2"), "{why}");
        }
    }
}
