//! The only type that carries a secret to a browser.

use super::{Environment, name::KeyName, token::KeyId};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A newly created key with its secret, which is returned once and never stored.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct IssuedKey {
    pub id: KeyId,
    pub name: KeyName,
    pub environment: Environment,
    pub secret: String,
}

/// Redacts the secret.
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
    fn debug_output_redacts_the_secret() {
        let issued = IssuedKey {
            id: KeyId::from_number(Environment::Live, 7),
            name: KeyName::parse("Checkout").expect("valid"),
            environment: Environment::Live,
            secret: "asl_do_not_show".into(),
        };
        assert!(!format!("{issued:?} {issued:#?}").contains("do_not_show"));
        assert!(format!("{issued:?}").contains("Checkout"));
    }
}
