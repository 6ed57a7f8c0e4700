//! The one type that carries a secret to a browser.

use super::{Environment, name::KeyName, token::KeyId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A key that was made a moment ago, with its secret: returned once, kept nowhere.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedKey {
    /// The public key id.
    pub id: KeyId,
    /// Its name.
    pub name: KeyName,
    /// Live or test.
    pub environment: Environment,
    /// The secret, in full.
    pub secret: String,
}

/// Says everything but the secret.
impl fmt::Debug for IssuedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuedKey")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("secret", &"[redacted]")
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_cannot_be_printed() {
        let issued = IssuedKey {
            id: KeyId::from_number(Environment::Live, 7),
            name: KeyName::parse("Checkout").expect("valid"),
            environment: Environment::Live,
            secret: "asl_do_not_show".into(),
        };
        assert!(!format!("{issued:?} {issued:#?}").contains("do_not_show"));
    }
}
