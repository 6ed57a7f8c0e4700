//! What became of single calls: a list, the reason of each, and what would become of another.

use crate::{Keyring, KeyringError, Viewer, verify::judge};
use domain::{
    decision::{Case, Decided, DecisionFilter, Explained, RequestPage},
    id::ApplicationId,
    key::token::KeyId,
    text,
    verdict::Verdict,
};

/// Decisions of one page.
const PAGE: i64 = 50;
/// Decisions under one request id: a call asks about 100 pairs at most, and is one itself.
const OF_A_REQUEST: i64 = 101;
/// Characters of a request id.
const LONGEST_ID: usize = 64;

impl Viewer {
    /// The newest calls of the application that a filter leaves, before the one with id `before`.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn requests(
        &self,
        filter: DecisionFilter,
        before: Option<i64>,
    ) -> Result<RequestPage, KeyringError> {
        if let Some(key) = filter.key {
            self.stored_key(key).await?;
        }
        let keyring = self.keyring();
        keyring.write_decisions_now().await;
        // Whoever reads along from here on misses none, and sees none twice.
        let latest = keyring.decisions.last();
        let _permit = self.long_read().await?;
        let end = before.unwrap_or(i64::MAX).min(latest.saturating_add(1));
        let mut rows = keyring
            .store
            .decisions(self.application().id, filter, end, PAGE + 1)
            .await?;
        let page = usize::try_from(PAGE).unwrap_or_default();
        let more = rows.len() > page;
        rows.truncate(page);
        Ok(RequestPage {
            next: rows.last().map(|row| row.id).filter(|_| more),
            rows,
            latest,
        })
    }

    /// What was decided under a request id, each decision with the key as it is now.
    ///
    /// # Errors
    /// `NotFound` where the application has no such decision, or it is kept no longer.
    pub async fn request(&self, request_id: &str) -> Result<Vec<Explained>, KeyringError> {
        let application = Some(self.application().id);
        let found = self.keyring().decided(request_id, application).await?;
        let explained = self.explain(found).await?;
        if explained.is_empty() {
            return Err(KeyringError::NotFound);
        }
        Ok(explained)
    }

    /// Decisions with their keys as they are now; those of other applications are left out.
    pub(crate) async fn explain(
        &self,
        found: Vec<Decided>,
    ) -> Result<Vec<Explained>, KeyringError> {
        let mut explained: Vec<Explained> = Vec::new();
        for decided in found {
            if decided.application != self.application().id {
                continue;
            }
            let before = explained
                .iter()
                .find(|other| other.decided.key == decided.key);
            let key = match before {
                Some(other) => other.key.clone(),
                None => match self.stored_key(decided.key).await {
                    Ok(key) => Some(key),
                    // It was discarded: nobody had its secret.
                    Err(KeyringError::NotFound) => None,
                    Err(error) => return Err(error),
                },
            };
            explained.push(Explained { decided, key });
        }
        Ok(explained)
    }

    /// What the gate would answer to a call with the key's secret: by the same rules, at no cost to the key's limit.
    ///
    /// # Errors
    /// `NotFound` where the application has no such key.
    pub async fn would_pass(&self, key: KeyId, case: &Case) -> Result<Verdict, KeyringError> {
        self.stored_key(key).await?;
        let until = case.at.since(self.now());
        let monotonic = self.keyring().monotonic().plus(until);
        let verdict = self.keyring().snapshot.with(key, |entry| {
            entry.map(|entry| {
                judge(entry, case.address, case.scopes, case.at, |limit, used| {
                    used.clone().take(limit, monotonic)
                })
                .0
            })
        });
        verdict.ok_or(KeyringError::NotFound)
    }
}

impl Keyring {
    /// The decisions under a request id, of one application or of all.
    pub(crate) async fn decided(
        &self,
        request_id: &str,
        application: Option<ApplicationId>,
    ) -> Result<Vec<Decided>, KeyringError> {
        self.write_decisions_now().await;
        let request_id = text::line(request_id, LONGEST_ID);
        let found = self
            .store
            .decisions_of_request(&request_id, application, OF_A_REQUEST)
            .await?;
        Ok(found)
    }
}
