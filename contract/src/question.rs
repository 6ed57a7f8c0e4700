//! The request body of `POST /v1/keys/verify`.

use crate::object::Object;
use serde::Deserialize;
use zeroize::Zeroizing;

/// Maximum questions in one request.
pub const MAX_QUESTIONS: usize = 100;

/// The questions of one request body.
pub enum Questions {
    /// One question, which is answered with an object.
    One(Object<Question>),
    /// 1 to [`MAX_QUESTIONS`] questions, which are answered with an array.
    Several(Vec<Object<Question>>),
}

/// Credentials that were presented to a service, with the service's data about the call.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The public key id, as it was presented.
    pub key: String,
    /// The secret, as it was presented.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub secret: Zeroizing<String>,
    /// The required scopes.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// The call with these credentials: its address is checked against the key's IP rules, and it is counted in the key's usage.
    #[serde(default)]
    pub request: Object<Presenter>,
}

impl Question {
    /// Returns the key id and the secret after [`credentials::trimmed`](crate::credentials::trimmed).
    pub fn pair(&self) -> (&str, &str) {
        let trimmed = crate::credentials::trimmed;
        (trimmed(&self.key), trimmed(&self.secret))
    }
}

/// The call with these credentials.
#[derive(Default, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Presenter {
    /// The client's address. Without one, a key with IP rules is refused.
    pub ip: Option<String>,
    /// Such as `GET`.
    pub method: String,
    /// Such as `/invoices/17`.
    pub route: String,
    /// The `User-Agent` of the client.
    pub user_agent: String,
}

/// Parses a request body. Returns `None` if it is invalid.
pub fn read(bytes: &[u8]) -> Option<Questions> {
    if !bytes.trim_ascii_start().starts_with(b"[") {
        return serde_json::from_slice(bytes).ok().map(Questions::One);
    }
    let several: Vec<Object<Question>> = serde_json::from_slice(bytes).ok()?;
    (1..=MAX_QUESTIONS)
        .contains(&several.len())
        .then_some(Questions::Several(several))
}

#[cfg(test)]
mod tests {
    use super::{MAX_QUESTIONS, Questions, read};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_body_is_parsed_without_a_panic(bytes: Vec<u8>, text in r#"[\[\]{}",:a-z0-9 \\]{0,60}"#) {
            for sent in [&bytes[..], text.as_bytes()] {
                if let Some(Questions::Several(several)) = read(sent) {
                    prop_assert!((1..=MAX_QUESTIONS).contains(&several.len()));
                }
            }
        }

        #[test]
        fn questions_are_parsed_as_they_were_sent(
            pairs in prop::collection::vec(("\\PC{0,30}", "\\PC{0,30}", prop::collection::vec("[a-z:]{0,12}", 0..3)), 0..104),
        ) {
            let questions: Vec<_> = pairs
                .iter()
                .map(|(key, secret, scopes)| serde_json::json!({ "key": key, "secret": secret, "scopes": scopes }))
                .collect();
            let read = read(serde_json::json!(questions).to_string().as_bytes());
            let Some(Questions::Several(several)) = read else {
                prop_assert!(pairs.is_empty() || pairs.len() > MAX_QUESTIONS);
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
    fn invalid_bodies_are_refused() {
        for invalid in [
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
            assert!(read(invalid.as_bytes()).is_none(), "{invalid}");
        }
        assert!(read(br#"{"key":"a","secret":"b"}"#).is_some());
    }
}
