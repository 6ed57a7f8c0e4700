//! The sender of mails.

use lettre::message::Mailbox;

/// The address that mails come from, with a name.
#[derive(Clone, Debug)]
pub struct MailSender {
    pub(super) mailbox: Mailbox,
}

impl MailSender {
    /// Parses an address, or a name with an address: `Latchkey <latchkey@example.com>`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if text.chars().any(char::is_control) {
            return Err("contains control characters");
        }
        let mailbox: Mailbox = text.parse().map_err(|_| "is not an e-mail address")?;
        // Mail servers without SMTPUTF8 would refuse every mail.
        if !mailbox.email.to_string().is_ascii() {
            return Err("is an address with characters beyond ASCII");
        }
        Ok(Self { mailbox })
    }
}

#[cfg(test)]
mod tests {
    use super::MailSender;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for text in [
            "latchkey@example.com",
            "Latchkey <latchkey@example.com>",
            "Zoë <latchkey@example.com>",
            "\"Keys, at Example\" <keys@mail.example.com>",
        ] {
            assert!(MailSender::parse(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "Latchkey",
            "latchkey@",
            "Latchkey <latchkey@example.com>\r\nBcc: all@example.com",
            "a@example.com, b@example.com",
            "zoë@example.com",
            "Latchkey <latchkey@bücher.example>",
        ] {
            assert!(MailSender::parse(text).is_err(), "{text}");
        }
    }
}
