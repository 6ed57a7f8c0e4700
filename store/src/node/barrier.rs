//! The nodes that a change waits for.

use super::connection::NodeConnection;
use crate::{Store, StoreError, deferrable_transaction, execute, read, sql};
use std::time::Duration;
use uuid::Uuid;

/// Another node, as a change sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherNode {
    /// Its name.
    pub name: String,
    /// The newest change that it has.
    pub applied: i64,
    /// How long its renewals are good for.
    pub lease: Duration,
}

impl NodeConnection {
    /// Returns the other nodes, and whether the leases from before the database last lost or may have lost changes have ended.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn others(&self) -> Result<(Vec<OtherNode>, bool), StoreError> {
        let rows = self.store().nodes().await?;
        let (opened,): (bool,) = read!(self.store(), |pool| {
            sqlx::query_as(sql::CHANGE_HEAD_OPENED)
                .fetch_one(pool)
                .await
        })?;
        let me = self.store().fence().registration();
        let others = rows
            .into_iter()
            .filter(|row| me.is_none_or(|me| (row.id, row.epoch) != (me.node, me.epoch)));
        let others = others.map(|row| OtherNode {
            lease: row.lease(),
            name: row.name,
            applied: row.applied,
        });
        Ok((others.collect(), opened))
    }

    /// Removes the other nodes without the change at `position`, once their leases without it have ended. They can write no
    /// more, and register again. One that has not compared its journal stays: it has no lease; so does one that is
    /// writing. Returns the names of the nodes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_behind(&self, position: i64) -> Result<Vec<String>, StoreError> {
        let me = self.store().fence().registration();
        let (node, epoch) = me.map_or((Uuid::nil(), 0), |me| (me.node, me.epoch));
        let removed: Vec<(String,)> = read!(self.store(), |pool| {
            sqlx::query_as(sql::NODES_DELETE_BEHIND.of(self.store()))
                .bind(position)
                .bind(node)
                .bind(epoch)
                .fetch_all(pool)
                .await
        })?;
        Ok(removed.into_iter().map(|(name,)| name).collect())
    }
}

impl Store {
    /// Deletes records of changes but the newest `kept`. A node that lacks more reads all keys again.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn prune_changes(&self, kept: i64) -> Result<(), StoreError> {
        deferrable_transaction!(self, |tx| {
            execute!(tx, sql::CHANGES_PRUNE, kept)?;
        })
    }
}
