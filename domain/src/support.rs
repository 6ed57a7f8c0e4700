//! Searches by support: what can be searched, the required reason and the results.

use crate::{
    Invalid,
    account::Application,
    audit::AuditRecord,
    decision::DecisionDetails,
    id::AccountId,
    invalid::plain_text,
    key::{KeySummary, token::KeyId},
    security::SecurityEvent,
    time::Timestamp,
    usage::Series,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An account in the results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct FoundAccount {
    pub id: AccountId,
    pub name: String,
    /// The number of applications.
    pub applications: i64,
}

/// A key in a list of results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct FoundKey {
    pub id: KeyId,
    pub name: String,
    /// The name of the application.
    pub application: String,
    /// The name of the account.
    pub account: String,
}

/// A key's page for support, without its secret and digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SupportKeyView {
    pub key: KeySummary,
    pub application: Application,
    /// The audit records of the key, newest first, including this access.
    pub history: Vec<AuditRecord>,
    pub usage: Series,
    /// The security events of the key, latest first.
    pub events: Vec<SecurityEvent>,
}

/// The results of a search. Each list has at most [`SupportSearchResult::MAX_ROWS`] rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct SupportSearchResult {
    /// The search text.
    pub what: String,
    pub reason: String,
    pub now: Timestamp,
    /// The key, if the search was a public key id.
    pub key: Option<SupportKeyView>,
    pub accounts: Vec<FoundAccount>,
    pub applications: Vec<Application>,
    pub keys: Vec<FoundKey>,
    /// The decisions of a request, if the search was a request id.
    pub requests: Vec<DecisionDetails>,
    /// Whether a list was cut.
    pub more: bool,
}

impl SupportSearchResult {
    /// Maximum rows of a list.
    pub const MAX_ROWS: usize = 20;

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.key.is_none()
            && self.accounts.is_empty()
            && self.applications.is_empty()
            && self.keys.is_empty()
            && self.requests.is_empty()
    }
}

/// A parsed search by support.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SupportSearch {
    /// A key by its public id.
    Key(KeyId),
    /// Keys whose mask looks like this.
    Mask {
        /// The first eight characters.
        head: String,
        /// The last four.
        tail: String,
    },
    /// The account, application or request with this id.
    Id(Uuid),
    /// Accounts and applications whose name contains this text, and requests with this id.
    Name(String),
}

impl SupportSearch {
    /// Minimum characters of a name, so that a search does not match most accounts.
    pub const MIN_NAME_CHARS: usize = 3;

    /// Parses a public key id, a mask such as `akl_7Gq2••••••••x9Zk`, an id, or a name.
    ///
    /// # Errors
    /// If the text is too short or too long.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let text = plain_text("The search", raw, 80, false)?;
        if let Ok(id) = text.parse::<KeyId>() {
            return Ok(Self::Key(id));
        }
        if let Some(mask) = mask(&text) {
            return Ok(mask);
        }
        if let Ok(id) = Uuid::parse_str(&text) {
            return Ok(Self::Id(id));
        }
        if text.chars().count() < Self::MIN_NAME_CHARS {
            return Err(Invalid::new(
                "Enter an ID, a key's mask, or at least 3 characters of a name.",
            ));
        }
        Ok(Self::Name(text))
    }
}

/// Parses a mask: the first eight characters of an id, any placeholder, and the last four characters.
fn mask(text: &str) -> Option<SupportSearch> {
    let hidden = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let (head, rest) = text.split_once(hidden)?;
    let tail = rest.trim_start_matches(hidden);
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
    let random = head
        .strip_prefix("akl_")
        .or_else(|| head.strip_prefix("akt_"))?;
    (random.len() == 4 && tail.len() == 4 && plain(random) && plain(tail)).then(|| {
        SupportSearch::Mask {
            head: head.to_owned(),
            tail: tail.to_owned(),
        }
    })
}

/// Parses the reason of a search: 3 to 200 characters.
///
/// # Errors
/// The rule that the text breaks.
pub fn parse_reason(raw: &str) -> Result<String, Invalid> {
    let reason = plain_text("The reason", raw, 200, false)?;
    if reason.chars().count() < 3 {
        return Err(Invalid::new(
            "Enter a reason, for example the ticket number. The account owner can see it.",
        ));
    }
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::ApplicationId, key::Environment};

    #[test]
    fn a_public_key_id_and_its_mask_are_recognised() {
        let id = KeyId::from_number(Environment::Live, 123_456_789_012_345_678_901_234_567);
        assert_eq!(
            SupportSearch::parse(&format!(" {id} ")),
            Ok(SupportSearch::Key(id))
        );
        let text = id.to_string();
        let wanted = SupportSearch::Mask {
            head: text[..8].into(),
            tail: text[16..].into(),
        };
        for between in ["••••••••", "…", "...", "********", " "] {
            let mask = format!("{}{between}{}", &text[..8], &text[16..]);
            assert_eq!(SupportSearch::parse(&mask), Ok(wanted.clone()), "{mask}");
        }
        assert_eq!(SupportSearch::parse(&id.mask()), Ok(wanted));
    }

    #[test]
    fn other_text_is_an_id_or_a_name() {
        for name in [
            "Northwind",
            "akl_7Gq2•",
            "akx_7Gq2••••x9Zk",
            "akl_7Gq2••••x9Z",
        ] {
            assert!(
                matches!(SupportSearch::parse(name), Ok(SupportSearch::Name(_))),
                "{name}"
            );
        }
        let id = "0190f3c4-0000-7000-8000-000000000001";
        assert!(matches!(SupportSearch::parse(id), Ok(SupportSearch::Id(_))));
        assert!(SupportSearch::parse("abc").is_ok());
        for bad in ["", "ab", "%", "a\u{202E}bcd", &"x".repeat(81)] {
            assert!(SupportSearch::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_reason_has_3_to_200_characters() {
        assert_eq!(
            parse_reason(" Request 4711 ").as_deref(),
            Ok("Request 4711")
        );
        assert_eq!(parse_reason(" abc ").as_deref(), Ok("abc"));
        assert!(parse_reason("  ab ").is_err());
        assert!(parse_reason(&"x".repeat(201)).is_err());
    }

    #[test]
    fn a_result_is_empty_only_without_any_rows() {
        let empty = SupportSearchResult {
            what: "Northwind".into(),
            reason: "Request 4711".into(),
            now: Timestamp(0),
            key: None,
            accounts: Vec::new(),
            applications: Vec::new(),
            keys: Vec::new(),
            requests: Vec::new(),
            more: false,
        };
        assert!(empty.is_empty());
        let fill: [fn(&mut SupportSearchResult); 3] = [
            |found| {
                found.accounts.push(FoundAccount {
                    id: AccountId(Uuid::nil()),
                    name: "Northwind".into(),
                    applications: 1,
                });
            },
            |found| {
                found.applications.push(Application {
                    id: ApplicationId(Uuid::nil()),
                    account_id: AccountId(Uuid::nil()),
                    account_name: "Northwind".into(),
                    name: "Storefront".into(),
                    time_zone: "UTC".into(),
                    archived_at: None,
                });
            },
            |found| {
                found.keys.push(FoundKey {
                    id: KeyId::from_number(Environment::Live, 1),
                    name: "Checkout".into(),
                    application: "Storefront".into(),
                    account: "Northwind".into(),
                });
            },
        ];
        for fill in fill {
            let mut found = empty.clone();
            fill(&mut found);
            assert!(!found.is_empty(), "{found:?}");
        }
    }
}
