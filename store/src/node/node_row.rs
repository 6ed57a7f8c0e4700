//! The rows of the table of nodes.

use super::silent::SeenNode;
use crate::{Store, StoreError, read, sql};
use std::time::Duration;
use uuid::Uuid;

/// A row of the table of nodes.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct NodeRow {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) epoch: i64,
    pub(crate) beat: i64,
    pub(crate) applied: i64,
    pub(crate) lease_ms: i64,
    pub(crate) peppers: String,
    pub(crate) compared: bool,
}

impl NodeRow {
    /// How long its renewals are good for.
    pub(super) fn lease(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.lease_ms).unwrap_or_default())
    }

    /// The process, as it is seen now.
    pub(crate) fn seen(&self) -> SeenNode {
        SeenNode {
            name: self.name.clone(),
            lease: self.lease(),
            id: self.id,
            epoch: self.epoch,
            beat: self.beat,
        }
    }
}

impl Store {
    /// Returns the rows of all nodes.
    ///
    /// # Errors
    /// If the database fails.
    pub(crate) async fn nodes(&self) -> Result<Vec<NodeRow>, StoreError> {
        Ok(read!(self, |pool| {
            sqlx::query_as(sql::NODES_ALL).fetch_all(pool).await
        })?)
    }
}
