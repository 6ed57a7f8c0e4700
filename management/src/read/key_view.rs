//! A key as a page shows it: read once, after one flush of usage.

use crate::{ManagementError, Viewer};
use domain::{
    audit::AuditRecord,
    key::{KeySummary, token::KeyId},
    security::{EventFilter, EventState, OpenKeyEvents, Severity},
    usage::breakdown::Impact,
};

/// Audit records in a key's history.
const HISTORY: i64 = 50;

/// An existing key of a viewer's application.
#[derive(Clone)]
pub struct KeyView {
    viewer: Viewer,
    key: KeySummary,
}

impl Viewer {
    /// Reads a key, after a flush of usage.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn open_key(&self, id: KeyId) -> Result<KeyView, ManagementError> {
        self.telemetry().flush_before_read().await;
        Ok(KeyView {
            key: self.stored_key(id).await?,
            viewer: self.clone(),
        })
    }
}

impl KeyView {
    /// The key.
    pub fn key(&self) -> &KeySummary {
        &self.key
    }

    /// The permission with which it was read.
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// Returns the key's audit records, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn history(&self) -> Result<Vec<AuditRecord>, ManagementError> {
        let _permit = self.viewer.long_read().await?;
        let account = self.viewer.application().account_id;
        let store = self.viewer.keyring().store();
        Ok(store
            .audit_by_target(account, &self.key.id.to_string(), HISTORY)
            .await?)
    }

    /// Returns the key's recent accepted calls, which a revocation would stop.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn impact(&self) -> Result<Impact, ManagementError> {
        let _permit = self.viewer.long_read().await?;
        Ok(self.viewer.telemetry().impact(self.key.id).await?)
    }

    /// Returns the key's unacknowledged security events.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn open_events(&self) -> Result<OpenKeyEvents, ManagementError> {
        let open = EventFilter {
            kind: None,
            severity: None,
            state: EventState::Open,
            key: Some(self.key.id),
        };
        let page = self.viewer.security_events(&open, None).await?;
        if page.next.is_none() {
            let all = i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
            return Ok(OpenKeyEvents::new(all, page.rows));
        }
        let counts = self.viewer.open_events(Some(self.key.id)).await?;
        let critical = EventFilter {
            severity: Some(Severity::Critical),
            ..open
        };
        let page = self.viewer.security_events(&critical, None).await?;
        Ok(OpenKeyEvents::new(counts.all, page.rows))
    }
}
