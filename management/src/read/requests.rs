//! Decisions about single calls: a list, explanations, and simulation.

use crate::{ManagementError, Viewer};
use domain::{
    decision::{DecisionDetails, DecisionFilter, DecisionRecord, RequestPage, SimulatedRequest},
    key::token::KeyId,
    verdict::Verdict,
};
use telemetry::Tail;
use verification::check_entry;

impl Viewer {
    /// Returns the application's newest decisions that match a filter, before the decision `before`.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn requests(
        &self,
        filter: DecisionFilter,
        before: Option<i64>,
    ) -> Result<RequestPage, ManagementError> {
        if let Some(key) = filter.key {
            self.stored_key(key).await?;
        }
        let telemetry = self.telemetry();
        // A follower that starts from here misses none and sees none twice.
        let latest = telemetry.latest_decision().await;
        let _permit = self.long_read().await?;
        let application = self.application().id;
        Ok(telemetry
            .requests(application, &filter, before, latest)
            .await?)
    }

    /// Follows the decisions about the application's keys, or about one of them, that are newer than the decision `after`; by default
    /// those from now on. (There is nothing to read about a key of another application.)
    pub fn tail(&self, key: Option<KeyId>, after: Option<i64>) -> Tail {
        self.telemetry().tail(self.application().id, key, after)
    }

    /// Returns the decisions under a request id, each with the key's current state.
    ///
    /// # Errors
    /// `NotFound` if the application has no such decision, or it was pruned.
    pub async fn request(&self, request_id: &str) -> Result<Vec<DecisionDetails>, ManagementError> {
        let _permit = self.long_read().await?;
        let application = Some(self.application().id);
        let found = self
            .telemetry()
            .decisions_of_request(request_id, application)
            .await?;
        let explained = self.explain(found).await?;
        if explained.is_empty() {
            return Err(ManagementError::NotFound);
        }
        Ok(explained)
    }

    /// Adds the keys' current state to decisions; those of other applications are omitted.
    pub(crate) async fn explain(
        &self,
        found: Vec<DecisionRecord>,
    ) -> Result<Vec<DecisionDetails>, ManagementError> {
        let mut explained: Vec<DecisionDetails> = Vec::new();
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
                    // The key was discarded.
                    Err(ManagementError::NotFound) => None,
                    Err(error) => return Err(error),
                },
            };
            explained.push(DecisionDetails { decided, key });
        }
        Ok(explained)
    }

    /// Returns the decision that a call with the key's secret would get. It does not count against the key's rate limit.
    ///
    /// # Errors
    /// `NotFound` if the application has no such key.
    pub async fn simulate_request(
        &self,
        key: KeyId,
        case: &SimulatedRequest,
    ) -> Result<Verdict, ManagementError> {
        self.stored_key(key).await?;
        let until = case.at.since(self.now());
        let monotonic = self.keyring().monotonic().plus(until);
        let verdict = self.keyring().index().with(key, |entry| {
            entry.map(|entry| {
                check_entry(entry, case.address, case.scopes, case.at, |limit, used| {
                    used.clone().take(limit, monotonic)
                })
                .0
            })
        });
        verdict.ok_or(ManagementError::NotFound)
    }
}
