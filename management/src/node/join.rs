//! Registering this process.

use super::{Member, Registration};
use crate::{
    Keyring, ManagementError, Node,
    node::planted::{PlantedFault, is_planted},
};
use std::{
    sync::{Mutex, atomic::AtomicBool},
    time::Duration,
};
use store::{
    NewNode, NodeConflict, NodeConnection, Occupant, Registered, SeenNode, SilentNodes, Store,
    StoreError,
};
use tokio::sync::Notify;
use uuid::Uuid;

/// A process to register.
#[derive(Clone, Debug)]
pub struct Joining {
    /// Its id. A process with the same id has ended.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// Its lease; on SQLite without effect.
    pub lease: Duration,
}

/// Why a process cannot join.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// Another process is in the way.
    #[error("{}", occupied(.0))]
    Occupied(Occupant),
    /// The lease of a process in the way has ended, and its revocation journal may be needed.
    #[error(
        "the node {0} is in the way, and has not compared its revocation journal with the database, which may have lost changes; \
         start that node again, or remove it if it will not return (latchkey node remove --discard-journal {0})"
    )]
    JournalNotCompared(String),
    /// The database fails.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn occupied(by: &Occupant) -> String {
    let name = &by.node.name;
    match by.conflict {
        NodeConflict::Name => format!(
            "another running node has the name {name}; give each node a name of its own (LATCHKEY_NODE_NAME)"
        ),
        NodeConflict::Peppers => format!(
            "the node {name} runs with another pepper; give all nodes the same LATCHKEY_PEPPER_FILE, and add a new pepper \
             to all of them behind the old one before it becomes the newest"
        ),
    }
}

/// A registration under way.
pub struct Join<'k> {
    keyring: &'k Keyring,
    node: NewNode,
    /// None on SQLite.
    connection: Option<NodeConnection>,
    /// The process that was in the way first.
    first: Option<SeenNode>,
    silent: SilentNodes,
}

impl<'k> Node<'k> {
    /// Begins to register this process, whose keys are loaded.
    pub fn join(self, joining: Joining) -> Join<'k> {
        let node = NewNode {
            id: joining.id,
            name: joining.name,
            lease: joining.lease,
            peppers: self.keyring.hasher().pepper_names(),
            at: self.keyring.now(),
        };
        let is_shared = matches!(self.keyring.store(), Store::Postgres { .. });
        Join {
            keyring: self.keyring,
            connection: is_shared
                .then(|| NodeConnection::new(self.keyring.store().clone(), node.clone())),
            node,
            first: None,
            silent: SilentNodes::default(),
        }
    }

    /// Applies what was changed since the keys were read. There is no lease before the first renewal.
    async fn become_member(self, node: NodeConnection) -> Result<(), StoreError> {
        self.keyring.this_node().lease_start.reset();
        let now = self.keyring.monotonic();
        let member = Registration::Member(Box::new(Member {
            node,
            is_oldest: AtomicBool::default(),
            announced: Notify::new(),
            following: tokio::sync::Mutex::default(),
            history: Mutex::new((self.keyring.store().fence().history(), now)),
            silent: tokio::sync::Mutex::new((SilentNodes::default(), now)),
        }));
        // A process joins once.
        match self.keyring.this_node().registration.get_or_init(|| member) {
            Registration::Member(_) if is_planted(PlantedFault::StaleJoin) => {
                let position = self.keyring.store().newest_position().await?;
                self.keyring.this_node().applied.advance_to(position);
                Ok(())
            }
            Registration::Member(member) => self.follow(member).await,
            Registration::Owner(_) => Ok(()),
        }
    }

    /// Records that this process has compared its revocation journal with the database.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn record_comparison(self) -> Result<(), ManagementError> {
        if let Some(member) = self.keyring.this_node().member() {
            member.node.record_comparison().await?;
        }
        Ok(())
    }
}

impl Join<'_> {
    /// Registers the process. On PostgreSQL it has no lease before [`Node::renew_lease`] succeeds. Returns the name of a process
    /// that has to leave first, or whose lease has to end: to be called again in a second.
    ///
    /// # Errors
    /// `Occupied` if that process runs; `JournalNotCompared`; if the database fails.
    pub async fn attempt(&mut self) -> Result<Option<String>, JoinError> {
        let keyring = self.keyring;
        let Some(connection) = &self.connection else {
            let ownership = keyring.store().own(&self.node).await?;
            // A process joins once.
            let _ = keyring
                .this_node()
                .registration
                .set(Registration::Owner(ownership));
            return Ok(None);
        };
        if is_planted(PlantedFault::StaleJoin) {
            // As if there were more keys to read.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        let occupant = match connection
            .register(keyring.this_node().applied.get())
            .await?
        {
            Registered::Done => {
                if let Some(node) = self.connection.take() {
                    keyring.node().become_member(node).await?;
                }
                return Ok(None);
            }
            Registered::Occupied(occupant) => occupant,
        };
        let first = self.first.get_or_insert_with(|| occupant.node.clone());
        if occupant.node.has_renewed_since(first) {
            return Err(JoinError::Occupied(occupant));
        }
        let now = Duration::from_nanos(keyring.monotonic().0);
        for node in self.silent.observe(vec![occupant.node.clone()], now) {
            // One that has compared its journal is writing, has renewed its lease, or was removed by another node: the next attempt
            // finds out.
            if !connection.remove_silent(&node).await? && !occupant.has_compared {
                return Err(JoinError::JournalNotCompared(node.name));
            }
        }
        Ok(Some(occupant.node.name))
    }
}
