//! The claims of an ID token about a person.

use domain::time::Timestamp;
use serde_json::{Map, Value};

/// Maximum number of groups that are read.
const MAX_GROUPS: usize = 2_000;
/// Maximum length of a text.
const MAX_TEXT_BYTES: usize = 512;

/// The verified claims about a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claims {
    /// The person's id at the provider, unique there and never used again.
    pub subject: String,
    /// The e-mail address as the provider has it.
    pub email: Option<String>,
    /// Whether the provider has verified the address; `None` if it does not say.
    pub email_verified: Option<bool>,
    /// The person's name.
    pub name: Option<String>,
    /// The values of the groups claim.
    pub groups: Vec<String>,
    /// How the person signed in at the provider (RFC 8176).
    pub methods: Vec<String>,
    /// When the person signed in at the provider; `None` if it does not say so.
    pub authenticated_at: Option<Timestamp>,
}

impl Claims {
    /// Reads the claims of a verified token, without the time of the sign-in; `groups` names the claim with the groups.
    pub(crate) fn read(subject: String, claims: &Map<String, Value>, groups: &str) -> Self {
        Self {
            subject,
            email: text(claims.get("email")).filter(|email| !email.contains(char::is_control)),
            email_verified: claims
                .get("email_verified")
                .filter(|value| !value.is_null())
                .map(|value| *value == Value::Bool(true)),
            name: text(claims.get("name")),
            groups: texts(claims.get(groups)),
            methods: texts(claims.get("amr")),
            authenticated_at: None,
        }
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?;
    (1..=MAX_TEXT_BYTES)
        .contains(&text.len())
        .then(|| text.to_owned())
}

/// A list of texts, or one text.
fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(list)) => list
            .iter()
            .take(MAX_GROUPS)
            .filter_map(|one| text(Some(one)))
            .collect(),
        one => text(one).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(claims: &Value) -> Claims {
        Claims::read("1".into(), claims.as_object().expect("a map"), "groups")
    }

    #[test]
    fn an_address_is_verified_only_if_the_provider_says_true() {
        for (value, verified) in [
            (json!(true), Some(true)),
            (json!(false), Some(false)),
            (json!("true"), Some(false)),
            (json!(1), Some(false)),
            (Value::Null, None),
        ] {
            let found = read(&json!({"email": "a@b", "email_verified": value}));
            assert_eq!(found.email_verified, verified, "{value}");
        }
        assert_eq!(read(&json!({"email": "a@b"})).email_verified, None);
    }

    #[test]
    fn an_address_with_control_characters_is_none() {
        for email in ["a\0@b", "a@b\n", "\u{85}a@b"] {
            assert_eq!(read(&json!({"email": email})).email, None, "{email:?}");
        }
    }

    #[test]
    fn groups_are_a_list_or_one_text() {
        for (value, groups) in [
            (
                json!(["admins", 7, "", "devs", ["x"]]),
                vec!["admins", "devs"],
            ),
            (json!("admins"), vec!["admins"]),
            (json!({"admins": true}), vec![]),
            (Value::Null, vec![]),
        ] {
            assert_eq!(read(&json!({"groups": value})).groups, groups, "{value}");
        }
    }
}
