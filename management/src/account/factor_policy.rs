//! Which members of an account need a second factor.

use crate::{AccountOwner, FreshAccountOwner, ManagementError};
use domain::{
    audit::{Action, FieldValues},
    second_factor::FactorPolicy,
};

impl AccountOwner {
    /// Returns which members of the account need a second factor.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn factor_policy(&self) -> Result<FactorPolicy, ManagementError> {
        let account = self.application().account_id;
        Ok(self.keyring().store().factor_policy(account).await?)
    }
}

impl FreshAccountOwner {
    /// Changes which members need a second factor. Those without one have seven days from when their role needed it first.
    ///
    /// # Errors
    /// `NotFound` if the person is no longer an owner; if the database fails.
    pub async fn set_factor_policy(&self, policy: FactorPolicy) -> Result<(), ManagementError> {
        let before = self.factor_policy().await?;
        if before == policy {
            return Ok(());
        }
        let event = self
            .event(Action::FactorPolicyChanged, &"", "")
            .with_changes(
                FieldValues::of("two_factor", &before),
                FieldValues::of("two_factor", &policy),
            );
        let owner = self.clone();
        self.keyring()
            .run_to_completion(async move {
                let store = owner.keyring().store();
                let in_name_of = owner.account_and_owner();
                let at = owner.now();
                Ok(store
                    .set_factor_policy(in_name_of, policy, at, &event)
                    .await?)
            })
            .await
    }
}
