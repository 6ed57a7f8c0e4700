//! What the journal says and the database has forgotten is done again.

use super::{BadJournal, Journal, Known, What};
use crate::{Keyring, ManagementError, apply::Scope, revoke::ended};
use domain::{
    audit::{Action, Actor, Event, Facts},
    key::{KeyDraft, expiry::Expiry, state::State, token::KeyId},
    time::Timestamp,
};
use std::path::Path;
use verification::Tenant;

/// What the audit log says of it.
const REASON: &str = "The revocation journal has it, and the database had forgotten it.";

/// How the database compares with the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Keys that were revoked again.
    pub revoked: usize,
    /// Keys that were switched off again.
    pub deactivated: usize,
    /// Keys that were replaced, and got the end again that they had.
    pub retired: usize,
    /// Revocations that the database had and the journal had not.
    pub added: usize,
}

impl Replayed {
    /// Keys that would have come back to life: where there are any, the database is older than the journal.
    pub const fn forgotten(&self) -> usize {
        self.revoked + self.deactivated + self.retired
    }
}

/// What the database may have forgotten of a key.
type Suspect = (KeyId, Tenant, What);

impl Keyring {
    /// Keeps the revocation journal in a file from now on; ends first what stands in it and the database has forgotten.
    /// Nothing may be verified before.
    ///
    /// # Errors
    /// Where the file cannot be used, or the database fails.
    pub async fn keep_journal(&self, path: &Path) -> Result<Replayed, BadJournal> {
        let journal = Journal::open(path).await?;
        // A second one changes nothing.
        let journal = self.journal.get_or_init(|| journal);
        self.replay(journal)
            .await
            .map_err(|error| BadJournal::Replay(Box::new(error)))
    }

    async fn replay(&self, journal: &Journal) -> Result<Replayed, ManagementError> {
        let suspects = self.suspects(&journal.known());
        let mut replayed = Replayed::default();
        for (id, tenant, what) in suspects {
            if self.is_forgotten(id, tenant, what).await? {
                self.end_again(id, tenant, what).await?;
                match what {
                    What::Revoked => replayed.revoked += 1,
                    What::Deactivated { .. } => replayed.deactivated += 1,
                    What::Retires { .. } => replayed.retired += 1,
                }
            }
        }
        if replayed.forgotten() > 0 {
            tracing::warn!(
                revoked = replayed.revoked,
                deactivated = replayed.deactivated,
                retired = replayed.retired,
                "the database is older than the revocation journal (a restored backup, or changes that were lost): what it had \
                 forgotten was done again"
            );
        }
        let mut missing = Vec::new();
        {
            let known = journal.known();
            self.index().for_each(|id, entry| {
                if entry.revoked && !known.revoked.contains(&id) {
                    missing.push(id);
                }
            });
        }
        for id in &missing {
            journal.note(*id, &[What::Revoked], self.now());
        }
        replayed.added = missing.len();
        self.flush_journal().await?;
        Ok(replayed)
    }

    /// Keys that the gate would let in and the journal would not.
    fn suspects(&self, known: &Known) -> Vec<Suspect> {
        let mut suspects = Vec::new();
        for id in &known.revoked {
            self.index().with(*id, |entry| {
                if let Some(entry) = entry.filter(|entry| !entry.revoked) {
                    suspects.push((*id, entry.tenant(), What::Revoked));
                }
            });
        }
        for (id, last) in &known.others {
            self.index().with(*id, |entry| {
                let Some(entry) = entry.filter(|entry| !entry.revoked) else {
                    return;
                };
                if let Some(at) = last.deactivated_at
                    && !entry.inactive
                {
                    suspects.push((*id, entry.tenant(), What::Deactivated { at }));
                }
                let ends = [entry.retires_at(), entry.expires_at()];
                if let Some(retirement) = last.retirement
                    && ends
                        .into_iter()
                        .flatten()
                        .min()
                        .is_none_or(|end| end > retirement.end)
                {
                    let (since, end) = (retirement.since, retirement.end);
                    suspects.push((*id, entry.tenant(), What::Retires { since, end }));
                }
            });
        }
        suspects
    }

    /// A revocation is final, so one that the database does not have was forgotten. The rest can be taken back: it was
    /// forgotten where the database has no record of it either.
    async fn is_forgotten(
        &self,
        id: KeyId,
        tenant: Tenant,
        what: What,
    ) -> Result<bool, ManagementError> {
        let (action, at) = match what {
            What::Revoked => return Ok(true),
            What::Deactivated { at } => (Action::KeyDeactivated, at),
            What::Retires { since, .. } => (Action::KeyRegenerated, since),
        };
        let target = id.to_string();
        let recorded = self.store.has_record(tenant.account, &target, action, at);
        Ok(!recorded.await?)
    }

    async fn end_again(
        &self,
        id: KeyId,
        tenant: Tenant,
        what: What,
    ) -> Result<(), ManagementError> {
        let app = tenant.application;
        let now = self.now();
        let key = self.store.key(app, id, now).await?;
        let event = |action, before: Facts, after: Facts| {
            Event {
                account_id: tenant.account,
                at: now,
                actor: Actor::System,
                action,
                target: id.to_string(),
                detail: REASON.into(),
                address: String::new(),
                request_id: String::new(),
                before: Facts::default(),
                after: Facts::default(),
            }
            .became(before, after)
        };
        let was = Facts::from(&key.state);
        let scope = [Scope::Key(id)];
        match what {
            What::Revoked => {
                let event = event(Action::KeyRevoked, was, ended(REASON));
                let change = self.store.revoke_key(app, id, REASON, &event);
                self.apply(&scope, change).await?;
            }
            What::Deactivated { .. } => {
                let off = Facts::from(&State::Inactive { at: now });
                let event = event(Action::KeyDeactivated, was, off);
                let change = self.store.deactivate_key(app, id, &event);
                self.apply(&scope, change).await?;
            }
            // The key that took its place is forgotten too, so it gets an end instead of a successor.
            What::Retires { end, .. } => {
                let before = key.draft();
                let after = ending(&before, end);
                let event = event(
                    Action::KeyChanged,
                    Facts::from(&before),
                    Facts::from(&after),
                );
                let change = self.store.change_key(app, id, &after, &event);
                self.apply(&scope, change).await?;
            }
        }
        Ok(())
    }
}

fn ending(draft: &KeyDraft, end: Timestamp) -> KeyDraft {
    KeyDraft {
        expiry: Expiry::At(end),
        ..draft.clone()
    }
}
