//! A viewer's access to usage.

use crate::{ManagementError, Viewer};
use domain::{
    key::{suggestion::ScopeUse, token::KeyId},
    usage::{
        Range, Series, Window,
        breakdown::{Breakdown, Impact},
    },
};

impl Viewer {
    /// Returns a key's calls by outcome.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn key_usage(&self, id: KeyId, window: Window) -> Result<Series, ManagementError> {
        self.key(id).await?;
        Ok(self.telemetry().series(&id.to_string(), window).await?)
    }

    /// Returns the calls of all keys by outcome.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn application_usage(&self, window: Window) -> Result<Series, ManagementError> {
        let subject = self.application().id.to_string();
        Ok(self.telemetry().series(&subject, window).await?)
    }

    /// Returns a key's calls by address, route, scope and user agent.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn key_breakdown(
        &self,
        id: KeyId,
        window: Window,
    ) -> Result<Breakdown, ManagementError> {
        self.breakdown(Some(id), Range::of(window, self.now()))
            .await
    }

    /// Returns the scopes that a key's calls have required, as far back as it is known.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn scope_use(&self, id: KeyId) -> Result<ScopeUse, ManagementError> {
        self.stored_key(id).await?;
        Ok(self.telemetry().scope_use(id).await?)
    }

    /// Returns the recent accepted calls of a key, which a revocation would stop.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn impact(&self, id: KeyId) -> Result<Impact, ManagementError> {
        self.key(id).await?;
        Ok(self.telemetry().impact(id).await?)
    }
}
