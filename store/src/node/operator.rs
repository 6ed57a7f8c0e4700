//! Listing and removing the processes that use a database.

use super::silent::SeenNode;
use crate::{Store, StoreError, execute, read, sql, transaction};
use domain::time::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// A registered process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeState {
    /// Name, lease and registration.
    pub node: SeenNode,
    /// The version of Latchkey.
    pub version: String,
    /// When it registered, by its own clock.
    pub joined_at: Timestamp,
    /// The number of changes that it does not have.
    pub missing: i64,
    /// Whether it has compared its revocation journal since the database last may have lost changes.
    pub has_compared: bool,
}

#[derive(sqlx::FromRow)]
struct NodeStateRow {
    id: Uuid,
    name: String,
    epoch: i64,
    beat: i64,
    applied: i64,
    lease_ms: i64,
    version: String,
    joined_at: i64,
    compared: bool,
    position: i64,
}

impl NodeStateRow {
    fn state(self) -> NodeState {
        NodeState {
            node: SeenNode {
                name: self.name,
                lease: Duration::from_millis(u64::try_from(self.lease_ms).unwrap_or_default()),
                id: self.id,
                epoch: self.epoch,
                beat: self.beat,
            },
            version: self.version,
            joined_at: Timestamp(self.joined_at),
            missing: self.position - self.applied,
            has_compared: self.compared,
        }
    }
}

impl Store {
    /// Returns the registered processes, sorted by name.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn node_states(&self) -> Result<Vec<NodeState>, StoreError> {
        let rows: Vec<NodeStateRow> = read!(self, |pool| {
            sqlx::query_as(sql::NODES_LIST).fetch_all(pool).await
        })?;
        Ok(rows.into_iter().map(NodeStateRow::state).collect())
    }

    /// Removes a process whose lease has ended, unless it has renewed it since it was seen, or is writing. One that has not compared
    /// its revocation journal is removed only with `discard_journal`. Returns whether it was removed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_node(
        &self,
        node: &SeenNode,
        discard_journal: bool,
    ) -> Result<bool, StoreError> {
        let statement = if discard_journal {
            sql::NODE_DELETE_WITHOUT_JOURNAL
        } else {
            sql::NODE_DELETE_SILENT
        };
        let statement = statement.of(self);
        let removed = transaction!(self, |tx| {
            execute!(tx, statement, node.id, node.epoch, node.beat)?
        })?;
        Ok(removed > 0)
    }
}
