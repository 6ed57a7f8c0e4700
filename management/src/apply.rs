//! The single path of every change of keys: database, key index, revocation journal, answer.

use crate::{Keyring, ManagementError};
use domain::{id::ApplicationId, key::token::KeyId};
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};
use store::{ChangedKeys, IndexRow, KeyInsertion, StoreError};

/// The entries that a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    Key(KeyId),
    Application(ApplicationId),
}

/// Entries that are refused because the outcome of a commit is unknown, until they have been read again.
#[derive(Default)]
pub(crate) struct UncertainKeys(Mutex<HashSet<Scope>>);

impl UncertainKeys {
    fn add(&self, scopes: &[Scope]) {
        self.lock().extend(scopes);
    }

    fn all(&self) -> Vec<Scope> {
        self.lock().iter().copied().collect()
    }

    fn remove(&self, scope: Scope) {
        self.lock().remove(&scope);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<Scope>> {
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

impl Keyring {
    /// Makes a change of the keys in `scopes`. The transaction itself reads the rows for the index, so nothing can fail
    /// between the commit and the index. If the outcome of the commit is unknown, the keys are refused until they have been
    /// read again.
    ///
    /// # Errors
    /// The error of the database.
    pub(crate) async fn apply<T: Committed>(
        &self,
        scopes: &[Scope],
        change: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let done = change.await;
        match &done {
            Ok(committed) => {
                let rows = committed.rows();
                for row in rows {
                    self.index().update(row);
                }
                if let Err(error) = self.record_ends(rows).await {
                    tracing::error!(%error, ?scopes, "a change is made and not answered; what ended is written down later");
                    return Err(error);
                }
            }
            Err(StoreError::OutcomeUnknown(cause)) => {
                tracing::error!(%cause, ?scopes, "a commit was not answered; the keys are refused until they have been read again");
                self.uncertain_keys.add(scopes);
                for scope in scopes {
                    match scope {
                        Scope::Key(id) => self.index().mark_uncertain(*id),
                        Scope::Application(app) => self.index().mark_application_uncertain(*app),
                    }
                }
                self.resolve_uncertain_keys().await;
            }
            Err(_) => {}
        }
        done
    }

    /// Reads keys again that are refused because the outcome of a commit was unknown.
    pub async fn resolve_uncertain_keys(&self) {
        for scope in self.uncertain_keys.all() {
            match self.refresh_index(scope).await {
                Ok(()) => self.uncertain_keys.remove(scope),
                Err(error) => tracing::debug!(%error, ?scope, "keys stay refused"),
            }
        }
    }

    async fn refresh_index(&self, scope: Scope) -> Result<(), ManagementError> {
        match scope {
            Scope::Key(id) => match self.store.index_row(id).await? {
                Some(row) => {
                    self.record_ends(std::slice::from_ref(&row)).await?;
                    self.index().update(&row);
                }
                None => self.index().remove(id),
            },
            Scope::Application(app) => {
                let rows = self.store.index_rows_by_application(app).await?;
                self.record_ends(&rows).await?;
                for row in &rows {
                    self.index().update(row);
                }
            }
        }
        Ok(())
    }
}
