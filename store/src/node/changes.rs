//! The changes of other nodes.

use super::connection::NodeConnection;
use crate::{
    ChangeScope, IndexRow, StoreError,
    database::{
        postgres,
        transaction::{READ_DEADLINE, within},
    },
    key::index::read_index_rows,
    row::parse,
    sql,
};
use domain::{id::ApplicationId, key::token::KeyId};
use sqlx::{Connection, PgConnection, postgres::PgListener};
use std::{collections::HashSet, time::Duration};
use tokio::time::timeout;
use uuid::Uuid;

/// The channel of `store/sql/change/insert_postgres.sql`.
const CHANNEL: &str = "latchkey_change";
/// How many records of changes are read at most; of more, all keys are read instead.
const MAX_CHANGES: i64 = 10_000;
/// How many keys of applications are read at most; of more, all keys are, which is faster for each.
const MAX_APPLICATION_KEYS: i64 = 20_000;
/// How many keys are read by one statement.
const KEYS_PER_QUERY: usize = 1_000;
/// After how long without an announcement the connection is checked.
const LISTENER_CHECK_INTERVAL: Duration = Duration::from_secs(30);

/// The changes since a position.
#[derive(Debug)]
pub enum NewChanges {
    /// The keys that were changed, as of `position`.
    Rows {
        /// The newest change that the rows have.
        position: i64,
        /// The keys, for the index.
        rows: Vec<IndexRow>,
    },
    /// Too much, or the records no longer exist: all keys have to be read again.
    TooMany,
}

impl NodeConnection {
    /// Reads the keys that were changed after the change at `applied`, in one snapshot.
    ///
    /// # Errors
    /// `Behind` if the database lacks changes that were seen; if the database fails.
    pub async fn changes_since(&self, applied: i64) -> Result<NewChanges, StoreError> {
        let fence = self.store().fence().clone();
        let changes = super::connection::on_connection!(self, READ_DEADLINE, |connection| {
            read_changes(connection, applied, fence.position()).await
        })?;
        if let NewChanges::Rows { position, .. } = &changes {
            fence.record_position(*position);
        }
        Ok(changes)
    }

    /// Listens to changes on a connection of its own.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn listen(&self) -> Result<ChangeListener, StoreError> {
        let crate::Store::Postgres { pool, fence, .. } = self.store() else {
            return Err(StoreError::UnknownKind);
        };
        let options = (*pool.connect_options()).clone();
        let listening = async {
            let mut listener = PgListener::connect_with(&postgres::pool(options, 1, fence)).await?;
            listener.listen(CHANNEL).await?;
            Ok::<_, sqlx::Error>(listener)
        };
        Ok(ChangeListener(within(READ_DEADLINE, listening).await?))
    }
}

async fn read_changes(
    connection: &mut PgConnection,
    applied: i64,
    seen: i64,
) -> Result<NewChanges, StoreError> {
    let snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";
    let mut tx = connection.begin_with(snapshot).await?;
    let (position, _): (i64, i64) = sqlx::query_as(sql::CHANGE_HEAD).fetch_one(&mut *tx).await?;
    if position < seen {
        return Err(StoreError::Behind {
            found: position,
            seen,
        });
    }
    let changes: Vec<(i64, Option<Uuid>, Option<String>)> = sqlx::query_as(sql::CHANGES_SINCE)
        .bind(applied)
        .bind(MAX_CHANGES)
        .fetch_all(&mut *tx)
        .await?;
    // Positions have no gaps, so the next one is missing only if it was pruned or skipped.
    let is_complete = match (changes.first(), changes.last()) {
        (Some(first), Some(last)) => first.0 == applied + 1 && last.0 == position,
        _ => position == applied,
    };
    if !is_complete {
        return Ok(NewChanges::TooMany);
    }
    let mut scopes = HashSet::new();
    for (_, app, key) in &changes {
        if let Some(app) = app {
            scopes.insert(ChangeScope::Application(ApplicationId(*app)));
        }
        if let Some(key) = key {
            scopes.insert(ChangeScope::Key(parse::<KeyId>("key_id", key)?));
        }
    }
    let mut rows = Vec::new();
    let mut ids = Vec::new();
    let mut left = MAX_APPLICATION_KEYS;
    for scope in scopes {
        match scope {
            ChangeScope::Key(id) => ids.push(id.to_string()),
            ChangeScope::Application(app) => {
                let (keys,): (i64,) = sqlx::query_as(sql::KEYS_COUNT_UP_TO)
                    .bind(app.0)
                    .bind(left + 1)
                    .fetch_one(&mut *tx)
                    .await?;
                left -= keys;
                if left < 0 {
                    return Ok(NewChanges::TooMany);
                }
                let found = sqlx::query(sql::INDEX_ROWS_BY_APPLICATION)
                    .bind(app.0)
                    .fetch_all(&mut *tx)
                    .await?;
                rows.extend(read_index_rows(&found)?);
            }
        }
    }
    for ids in ids.chunks(KEYS_PER_QUERY) {
        let found = sqlx::query(sql::INDEX_ROWS_BY_IDS.postgres())
            .bind(serde_json::json!(ids).to_string())
            .fetch_all(&mut *tx)
            .await?;
        rows.extend(read_index_rows(&found)?);
    }
    tx.commit().await?;
    Ok(NewChanges::Rows { position, rows })
}

/// A connection on which PostgreSQL announces changes.
#[derive(Debug)]
pub struct ChangeListener(PgListener);

impl ChangeListener {
    /// Waits for a change, or for the loss of the connection: what was announced meanwhile is lost with it. Nothing else is sent on
    /// the connection, so that it is checked from time to time: the loss of one that is cut without a word is not noticed otherwise.
    ///
    /// # Errors
    /// If the database does not answer.
    pub async fn wait(&mut self) -> Result<(), StoreError> {
        loop {
            let received = timeout(LISTENER_CHECK_INTERVAL, self.0.try_recv()).await;
            if let Ok(received) = received {
                received?;
                return Ok(());
            }
            let check = sqlx::query(sql::PING).execute(&mut self.0);
            within(READ_DEADLINE, check).await?;
        }
    }
}
