//! What platform staff may look for, and why.

use crate::{
    Invalid,
    account::Application,
    audit::Record,
    decision::Explained,
    id::AccountId,
    invalid::plain_text,
    key::{KeySummary, token::KeyId},
    security::SecurityEvent,
    time::Timestamp,
    usage::Series,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// An account as support finds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundAccount {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// How many applications it has.
    pub applications: i64,
}

/// A key as support finds it, before anybody looks at it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyLine {
    /// The public key id.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// Where it belongs.
    pub application: String,
    /// Whose it is.
    pub account: String,
}

/// One key, as support sees it: neither its secret nor a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyView {
    /// The key.
    pub key: KeySummary,
    /// Where it belongs.
    pub application: Application,
    /// What was done to it, the newest first; this look too.
    pub history: Vec<Record>,
    /// What became of its calls.
    pub usage: Series,
    /// Its security events, those with the latest calls first.
    pub events: Vec<SecurityEvent>,
}

/// What a look found; each list is cut at [`Found::MOST`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// What was looked for.
    pub what: String,
    /// Why.
    pub reason: String,
    /// When.
    pub now: Timestamp,
    /// The key, where one was named.
    pub key: Option<KeyView>,
    /// Accounts.
    pub accounts: Vec<FoundAccount>,
    /// Applications.
    pub applications: Vec<Application>,
    /// Keys.
    pub keys: Vec<KeyLine>,
    /// What was decided under a request id, where that was named.
    pub requests: Vec<Explained>,
    /// Whether there is more than is shown.
    pub more: bool,
}

impl Found {
    /// Rows of a list.
    pub const MOST: usize = 20;

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.key.is_none()
            && self.accounts.is_empty()
            && self.applications.is_empty()
            && self.keys.is_empty()
            && self.requests.is_empty()
    }
}

/// What somebody of support is looking for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// One key.
    Key(KeyId),
    /// Keys that look like this behind their mask.
    Mask {
        /// The first eight characters.
        head: String,
        /// The last four.
        tail: String,
    },
    /// The account, the application or the call with this id.
    Id(Uuid),
    /// Accounts and applications with this in their names; calls under this id.
    Name(String),
}

impl Search {
    /// Characters of a name at least: fewer would find everybody.
    pub const SHORTEST: usize = 3;

    /// Reads a public key id, a mask such as `akl_7Gq2••••••••x9Zk`, an id, or a name.
    ///
    /// # Errors
    /// Where the text is too short to find something, or too long to be something.
    pub fn parse(raw: &str) -> Result<Self, Invalid> {
        let text = plain_text("This", raw, 80, false)?;
        if let Ok(id) = text.parse::<KeyId>() {
            return Ok(Self::Key(id));
        }
        if let Some(mask) = mask(&text) {
            return Ok(mask);
        }
        if let Ok(id) = Uuid::parse_str(&text) {
            return Ok(Self::Id(id));
        }
        if text.chars().count() < Self::SHORTEST {
            return Err(Invalid::new(
                "Enter a key, its mask, an id, or at least three characters of a name.",
            ));
        }
        Ok(Self::Name(text))
    }
}

/// Eight characters of an id, anything that stands for what is hidden, and the last four.
fn mask(text: &str) -> Option<Search> {
    let hidden = |c: char| !c.is_ascii_alphanumeric() && c != '_';
    let (head, rest) = text.split_once(hidden)?;
    let tail = rest.trim_start_matches(hidden);
    let plain = |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric());
    let random = head
        .strip_prefix("akl_")
        .or_else(|| head.strip_prefix("akt_"))?;
    (random.len() == 4 && tail.len() == 4 && plain(random) && plain(tail)).then(|| Search::Mask {
        head: head.to_owned(),
        tail: tail.to_owned(),
    })
}

/// Why support looks: 3 to 200 characters.
///
/// # Errors
/// Says which rule the text breaks.
pub fn parse_reason(raw: &str) -> Result<String, Invalid> {
    let reason = plain_text("The reason", raw, 200, false)?;
    if reason.chars().count() < 3 {
        return Err(Invalid::new(
            "Enter a reason, such as the number of the request; the owner of the account reads it.",
        ));
    }
    Ok(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Environment;

    #[test]
    fn a_key_is_found_by_its_id_and_by_its_mask() {
        let id = KeyId::from_number(Environment::Live, 123_456_789_012_345_678_901_234_567);
        assert_eq!(Search::parse(&format!(" {id} ")), Ok(Search::Key(id)));
        let text = id.to_string();
        let wanted = Search::Mask {
            head: text[..8].into(),
            tail: text[16..].into(),
        };
        for between in ["••••••••", "…", "...", "********", " "] {
            let mask = format!("{}{between}{}", &text[..8], &text[16..]);
            assert_eq!(Search::parse(&mask), Ok(wanted.clone()), "{mask}");
        }
        assert_eq!(Search::parse(&id.mask()), Ok(wanted));
    }

    #[test]
    fn what_is_neither_key_nor_id_is_a_name() {
        for name in [
            "Northwind",
            "akl_7Gq2•",
            "akx_7Gq2••••x9Zk",
            "akl_7Gq2••••x9Z",
        ] {
            assert!(matches!(Search::parse(name), Ok(Search::Name(_))), "{name}");
        }
        let id = "0190f3c4-0000-7000-8000-000000000001";
        assert!(matches!(Search::parse(id), Ok(Search::Id(_))));
        for bad in ["", "ab", "%", "a\u{202E}bcd", &"x".repeat(81)] {
            assert!(Search::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_look_needs_a_reason() {
        assert_eq!(
            parse_reason(" Request 4711 ").as_deref(),
            Ok("Request 4711")
        );
        assert!(parse_reason("  a ").is_err());
        assert!(parse_reason(&"x".repeat(201)).is_err());
    }
}
