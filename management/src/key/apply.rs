//! The single path of every change of keys: database, key index, revocation journal, the other nodes, answer.

use crate::{
    Keyring, ManagementError,
    node::{
        Applied,
        planted::{PlantedFault, is_planted},
    },
};
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};
use store::{ChangeScope, ChangedKeys, IndexRow, KeyInsertion, StoreError};
use verification::KeyIndex;

/// The keys of all applications: the path of their changes, and changes that no person makes.
#[derive(Clone, Copy)]
pub struct Keys<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// Entries that are refused because the outcome of a commit is unknown, until they have been read again.
#[derive(Default)]
pub(crate) struct UncertainKeys(Mutex<Uncertain>);

#[derive(Default)]
struct Uncertain {
    scopes: HashSet<ChangeScope>,
    /// Unknown outcomes so far.
    outcomes: u64,
}

impl UncertainKeys {
    /// Refuses the entries of these scopes.
    fn mark(&self, scopes: &[ChangeScope], index: &KeyIndex) {
        let mut uncertain = self.lock();
        uncertain.scopes.extend(scopes);
        uncertain.outcomes += 1;
        for scope in scopes {
            match scope {
                ChangeScope::Key(id) => index.mark_uncertain(*id),
                ChangeScope::Application(app) => index.mark_application_uncertain(*app),
            }
        }
    }

    fn all(&self) -> Vec<ChangeScope> {
        self.lock().scopes.iter().copied().collect()
    }

    fn outcomes(&self) -> u64 {
        self.lock().outcomes
    }

    /// Updates the entries of a scope with `update`, unless another outcome has become unknown since `outcomes` was read: the rows
    /// may have been read before that commit. Returns whether the scope is settled.
    fn settle(&self, scope: ChangeScope, outcomes: u64, update: impl FnOnce()) -> bool {
        let mut uncertain = self.lock();
        let is_current = uncertain.outcomes == outcomes;
        if is_current {
            update();
            uncertain.scopes.remove(&scope);
        }
        is_current
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Uncertain> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The result of a committed change.
pub(crate) trait Committed {
    /// The rows of the created or changed keys.
    fn rows(&self) -> &[IndexRow];
}

impl Committed for IndexRow {
    fn rows(&self) -> &[IndexRow] {
        std::slice::from_ref(self)
    }
}

impl Committed for KeyInsertion {
    fn rows(&self) -> &[IndexRow] {
        match self {
            Self::New(rows) => rows,
            Self::Existing(_) => &[],
        }
    }
}

impl Committed for ChangedKeys {
    fn rows(&self) -> &[IndexRow] {
        &self.rows
    }
}

impl Keys<'_> {
    /// Makes a change of the keys in `scopes`. The transaction itself reads the rows for the index, so nothing can fail
    /// between the commit and the index. If the outcome of the commit is unknown, the keys are refused until they have been
    /// read again.
    ///
    /// # Errors
    /// The error of the database.
    pub(crate) async fn apply<T: Committed>(
        self,
        scopes: &[ChangeScope],
        change: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Applied<T>, StoreError> {
        match change.await {
            Ok(committed) => {
                let at = self.keyring.monotonic();
                let rows = committed.rows();
                if is_planted(PlantedFault::DroppedHandler)
                    && let Some(row) = rows.first()
                {
                    self.keyring.this_node().applied().add(row.position);
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
                for row in rows {
                    self.keyring.index().update(row);
                }
                let position = rows.first().map(|row| row.position);
                if let Some(position) = position {
                    self.keyring.this_node().applied().add(position);
                }
                if let Err(error) = self.record_ends(rows).await {
                    tracing::error!(%error, ?scopes, "a change was made, but is answered with an error");
                    return Err(error);
                }
                Ok(Applied::new(committed, position, at))
            }
            Err(StoreError::OutcomeUnknown(cause)) => {
                tracing::error!(%cause, ?scopes, "a commit was not answered; the keys are refused until they have been read again");
                self.keyring
                    .key_changes()
                    .uncertain()
                    .mark(scopes, self.keyring.index());
                self.resolve_uncertain().await;
                Err(StoreError::OutcomeUnknown(cause))
            }
            Err(error) => Err(error),
        }
    }

    /// Reads keys again that are refused because the outcome of a commit was unknown.
    pub async fn resolve_uncertain(self) {
        for scope in self.keyring.key_changes().uncertain().all() {
            if let Err(error) = self.settle(scope).await {
                tracing::debug!(%error, ?scope, "keys stay refused");
            }
        }
    }

    /// Records the ends of keys in the journal.
    async fn record_ends(self, rows: &[IndexRow]) -> Result<(), StoreError> {
        let (changes, disk) = (self.keyring.key_changes(), self.keyring.store().disk());
        changes.record_ends(rows, self.keyring.now(), disk).await
    }

    /// Reads the keys of a scope until no outcome becomes unknown meanwhile.
    async fn settle(self, scope: ChangeScope) -> Result<(), ManagementError> {
        loop {
            let outcomes = self.keyring.key_changes().uncertain().outcomes();
            let rows = match scope {
                ChangeScope::Key(id) => Vec::from_iter(self.keyring.store().index_row(id).await?),
                ChangeScope::Application(app) => {
                    self.keyring.store().index_rows_by_application(app).await?
                }
            };
            self.record_ends(&rows).await?;
            let settled = self
                .keyring
                .key_changes()
                .uncertain()
                .settle(scope, outcomes, || {
                    for row in &rows {
                        self.keyring.index().update(row);
                    }
                    if let (ChangeScope::Key(id), []) = (scope, &rows[..]) {
                        self.keyring.index().remove(id);
                    }
                });
            if settled {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::key::{Environment, token::KeyId};

    #[test]
    fn rows_that_were_read_before_another_unknown_outcome_settle_nothing() {
        let index = KeyIndex::with_capacity(0, Vec::new());
        let uncertain = UncertainKeys::default();
        let id = |n| KeyId::from_number(Environment::Live, n);
        let first = ChangeScope::Key(id(1));
        uncertain.mark(&[first], &index);
        let outcomes = uncertain.outcomes();
        // Another key, whose scope may contain the first one.
        uncertain.mark(&[ChangeScope::Key(id(2))], &index);
        assert!(!uncertain.settle(first, outcomes, || panic!("the rows may be too old")));
        assert_eq!(uncertain.all().len(), 2);

        let mut updated = false;
        assert!(uncertain.settle(first, uncertain.outcomes(), || updated = true));
        assert!(updated);
        assert_eq!(uncertain.all(), [ChangeScope::Key(id(2))]);
    }
}
