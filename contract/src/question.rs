//! What a service asks `POST /v1/keys/verify`.

use crate::object::Object;
use serde::Deserialize;
use zeroize::Zeroizing;

/// Pairs in one call.
pub const MOST: usize = 100;

/// One question, or several at once.
pub enum Asked {
    /// Is answered by an object.
    One(Object<Question>),
    /// 1 to 100; is answered by an array.
    Several(Vec<Object<Question>>),
}

/// A pair that was presented to a service, with what the service knows of the call.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The public key id, as it was presented.
    pub key: String,
    /// The secret, as it was presented.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub secret: Zeroizing<String>,
    /// What the call needs.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The call with which the pair came: checked against the key's addresses, and counted in its usage.
    #[serde(default)]
    pub request: Object<Presenter>,
}

impl Question {
    /// The key id and the secret, as [`credentials::trimmed`](crate::credentials::trimmed) leaves them.
    pub fn pair(&self) -> (&str, &str) {
        let trimmed = crate::credentials::trimmed;
        (trimmed(&self.key), trimmed(&self.secret))
    }
}

/// The call with which the pair came.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Presenter {
    /// The client's address. Without one a key with a list of addresses is refused.
    pub ip: Option<String>,
    /// Such as `GET`.
    pub method: String,
    /// Such as `/invoices/17`.
    pub route: String,
    /// What the client calls itself.
    pub user_agent: String,
}

/// Reads a body; nothing where it asks no question.
pub fn read(bytes: &[u8]) -> Option<Asked> {
    if !bytes.trim_ascii_start().starts_with(b"[") {
        return serde_json::from_slice(bytes).ok().map(Asked::One);
    }
    let several: Vec<Object<Question>> = serde_json::from_slice(bytes).ok()?;
    (1..=MOST)
        .contains(&several.len())
        .then_some(Asked::Several(several))
}

#[cfg(test)]
mod tests {
    use super::{Asked, MOST, read};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_sent_panics(bytes: Vec<u8>, text in r#"[\[\]{}",:a-z0-9 \\]{0,60}"#) {
            for sent in [&bytes[..], text.as_bytes()] {
                if let Some(Asked::Several(several)) = read(sent) {
                    prop_assert!((1..=MOST).contains(&several.len()));
                }
            }
        }

        #[test]
        fn questions_are_read_as_they_were_asked(
            pairs in prop::collection::vec(("\\PC{0,30}", "\\PC{0,30}", prop::collection::vec("[a-z:]{0,12}", 0..3)), 0..104),
        ) {
            let questions: Vec<_> = pairs
                .iter()
                .map(|(key, secret, scopes)| serde_json::json!({ "key": key, "secret": secret, "scopes": scopes }))
                .collect();
            let read = read(serde_json::json!(questions).to_string().as_bytes());
            let Some(Asked::Several(several)) = read else {
                prop_assert!(pairs.is_empty() || pairs.len() > MOST);
                return Ok(());
            };
            prop_assert_eq!(several.len(), pairs.len());
            for (question, (key, secret, scopes)) in several.iter().zip(&pairs) {
                prop_assert_eq!(&question.0.key, key);
                prop_assert_eq!(&*question.0.secret, secret);
                prop_assert_eq!(&question.0.scopes, scopes);
            }
        }
    }

    #[test]
    fn absurd_questions_are_refused() {
        for absurd in [
            "",
            "{}",
            "null",
            r#"{"key":1,"secret":"x"}"#,
            r#"{"key":"a","secret":"b","scope":["invoice:read"]}"#,
            r#"{"key":"a","secret":"b","scopes":"invoice:read"}"#,
            r#"{"key":"a","secret":"b"} x"#,
            r#"{"key":"a","key":"a","secret":"b"}"#,
            r#"["a","b"]"#,
            r#"{"key":"a","secret":"b","request":["192.0.2.1"]}"#,
        ] {
            assert!(read(absurd.as_bytes()).is_none(), "{absurd}");
        }
        assert!(read(br#"{"key":"a","secret":"b"}"#).is_some());
    }
}
