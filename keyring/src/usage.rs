//! Writing counted calls, and reading them back for charts.

use crate::{Keyring, KeyringError, Viewer};
use domain::{
    id::ApplicationId,
    key::token::KeyId,
    time::{DAY, HOUR, MINUTE, Timestamp},
    usage::{Count, Outcome, Series, Window},
};
use std::collections::BTreeMap;
use store::{LastUse, UsageBatch, UsageCount};

impl Keyring {
    /// Writes what has been counted. What cannot be written is kept and tried again.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn flush_usage(&self) -> Result<(), KeyringError> {
        while let Some(batch) = self.meter.take(self.new_id(), self.now()) {
            if let Err(error) = self.store.add_usage(&batch).await {
                self.meter.keep(batch);
                return Err(error.into());
            }
        }
        Ok(())
    }

    /// Writes calls of the past, as a demonstration needs them: `calls` begin at instants, and count in every rollup.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn record_history(
        &self,
        application: ApplicationId,
        key: KeyId,
        calls: Vec<Count>,
    ) -> Result<(), KeyringError> {
        let mut rollup: BTreeMap<(String, i64, Timestamp, Outcome), i64> = BTreeMap::new();
        let mut last = None;
        for (at, outcome, count) in calls {
            if outcome == Outcome::Accepted && count > 0 {
                last = last.max(Some(at));
            }
            for subject in [key.to_string(), application.to_string()] {
                for span in [MINUTE, HOUR, DAY] {
                    *rollup
                        .entry((subject.clone(), span, at.floor(span), outcome))
                        .or_default() += count;
                }
            }
        }
        let counts = rollup
            .into_iter()
            .map(|((subject, span, bucket, outcome), calls)| UsageCount {
                subject,
                span,
                bucket,
                outcome,
                calls,
            })
            .collect();
        let last_uses = last.map(|at| LastUse {
            key,
            at,
            address: "203.0.113.24".into(),
            user_agent: "storefront/3.2 (linux)".into(),
        });
        let batch = UsageBatch {
            id: self.new_id(),
            at: self.now(),
            counts,
            last_uses: last_uses.into_iter().collect(),
        };
        Ok(self.store.add_usage(&batch).await?)
    }
}

impl Viewer {
    /// What became of a key's calls.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn key_usage(&self, id: KeyId, window: Window) -> Result<Series, KeyringError> {
        self.key(id).await?;
        self.usage_of(&id.to_string(), window).await
    }

    /// What became of all calls of the application's keys.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn application_usage(&self, window: Window) -> Result<Series, KeyringError> {
        self.usage_of(&self.application().id.to_string(), window)
            .await
    }

    async fn usage_of(&self, subject: &str, window: Window) -> Result<Series, KeyringError> {
        let now = self.now();
        let counts = self
            .keyring()
            .store
            .usage(subject, window.level(), window.start(now), now)
            .await?;
        Ok(Series::fill_gaps(window, now, counts))
    }
}
