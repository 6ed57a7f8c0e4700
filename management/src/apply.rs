//! The one way in which a change of keys reaches the gate: the database, then the index, then the revocation journal, then
//! the answer.

use crate::{Keyring, ManagementError};
use domain::{id::ApplicationId, key::token::KeyId};
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};
use store::{IndexRow, Inserted, RevokedKeys, StoreError};

/// Whose entries a change concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Scope {
    Key(KeyId),
    Application(ApplicationId),
}

/// Entries that are refused because the database did not answer a commit, until they have been read again.
#[derive(Default)]
pub(crate) struct Doubts(Mutex<HashSet<Scope>>);

impl Doubts {
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

/// What a committed change tells the index.
pub(crate) trait Committed {
    /// The keys that it made or changed, as they are now.
    fn rows(&self) -> &[IndexRow];
}

impl Committed for IndexRow {
    fn rows(&self) -> &[IndexRow] {
        std::slice::from_ref(self)
    }
}

impl Committed for Inserted {
    fn rows(&self) -> &[IndexRow] {
        match self {
            Self::New(rows) => rows,
            Self::Before(_) => &[],
        }
    }
}

impl Committed for RevokedKeys {
    fn rows(&self) -> &[IndexRow] {
        &self.rows
    }
}

impl Keyring {
    /// Carries out a change of the keys in `scopes`. The transaction itself reads what the index has to know, so nothing
    /// can fail between the commit and the index. Where the commit was not answered, the keys are refused until the
    /// database has been asked what became of it.
    ///
    /// # Errors
    /// What the database said.
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
            Err(StoreError::Uncertain(cause)) => {
                tracing::error!(%cause, ?scopes, "a commit was not answered; the keys are refused until they have been read again");
                self.doubts.add(scopes);
                for scope in scopes {
                    match scope {
                        Scope::Key(id) => self.index().mark_uncertain(*id),
                        Scope::Application(app) => self.index().mark_application_uncertain(*app),
                    }
                }
                self.resolve_doubts().await;
            }
            Err(_) => {}
        }
        done
    }

    /// Reads again the keys that are refused because a commit was not answered.
    pub async fn resolve_doubts(&self) {
        for scope in self.doubts.all() {
            match self.refresh_index(scope).await {
                Ok(()) => self.doubts.remove(scope),
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
                let rows = self.store.index_rows_of(app).await?;
                self.record_ends(&rows).await?;
                for row in &rows {
                    self.index().update(row);
                }
            }
        }
        Ok(())
    }
}
