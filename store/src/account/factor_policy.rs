//! The policies of accounts about second factors.

use crate::{
    Store, StoreError, execute, owner::require_owner, read, record::append_event, row::corrupt,
    sql, transaction,
};
use domain::{
    audit::AuditEvent,
    id::{AccountId, PersonId},
    second_factor::FactorPolicy,
    time::Timestamp,
};

impl Store {
    /// Returns an account's policy.
    ///
    /// # Errors
    /// `NotFound` if there is no such account; if the row cannot be parsed.
    pub async fn factor_policy(&self, account: AccountId) -> Result<FactorPolicy, StoreError> {
        let (policy,): (String,) = read!(self, |pool| {
            sqlx::query_as(sql::ACCOUNT_FACTOR_POLICY)
                .bind(account.0)
                .fetch_one(pool)
                .await
        })?;
        FactorPolicy::parse(&policy).map_err(|_| corrupt("factor_policy"))
    }

    /// Changes an account's policy, in the name of an owner. `at` starts the time of the roles that did not need a second factor
    /// before.
    ///
    /// # Errors
    /// `NotFound` if the owner is no longer one.
    pub async fn set_factor_policy(
        &self,
        (account, owner): (AccountId, PersonId),
        policy: FactorPolicy,
        at: Timestamp,
        event: &AuditEvent,
    ) -> Result<(), StoreError> {
        transaction!(self, |tx| {
            append_event!(tx, event)?;
            require_owner!(tx, account, owner)?;
            execute!(
                tx,
                sql::ACCOUNT_SET_FACTOR_POLICY,
                account.0,
                policy.as_str(),
                at.0
            )?;
        })
    }
}
