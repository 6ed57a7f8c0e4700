//! The only process of an SQLite file. The file is locked by the process, so a registration never has to wait, and a row in the
//! table of nodes shows that it is still the newest one.

use super::{NewNode, insert_node};
use crate::{NodeRegistration, Store, StoreError, execute, get_row, read, sql, transaction};

/// The registration of the only process of a database, until another process registers.
#[derive(Debug)]
pub struct Ownership {
    store: Store,
    registration: NodeRegistration,
}

impl Store {
    /// Registers the only process of the database. An earlier one can write no more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn own(&self, node: &NewNode) -> Result<Ownership, StoreError> {
        let (registration, position, history) = transaction!(self, |tx| {
            let (position, history): (i64, i64) = get_row!(tx, sql::CHANGE_HEAD)?;
            execute!(tx, sql::NODES_DELETE_ALL)?;
            let registration = insert_node!(tx, node, position, history)?;
            (registration, position, history)
        })?;
        self.fence().set_history(history);
        self.fence().register(registration, position);
        Ok(Ownership {
            store: self.clone(),
            registration,
        })
    }
}

impl Ownership {
    /// Checks that no other process has registered, and that the database has all changes that were seen. No row is written: a
    /// full disk does not end the ownership.
    ///
    /// # Errors
    /// `Fenced` if another process has registered, `Behind` if the database lacks changes: the store refuses every write from
    /// then on. If the database does not answer.
    pub async fn renew(&self) -> Result<(), StoreError> {
        let store = &self.store;
        let seen = store.fence().position();
        let found: Option<(i64, i64)> = read!(store, |pool| {
            sqlx::query_as(sql::NODE_CHECK.of(store))
                .bind(self.registration.node)
                .bind(self.registration.epoch)
                .fetch_optional(pool)
                .await
        })?;
        let renewed = store.fence().check(found, seen);
        if renewed.is_err() {
            store.fence().lose();
        }
        renewed
    }

    /// Removes the registration.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn leave(&self) -> Result<(), StoreError> {
        transaction!(&self.store, |tx| {
            execute!(
                tx,
                sql::NODE_DELETE,
                self.registration.node,
                self.registration.epoch
            )?;
        })?;
        self.store.fence().lose();
        Ok(())
    }
}
