//! Why a mail was not sent.

use domain::text::single_line;
use lettre::transport::smtp::Error;
use std::error::Error as _;

/// The mail server closes the connection (RFC 5321, 3.8).
const SERVICE_CLOSES: &str = "421";
/// Maximum length of a mail server's text, in characters.
pub(super) const MAX_TEXT_CHARS: usize = 500;

/// Whether and what else can be sent after an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::mail) enum Failure {
    /// The recipient's address does not work: the mail will never be accepted.
    Refused,
    /// The mail server may accept this mail later.
    Deferred,
    /// The message was transmitted, and whether the mail server accepted it is not known.
    Unanswered,
    /// The mail server cannot be used: other mails would fail too.
    Unavailable,
}

/// Why a mail was not sent.
#[derive(Debug, thiserror::Error)]
#[error("{}", .answer.as_deref().unwrap_or(.reason))]
pub struct SendError {
    pub(in crate::mail) failure: Failure,
    /// The cause, without texts of the mail server: they may quote the mail, with its link.
    pub(in crate::mail) reason: String,
    /// The cause with the mail server's text.
    answer: Option<String>,
}

impl SendError {
    pub(in crate::mail) fn new(failure: Failure, reason: impl Into<String>) -> Self {
        Self {
            failure,
            reason: reason.into(),
            answer: None,
        }
    }

    /// An error while connecting, or at a step that does not depend on the mail.
    pub(super) fn unavailable(step: &str, error: &Error) -> Self {
        Self {
            failure: Failure::Unavailable,
            ..Self::at(step, error)
        }
    }

    /// An answer that is not in the protocol.
    pub(super) fn invalid(step: &str) -> Self {
        let reason = format!("{step} failed: an invalid answer");
        Self::new(Failure::Unavailable, reason)
    }

    /// The same error after the message was transmitted.
    pub(in crate::mail) fn unanswered(self) -> Self {
        Self {
            failure: Failure::Unanswered,
            ..self
        }
    }

    /// An error at a step that depends on the mail.
    pub(super) fn at(step: &str, error: &Error) -> Self {
        if let Some(code) = error.status() {
            let text = error.source().map(ToString::to_string);
            let text = single_line(&text.unwrap_or_default(), MAX_TEXT_CHARS);
            let failure = if code.to_string() == SERVICE_CLOSES {
                Failure::Unavailable
            } else if error.is_permanent() && is_about_recipient(&text) {
                Failure::Refused
            } else {
                Failure::Deferred
            };
            return Self {
                failure,
                reason: format!("the mail server answered {code} to {step}"),
                answer: Some(format!("the mail server rejected {step}: {code} {text}")),
            };
        }
        // The library quotes what it cannot parse.
        if error.is_response() {
            return Self::invalid(step);
        }
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(deeper) = source {
            let more = deeper.to_string();
            if !cause.contains(&more) {
                cause = format!("{cause}: {more}");
            }
            source = deeper.source();
        }
        Self::new(Failure::Unavailable, format!("{step} failed: {cause}"))
    }
}

/// Whether an answer says that the recipient's address does not work (RFC 3463: X.1.X, but not those about the sender, and X.2.1).
/// Others, such as a quota, a policy or a relay that is denied, may be mended.
fn is_about_recipient(text: &str) -> bool {
    let code = text.split_whitespace().next().unwrap_or_default();
    match code.split('.').collect::<Vec<_>>()[..] {
        ["5", "1", detail] => !matches!(detail, "7" | "8"),
        ["5", "2", "1"] => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{SendError, is_about_recipient};
    use lettre::transport::smtp::response::Response;

    #[test]
    fn an_answer_that_cannot_be_parsed_is_not_quoted() {
        let answer = "https://keys.example.com/reset/0123";
        let error = answer.parse::<Response>().expect_err("no answer");
        assert!(error.to_string().contains(answer), "{error}");
        let failed = SendError::at("the message", &error);
        for text in [
            failed.to_string(),
            failed.reason,
            format!("{:?}", failed.failure),
        ] {
            assert!(!text.contains(answer), "{text}");
        }
        let failed = SendError::unavailable("the connection", &error);
        assert_eq!(failed.reason, "the connection failed: an invalid answer");
    }

    #[test]
    fn only_an_address_that_does_not_work_is_final() {
        for text in ["5.1.1 no such user", "5.1.10 null MX", "5.2.1 disabled"] {
            assert!(is_about_recipient(text), "{text}");
        }
        for text in [
            "",
            "no such user",
            "5.1.7 bad sender",
            "5.1.8 bad sender's domain",
            "5.2.2 mailbox full",
            "5.7.1 relaying denied",
            "4.1.1 later",
            "5.1",
            "5.1.1.1",
        ] {
            assert!(!is_about_recipient(text), "{text}");
        }
    }
}
