//! The audit log, for the owners of the account that it tells of.

use crate::{FreshOwner, ManagementError, Owner};
use domain::audit::{AuditCursor, AuditFilter, AuditPage};
use store::AuditLine;

/// Lines of a file that are read at once.
const CHUNK: i64 = 500;

impl Owner {
    /// One page of the account's log, the newest record first: every change in any of its applications, every sign-in,
    /// and every look that support took.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn audit(
        &self,
        filter: &AuditFilter,
        cursor: Option<AuditCursor>,
    ) -> Result<AuditPage, ManagementError> {
        let _permit = self.long_read().await?;
        let account = self.application().account_id;
        Ok(self.keyring().store.audit(account, filter, cursor).await?)
    }
}

impl FreshOwner {
    /// The next lines of the account's log behind number `after`, as they are stored and in the order of the chain; none
    /// at its end.
    ///
    /// # Errors
    /// Where the database fails.
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
