//! Ends again the keys whose end is in the journal and not in the database.

use super::{BadJournal, Journal, JournaledEnds, KeyEnd};
use crate::{Keyring, Keys, ManagementError, key::revoked_facts};
use domain::{
    audit::{Action, Actor, AuditEvent, FieldValues},
    key::{KeyDraft, expiry::Expiry, state::State, token::KeyId},
    time::Timestamp,
};
use std::path::Path;
use store::{ChangeScope, EndedKey};
use verification::{Entry, Tenant};

/// The reason in the audit log.
const REASON: &str = "The revocation journal has it, and the database had forgotten it.";

/// The result of comparing the database with the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Keys that were revoked again.
    pub revoked: usize,
    /// Keys that were deactivated again.
    pub deactivated: usize,
    /// Replaced keys that were retired again.
    pub retired: usize,
    /// Ends of keys that the journal lacked.
    pub added: usize,
}

impl Replayed {
    /// The number of keys that would have become valid again; if there are any, the database is older than the journal.
    pub const fn forgotten(&self) -> usize {
        self.revoked + self.deactivated + self.retired
    }
}

/// An end that the database may have forgotten.
type Suspect = (KeyId, Tenant, KeyEnd);

/// A comparison of the database with the journal.
struct Replay<'a> {
    keyring: &'a Keyring,
    journal: &'a Journal,
}

impl Keys<'_> {
    /// Opens the revocation journal, and ends keys again that the database has forgotten. To be called before any call is
    /// verified.
    ///
    /// # Errors
    /// If the file cannot be used, or the database fails.
    pub async fn open_journal(self, path: &Path) -> Result<Replayed, BadJournal> {
        let journal = self.keyring.key_changes().open_journal(path).await?;
        let replay = Replay {
            keyring: self.keyring,
            journal,
        };
        replay
            .run()
            .await
            .map_err(|error| BadJournal::Replay(Box::new(error)))
    }
}

impl Replay<'_> {
    async fn run(&self) -> Result<Replayed, ManagementError> {
        let seen = self.journal.known().position;
        let is_behind = self.keyring.store().skip_positions(seen).await?;
        let mut ended = self.keyring.store().ended_keys().await?;
        let suspects = self.suspects(&self.journal.known(), &ended);
        let mut replayed = Replayed::default();
        for (id, tenant, end) in suspects {
            if self.is_forgotten(id, tenant, end).await? {
                self.end_again(id, tenant, end).await?;
                match end {
                    KeyEnd::Revoked => replayed.revoked += 1,
                    KeyEnd::Deactivated { .. } => replayed.deactivated += 1,
                    KeyEnd::Retires { .. } => replayed.retired += 1,
                }
            }
        }
        if replayed.forgotten() > 0 {
            tracing::warn!(
                revoked = replayed.revoked,
                deactivated = replayed.deactivated,
                retired = replayed.retired,
                "the database is older than the revocation journal (a restored backup, or changes that were lost): keys \
                 whose end it lacked were ended again"
            );
            ended = self.keyring.store().ended_keys().await?;
        } else if is_behind {
            tracing::warn!(
                position = seen,
                "the database is older than the revocation journal (a restored backup, or changes that were lost); no key that \
                 had ended is valid again"
            );
        }
        replayed.added = self.note_missing(&ended);
        self.journal.write(self.keyring.store().disk()).await?;
        Ok(replayed)
    }

    /// Adds the ends of keys that the database has and the journal lacks, because the journal is new or another machine made the
    /// change. Returns their number.
    fn note_missing(&self, ended: &[EndedKey]) -> usize {
        let mut missing = Vec::new();
        {
            let known = self.journal.known();
            self.keyring.index().for_each(|id, entry| {
                if entry.revoked && !known.revoked.contains(&id) {
                    missing.push((id, vec![KeyEnd::Revoked]));
                }
            });
            let ends = ended
                .iter()
                .map(|key| (key.id, known.missing(key.id, false, key.into())));
            missing.extend(ends.filter(|(_, ends)| !ends.is_empty()));
        }
        let position = self.keyring.store().fence().position();
        for (id, ends) in &missing {
            self.journal.note(*id, ends, position, self.keyring.now());
        }
        missing.iter().map(|(_, ends)| ends.len()).sum()
    }

    /// Keys that the index accepts and the journal does not, and keys that it would accept once their application is restored
    /// although the journal has deactivated them later than the application was archived.
    fn suspects(&self, known: &JournaledEnds, ended: &[EndedKey]) -> Vec<Suspect> {
        let mut suspects = Vec::new();
        for key in ended.iter().filter(|key| key.archived) {
            let last = known.others.get(&key.id);
            if let Some(at) = last.and_then(|last| last.deactivated_at)
                && key
                    .deactivated_at
                    .is_some_and(|archived_at| at > archived_at)
                && let Some(tenant) = self
                    .keyring
                    .index()
                    .with(key.id, |entry| entry.map(Entry::tenant))
            {
                suspects.push((key.id, tenant, KeyEnd::Deactivated { at }));
            }
        }
        for id in &known.revoked {
            self.keyring.index().with(*id, |entry| {
                if let Some(entry) = entry.filter(|entry| !entry.revoked) {
                    suspects.push((*id, entry.tenant(), KeyEnd::Revoked));
                }
            });
        }
        for (id, last) in &known.others {
            self.keyring.index().with(*id, |entry| {
                let Some(entry) = entry.filter(|entry| !entry.revoked) else {
                    return;
                };
                if let Some(at) = last.deactivated_at
                    && !entry.inactive
                {
                    suspects.push((*id, entry.tenant(), KeyEnd::Deactivated { at }));
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
                    suspects.push((*id, entry.tenant(), KeyEnd::Retires { since, end }));
                }
            });
        }
        suspects
    }

    /// A revocation is final: if the database lacks it, it was forgotten. Other ends can be undone: one was forgotten if
    /// the database has no audit record of it either.
    async fn is_forgotten(
        &self,
        id: KeyId,
        tenant: Tenant,
        end: KeyEnd,
    ) -> Result<bool, ManagementError> {
        let (action, at) = match end {
            KeyEnd::Revoked => return Ok(true),
            KeyEnd::Deactivated { at } => (Action::KeyDeactivated, at),
            KeyEnd::Retires { since, .. } => (Action::KeyRegenerated, since),
        };
        let target = id.to_string();
        let recorded = self
            .keyring
            .store()
            .has_audit_record(tenant.account, &target, action, at);
        Ok(!recorded.await?)
    }

    async fn end_again(
        &self,
        id: KeyId,
        tenant: Tenant,
        end: KeyEnd,
    ) -> Result<(), ManagementError> {
        let app = tenant.application;
        let now = self.keyring.now();
        let key = self.keyring.store().key(app, id, now).await?;
        let event = |action, before: FieldValues, after: FieldValues| {
            AuditEvent {
                account_id: tenant.account,
                at: now,
                actor: Actor::System,
                action,
                target: id.to_string(),
                detail: REASON.into(),
                address: String::new(),
                request_id: String::new(),
                before: FieldValues::default(),
                after: FieldValues::default(),
            }
            .with_changes(before, after)
        };
        let was = FieldValues::from(&key.state);
        let scope = [ChangeScope::Key(id)];
        match end {
            KeyEnd::Revoked => {
                let event = event(Action::KeyRevoked, was, revoked_facts(REASON));
                let store = self.keyring.store();
                let revoked = store.revoke_key(app, id, REASON, &event).await;
                self.keyring
                    .keys()
                    .apply(&scope, revoked)
                    .await?
                    .unconfirmed();
            }
            KeyEnd::Deactivated { .. } => {
                let off = FieldValues::from(&State::Inactive { at: now });
                let event = event(Action::KeyDeactivated, was, off);
                let store = self.keyring.store();
                let deactivated = store.deactivate_key_for_good(app, id, &event).await;
                self.keyring
                    .keys()
                    .apply(&scope, deactivated)
                    .await?
                    .unconfirmed();
            }
            // The successor is forgotten too, so the key gets an expiration instead.
            KeyEnd::Retires { end, .. } => {
                let before = key.draft();
                let after = ending(&before, end);
                let event = event(
                    Action::KeyChanged,
                    FieldValues::from(&before),
                    FieldValues::from(&after),
                );
                let store = self.keyring.store();
                let changed = store.expire_key(app, id, end, &event).await;
                self.keyring
                    .keys()
                    .apply(&scope, changed)
                    .await?
                    .unconfirmed();
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
