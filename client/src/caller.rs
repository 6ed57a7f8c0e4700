//! Who calls.

use domain::{
    id::{AccountId, ApplicationId},
    key::{Environment, scope::ScopeSet, token::KeyId},
    time::Timestamp,
};

/// Who calls, as the gate says; among the extensions of a request that passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The public key id.
    pub key_id: KeyId,
    /// The key's application.
    pub application_id: ApplicationId,
    /// The application's account: the service's own.
    pub account_id: AccountId,
    /// Live or test.
    pub environment: Environment,
    /// All that the key may do, as far as this version knows the scopes.
    pub scopes: ScopeSet,
    /// When the key ends.
    pub expires_at: Option<Timestamp>,
}
