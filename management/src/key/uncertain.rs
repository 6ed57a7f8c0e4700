//! Keys in doubt: the outcome of a commit is unknown. They are refused until they have been read again.

use crate::{Keys, ManagementError};
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};
use store::ChangeScope;
use verification::KeyIndex;

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
    pub(super) fn mark(&self, scopes: &[ChangeScope], index: &KeyIndex) {
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

impl Keys<'_> {
    /// Reads keys again that are refused because the outcome of a commit was unknown.
    pub async fn resolve_uncertain(self) {
        for scope in self.keyring.key_changes().uncertain().all() {
            if let Err(error) = self.settle(scope).await {
                tracing::debug!(%error, ?scope, "keys stay refused");
            }
        }
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
