//! Reading of the audit log by owners.

use crate::{FreshOwner, ManagementError, Owner};
use domain::audit::{AuditCursor, AuditFilter, AuditPage};
use store::AuditLine;

/// Lines that an export reads at a time.
const CHUNK: i64 = 500;

impl Owner {
    /// Returns a page of the account's log, newest first: changes in any of its applications, sign-ins, and searches by
    /// support.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        cursor: Option<AuditCursor>,
    ) -> Result<AuditPage, ManagementError> {
        let _permit = self.long_read().await?;
        let account = self.application().account_id;
        Ok(self
            .keyring()
            .store
            .audit_page(account, filter, cursor)
            .await?)
    }
}

impl FreshOwner {
    /// Returns the lines after number `after` as they are stored, in the order of the chain; none at the end.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn audit_lines(
        &self,
        filter: &AuditFilter,
        after: i64,
    ) -> Result<Vec<AuditLine>, ManagementError> {
        let _permit = self.long_read().await?;
        let account = self.application().account_id;
        let store = &self.keyring().store;
        Ok(store.audit_lines(account, filter, after, CHUNK).await?)
    }
}
