//! The processes that use the database: their registrations, what a registration protects, and the time that outlives a restart.
//!
//! An SQLite file has one process at a time (`ownership`). Several processes may use a PostgreSQL database (`connection`): each
//! applies the changes of the others (`changes`) and answers while it has a lease; a change waits until all of them have
//! applied it, or their leases without it have ended (`barrier`).

mod barrier;
mod changes;
pub(crate) mod connection;
mod head;
mod node_row;
pub(crate) mod operator;
pub(crate) mod ownership;
pub(crate) mod silent;
mod skip;
mod time_mark;

pub use barrier::OtherNode;
pub use changes::{ChangeListener, NewChanges};

use crate::PepperName;
use domain::time::Timestamp;
use std::time::Duration;
use uuid::Uuid;

/// A process to register.
#[derive(Clone, Debug)]
pub struct NewNode {
    /// Its id. A row with the same id is of a predecessor that is known to have ended.
    pub id: Uuid,
    /// Its name, which no other running process of the database has.
    pub name: String,
    /// How long a renewal is good for.
    pub lease: Duration,
    /// The names of its peppers, the newest first.
    pub peppers: Vec<PepperName>,
    /// The time of the registration.
    pub at: Timestamp,
}

impl NewNode {
    /// Returns the names of the peppers with spaces between them.
    pub(crate) fn pepper_list(&self) -> String {
        let names: Vec<String> = self.peppers.iter().map(PepperName::to_string).collect();
        names.join(" ")
    }
}

/// Inside a transaction: inserts the row of a process under a new epoch, in a lane that no other row has while there is one.
/// Evaluates to a `Result` with the registration.
macro_rules! insert_node {
    ($tx:ident, $node:expr, $applied:expr, $history:expr) => {
        async {
            let node: &$crate::node::NewNode = $node;
            let others: Vec<(i64,)> = sqlx::query_as($crate::sql::NODE_EPOCHS)
                .fetch_all(&mut *$tx)
                .await?;
            let taken: std::collections::BTreeSet<i64> = others
                .into_iter()
                .map(|(epoch,)| $crate::database::fence::lane_of(epoch))
                .collect();
            let is_one_free = i64::try_from(taken.len())
                .is_ok_and(|taken| taken < $crate::database::fence::LANES);
            let epoch = loop {
                let (epoch, oldest): (i64, i64) =
                    $crate::get_row!($tx, $crate::sql::CHANGE_HEAD_NEXT_EPOCH)?;
                $crate::database::schema::require_supported(oldest)?;
                if !is_one_free || !taken.contains(&$crate::database::fence::lane_of(epoch)) {
                    break epoch;
                }
            };
            $crate::execute!(
                $tx,
                $crate::sql::NODE_INSERT,
                node.id,
                &node.name,
                epoch,
                $applied,
                $history,
                i64::try_from(node.lease.as_millis()).unwrap_or(i64::MAX),
                node.pepper_list(),
                env!("CARGO_PKG_VERSION"),
                $crate::database::schema::newest(),
                node.at.0
            )?;
            Ok::<_, $crate::StoreError>($crate::database::fence::NodeRegistration {
                node: node.id,
                epoch,
            })
        }
        .await
    };
}
pub(crate) use insert_node;
