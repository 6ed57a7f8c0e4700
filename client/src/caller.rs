//! The caller of an accepted request.

use domain::{
    id::{AccountId, ApplicationId},
    key::{Environment, scope::ScopeSet, token::KeyId},
    time::Timestamp,
};

/// The caller of an accepted request, in its extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The public key id.
    pub key_id: KeyId,
    /// The key's application.
    pub application_id: ApplicationId,
    /// The application's account: the service's own.
    pub account_id: AccountId,
    /// Whether the key is live or test.
    pub environment: Environment,
    /// The key's scopes, without those that this version does not know.
    pub scopes: ScopeSet,
    /// The expiry of the key; `None` if it never expires.
    pub expires_at: Option<Timestamp>,
}
