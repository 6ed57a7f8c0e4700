//! The test of the connection to the identity provider.

use crate::{AccountOwner, ManagementError, Viewer};
use domain::account::Role;

impl Viewer {
    /// Whether this person may test the connection to the identity provider: an owner of an account, and of the provider's if there
    /// is one.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn may_test_single_sign_on(&self) -> Result<bool, ManagementError> {
        let keyring = self.keyring();
        let Some(single_sign_on) = keyring.identity_provider().settings() else {
            return Ok(false);
        };
        if self.identity().account_role != Role::Owner {
            return Ok(false);
        }
        if single_sign_on.members.is_none() {
            return Ok(true);
        }
        let account = keyring.identity_provider().account().await?;
        Ok(account == Some(self.application().account_id))
    }
}

impl AccountOwner {
    /// Reads the configuration and the keys of the identity provider: the number of keys, or what is wrong.
    ///
    /// # Errors
    /// `NotFound` without a provider, and if this is not the provider's account.
    pub async fn check_single_sign_on(&self) -> Result<Result<usize, String>, ManagementError> {
        if !self.may_test_single_sign_on().await? {
            return Err(ManagementError::NotFound);
        }
        match self.keyring().identity_provider().check().await {
            Ok(Some(report)) => Ok(Ok(report.keys)),
            Ok(None) => Err(ManagementError::NotFound),
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}
