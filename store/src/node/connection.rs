//! One of several processes that use a PostgreSQL database.
//!
//! Its statements run on a connection of its own: a busy pool must not end a lease.
//!
//! A renewal is granted by one statement, only if the process's row is there under its epoch, the database has no newer change
//! than the process, and every process has compared its revocation journal with the present history. The subqueries of that
//! statement see the database as it was when the statement began, even if it waited for the row: a lease counts from before
//! that, so it ends before the lease of a renewal that would have seen the newest change.

use super::{NewNode, head::lock_head, insert_node, node_row::NodeRow, silent::SeenNode};
use crate::{Store, StoreError, database::fence::Cluster, execute, find_row, sql};
use sqlx::{Connection, PgConnection};
use std::time::Duration;
use tokio::sync::Mutex;

/// Bounds of the duration of a renewal and of other statements on the connection, which is a third of the lease between them.
const MIN_DEADLINE: Duration = Duration::from_secs(1);
const MAX_DEADLINE: Duration = Duration::from_secs(5);

/// A process that is registered, or was.
#[derive(Debug)]
pub struct NodeConnection {
    store: Store,
    node: NewNode,
    connection: Mutex<Option<PgConnection>>,
}

/// The outcome of a registration.
#[derive(Debug, PartialEq, Eq)]
pub enum Registered {
    /// The row is there. It does not grant a lease.
    Done,
    /// Another process has to leave first.
    Occupied(Occupant),
}

/// A process that another one cannot run beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occupant {
    /// The process, as it was seen.
    pub node: SeenNode,
    /// Why not.
    pub conflict: NodeConflict,
    /// Whether it has compared its revocation journal with the present history of the database. Without, it is not removed.
    pub has_compared: bool,
}

/// Why two processes cannot run at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeConflict {
    /// They have the same name.
    Name,
    /// One of them lacks the pepper under which the other makes keys.
    Peppers,
}

/// The outcome of a renewal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewal {
    /// The lease runs from the instant before the call.
    Granted {
        /// Whether no registered process is older.
        is_oldest: bool,
        /// Whether the leases from before the database last lost or may have lost changes have ended.
        opened: bool,
    },
    /// The database has newer changes.
    Newer,
    /// The row was removed: the process has to register again.
    Fenced,
    /// These processes have to compare their journals with the database first, which lost or may have lost changes.
    Waiting(Vec<String>),
}

/// Evaluates a body with the connection, within the deadline. Evaluates to the body's `Result`. A connection whose state is not
/// certain is closed.
macro_rules! on_connection {
    ($node:expr, |$connection:ident| $body:expr) => {
        $crate::node::connection::on_connection!($node, $node.deadline(), |$connection| $body)
    };
    ($node:expr, $deadline:expr, |$connection:ident| $body:expr) => {{
        let mut held = $node.lock_connection().await;
        $crate::database::transaction::within($deadline, async {
            let mut open = match held.take() {
                Some(open) => open,
                None => $node.connect().await?,
            };
            let $connection = &mut open;
            let result: Result<_, $crate::StoreError> = async { $body }.await;
            let is_usable = match &result {
                Ok(_) => true,
                Err(error) => error.leaves_connection_usable(),
            };
            if is_usable {
                *held = Some(open);
            }
            result
        })
        .await
    }};
}
pub(crate) use on_connection;

impl NodeConnection {
    /// Prepares the registration of a process in a PostgreSQL database.
    pub fn new(store: Store, node: NewNode) -> Self {
        Self {
            store,
            node,
            connection: Mutex::default(),
        }
    }

    /// Returns the lease.
    pub fn lease(&self) -> Duration {
        self.node.lease
    }

    /// Returns the process's name.
    pub fn name(&self) -> &str {
        &self.node.name
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) async fn lock_connection(
        &self,
    ) -> tokio::sync::MutexGuard<'_, Option<PgConnection>> {
        self.connection.lock().await
    }

    pub(crate) fn deadline(&self) -> Duration {
        (self.node.lease / 3).clamp(MIN_DEADLINE, MAX_DEADLINE)
    }

    /// Connects to the primary. If that is a promoted standby, compares first what it has; other connections follow then.
    pub(crate) async fn connect(&self) -> Result<PgConnection, StoreError> {
        let Store::Postgres { pool, hosts, fence } = &self.store else {
            return Err(StoreError::UnknownKind);
        };
        let (mut connection, options, cluster) = hosts.successor(fence).await?;
        if fence.cluster().is_some_and(|known| known != cluster) {
            self.compare(&mut connection, &cluster).await?;
        }
        if hosts.are_several() {
            pool.set_connect_options(options);
        }
        Ok(connection)
    }

    /// Compares what this process has seen with a database that continues on another timeline or without changes. The first
    /// process that notices begins a new history.
    ///
    /// # Errors
    /// `Behind` if the database lacks, or may lack, changes that were seen.
    async fn compare(
        &self,
        connection: &mut PgConnection,
        cluster: &Cluster,
    ) -> Result<(), StoreError> {
        let fence = self.store.fence();
        let (known, seen) = (fence.history(), fence.position());
        let mut tx = connection.begin().await?;
        let head = lock_head(&mut tx, cluster).await?;
        if let Some(me) = fence.registration()
            && head.has_all(known, seen)
        {
            execute!(tx, sql::NODE_COMPARED, me.node, me.epoch, head.history)?;
        }
        // Even if this process is behind: the others have to know.
        tx.commit().await?;
        if !head.has_all(known, seen) {
            return Err(head.lacks(seen));
        }
        fence.set_history(head.history);
        fence.set_cluster(cluster.clone());
        Ok(())
    }

    /// Inserts the row of this process, which has the changes up to `applied`. A row with its id is replaced: that process has
    /// ended.
    ///
    /// # Errors
    /// `Behind` if the database lacks changes that were seen; if the database fails.
    pub async fn register(&self, applied: i64) -> Result<Registered, StoreError> {
        let fence = self.store.fence();
        on_connection!(self, |connection| {
            let is_first = fence.registration().is_none();
            let (known, seen) = (fence.history(), fence.position());
            let cluster = fence.cluster().unwrap_or_default();
            let mut tx = connection.begin().await?;
            let head = lock_head(&mut tx, &cluster).await?;
            if head.position < seen || !(is_first || head.has_all(known, seen)) {
                tx.commit().await?;
                return Err(head.lacks(seen));
            }
            let rows: Vec<NodeRow> = sqlx::query_as(sql::NODES_ALL).fetch_all(&mut *tx).await?;
            let occupant = rows.iter().find_map(|row| self.conflict_with(row));
            if let Some(occupant) = occupant {
                tx.commit().await?;
                return Ok(Registered::Occupied(occupant));
            }
            let predecessor: Option<(i64,)> =
                find_row!(tx, sql::NODE_DELETE_PREDECESSOR, self.node.id)?;
            // Others wait for the journal of a predecessor that has not compared it.
            let history = match predecessor {
                Some((history,)) if is_first => history,
                _ => head.history,
            };
            let registration = insert_node!(tx, &self.node, applied, history)?;
            tx.commit().await?;
            fence.set_history(head.history);
            fence.register(registration, head.position);
            Ok(Registered::Done)
        })
    }

    fn conflict_with(&self, row: &NodeRow) -> Option<Occupant> {
        let mine = self.node.pepper_list();
        let fits = has_newest_of(&row.peppers, &mine) && has_newest_of(&mine, &row.peppers);
        let conflict = if row.id == self.node.id {
            return None;
        } else if row.name == self.node.name {
            NodeConflict::Name
        } else if fits {
            return None;
        } else {
            NodeConflict::Peppers
        };
        Some(Occupant {
            node: row.seen(),
            conflict,
            has_compared: row.compared,
        })
    }

    /// Renews the lease of a process that has the changes up to `applied`.
    ///
    /// # Errors
    /// `Behind` if the database lacks changes that were seen; if the database fails.
    pub async fn renew(&self, applied: i64) -> Result<Renewal, StoreError> {
        let fence = self.store.fence();
        on_connection!(self, |connection| {
            let seen = fence.position();
            let Some(me) = fence.registration() else {
                return Ok(Renewal::Fenced);
            };
            let granted: Option<(i64, bool)> = sqlx::query_as(sql::NODE_RENEW)
                .bind(me.node)
                .bind(me.epoch)
                .bind(applied)
                .bind(fence.history())
                .fetch_optional(&mut *connection)
                .await?;
            if let Some((oldest, opened)) = granted {
                return Ok(Renewal::Granted {
                    is_oldest: oldest == me.epoch,
                    opened,
                });
            }
            let (position, history): (i64, i64) = sqlx::query_as(sql::CHANGE_HEAD)
                .fetch_one(&mut *connection)
                .await?;
            if history != fence.history() {
                let cluster = fence.cluster().unwrap_or_default();
                self.compare(connection, &cluster).await?;
            } else if position < seen {
                return Err(StoreError::Behind {
                    found: position,
                    seen,
                });
            }
            let rows: Vec<NodeRow> = sqlx::query_as(sql::NODES_ALL)
                .fetch_all(&mut *connection)
                .await?;
            if !rows
                .iter()
                .any(|row| (row.id, row.epoch) == (me.node, me.epoch))
            {
                fence.lose();
                return Ok(Renewal::Fenced);
            }
            let not_compared = rows.into_iter().filter(|row| !row.compared);
            let names: Vec<String> = not_compared.map(|row| row.name).collect();
            Ok(if names.is_empty() {
                Renewal::Newer
            } else {
                Renewal::Waiting(names)
            })
        })
    }

    /// Records that the leases from before the present history have ended, so that changes are no longer held back for them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn open_history(&self) -> Result<(), StoreError> {
        let history = self.store.fence().history();
        on_connection!(self, |connection| {
            execute!(connection, sql::CHANGE_HEAD_OPEN, history)?;
            Ok(())
        })
    }

    /// Returns the rows of the other processes, as they are now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn look_at_others(&self) -> Result<Vec<SeenNode>, StoreError> {
        let rows: Vec<NodeRow> = on_connection!(self, |connection| {
            Ok(sqlx::query_as(sql::NODES_ALL)
                .fetch_all(&mut *connection)
                .await?)
        })?;
        let others = rows.iter().filter(|row| row.id != self.node.id);
        Ok(others.map(NodeRow::seen).collect())
    }

    /// Removes a process whose lease has ended by [`SilentNodes`], unless it has renewed it meanwhile, has not compared its
    /// journal, or is writing. Returns whether it was removed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn remove_silent(&self, node: &SeenNode) -> Result<bool, StoreError> {
        on_connection!(self, |connection| {
            let removed = execute!(
                connection,
                sql::NODE_DELETE_SILENT.postgres(),
                node.id,
                node.epoch,
                node.beat
            )?;
            Ok(removed > 0)
        })
    }

    /// Removes the row of this process. It must no longer answer calls.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn leave(&self) -> Result<(), StoreError> {
        let fence = self.store.fence();
        on_connection!(self, |connection| {
            let Some(me) = fence.registration() else {
                return Ok(());
            };
            fence.lose();
            execute!(connection, sql::NODE_DELETE, me.node, me.epoch)?;
            Ok(())
        })
    }

    /// Records that this process has compared its revocation journal with the database.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn record_comparison(&self) -> Result<(), StoreError> {
        let fence = self.store.fence();
        on_connection!(self, |connection| {
            let Some(me) = fence.registration() else {
                return Ok(());
            };
            execute!(
                connection,
                sql::NODE_COMPARED,
                me.node,
                me.epoch,
                fence.history()
            )?;
            Ok(())
        })
    }
}

/// Whether a list of peppers has the newest one of another list.
fn has_newest_of(peppers: &str, others: &str) -> bool {
    let newest = others.split(' ').next();
    peppers.split(' ').any(|one| Some(one) == newest)
}
