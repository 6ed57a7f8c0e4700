//! The single path of every change of keys once its transaction has ended: key index, revocation journal, the other nodes, answer.

use crate::{
    Keyring,
    node::{
        Applied,
        planted::{PlantedFault, is_planted},
    },
};
use store::{ChangeScope, ChangedKeys, IndexRow, KeyInsertion, StoreError};

/// The keys of all applications: the path of their changes, and changes that no person makes.
#[derive(Clone, Copy)]
pub struct Keys<'k> {
    pub(crate) keyring: &'k Keyring,
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
    /// Applies a change of the keys in `scopes` to the index and the journal. `written` is the result of the transaction that makes the
    /// change. It reads the rows for the index too, and the caller passes its result on at once, so nothing can fail between the commit
    /// and the index. If the outcome of the commit is unknown, the keys are refused until they have been read again.
    ///
    /// # Errors
    /// The error of the database.
    pub(crate) async fn apply<T: Committed>(
        self,
        scopes: &[ChangeScope],
        written: Result<T, StoreError>,
    ) -> Result<Applied<T>, StoreError> {
        match written {
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

    /// Records the ends of keys in the journal.
    pub(super) async fn record_ends(self, rows: &[IndexRow]) -> Result<(), StoreError> {
        let (changes, disk) = (self.keyring.key_changes(), self.keyring.store().disk());
        changes.record_ends(rows, self.keyring.now(), disk).await
    }
}
