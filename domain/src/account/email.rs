//! E-mail addresses.

use crate::{Invalid, invalid::is_unprintable};
use serde::{Deserialize, Serialize};
use std::fmt;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// An e-mail address in lower case and composed (NFC), so that all databases compare it alike.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Maximum length in bytes (RFC 5321, 4.5.3.1.3).
    pub const MAX_BYTES: usize = 254;

    /// Parses a dot-atom and a host name (RFC 5321, RFC 6531), without `/`: an address is shown in mails to other people, whose
    /// programs make links of what looks like a URL.
    ///
    /// # Errors
    /// If the text is something else.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let text: String = raw.trim().to_lowercase().nfc().collect();
        let shaped = text
            .split_once('@')
            .is_some_and(|(local, domain)| is_dot_atom(local) && is_host_name(domain));
        let plain = text.len() <= Self::MAX_BYTES && !text.chars().any(is_unprintable);
        (shaped && plain)
            .then_some(Self(text))
            .ok_or_else(|| Invalid::new("Enter an email address, for example ada@example.com."))
    }

    /// Returns the address as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a text is a dot-atom (RFC 5322, 3.2.3; RFC 6531, 3.3) without `/`.
fn is_dot_atom(local: &str) -> bool {
    local.split('.').all(|atom| {
        !atom.is_empty()
            && atom
                .chars()
                .all(|c| is_word(c) || "!#$%&'*+-=?^_`{|}~".contains(c))
    })
}

/// Whether a text is a host name (RFC 1123, 2.1), maybe an internationalized one.
fn is_host_name(domain: &str) -> bool {
    const MAX_LABEL_BYTES: usize = 63;
    domain.split('.').all(|label| {
        (1..=MAX_LABEL_BYTES).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| is_word(c) || c == '-')
    })
}

/// Whether a character is a letter or a digit, or a mark of a letter.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_combining_mark(c))
}

#[cfg(test)]
mod tests {
    use super::Email;

    #[test]
    fn e_mail_addresses_are_trimmed_and_lower_case() {
        let email = Email::parse(" Ada@Example.COM ").expect("valid");
        assert_eq!(email.as_str(), "ada@example.com");
        assert_eq!(email.to_string(), "ada@example.com");
        for bad in ["", "a", "@", "a@", "@b", "a@b@c", "a b@c", "a\n@b"] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_e_mail_address_is_a_dot_atom_at_a_host_name() {
        for good in [
            "o'brien+keys@mail.example.com",
            "first.last@x.example",
            "user_1=tag@example.com",
            "root@localhost",
            "z\u{f6}e@b\u{fc}cher.example",
            "\u{92a}\u{94d}\u{930}@\u{939}\u{93f}\u{928}\u{94d}\u{926}\u{940}.example",
        ] {
            assert!(Email::parse(good).is_ok(), "{good:?}");
        }
        for bad in [
            "https://evil.example/u=@a",
            "evil.example/login=@a.example",
            "//evil.example@a.example",
            "javascript:alert@a.example",
            "ada@evil.example/path",
            "ada@evil.example:80",
            "ada@evil.example?x",
            "ada@[192.0.2.1]",
            "ada@evil..example",
            "ada@.example",
            "ada@example.",
            "ada@-evil.example",
            "ada@evil-.example",
            "ada@evil_host.example",
            ".ada@example.com",
            "ada.@example.com",
            "a..b@example.com",
            "\"ada b\"@example.com",
            "<ada>@example.com",
            "ada,bob@example.com",
            "ada@evil\u{3002}example",
            "ada\u{ff0f}x@example.com",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
        let long = format!("ada@{}.example", "a".repeat(64));
        assert!(Email::parse(&long).is_err());
    }

    #[test]
    fn an_e_mail_address_has_no_invisible_characters() {
        for bad in [
            "a\u{200B}@b",
            "a@b\u{200D}",
            "\u{202E}a@b",
            "a\u{2066}@b",
            "a\u{AD}@b",
            "\u{FEFF}a@b",
            "a\0@b",
            "a\u{85}@b",
        ] {
            assert!(Email::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_e_mail_address_is_composed() {
        for (raw, parsed) in [
            ("jose\u{301}@example.com", "jos\u{e9}@example.com"),
            ("JOSE\u{301}@Example.com", "jos\u{e9}@example.com"),
            ("a@bu\u{308}cher.example", "a@b\u{fc}cher.example"),
            ("\u{212B}sa@example.com", "\u{e5}sa@example.com"),
        ] {
            let email = Email::parse(raw).expect("valid");
            assert_eq!(email.as_str(), parsed);
        }
    }

    #[test]
    fn an_e_mail_address_has_at_most_254_bytes() {
        let of_length = |bytes: usize| format!("{}@example.com", "a".repeat(bytes - 12));
        assert!(Email::parse(&of_length(254)).is_ok());
        assert!(Email::parse(&of_length(255)).is_err());
    }

    proptest::proptest! {
        /// Stored addresses are parsed again.
        #[test]
        fn a_parsed_e_mail_address_is_parsed_to_itself(raw in r"\PC{1,12}@\PC{1,12}") {
            if let Ok(email) = Email::parse(&raw) {
                proptest::prop_assert_eq!(Email::parse(email.as_str()), Ok(email));
            }
        }
    }
}
