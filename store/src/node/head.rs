//! The row of `change_head`, and the histories of a database that may have lost changes.

use crate::{StoreError, database::fence::Cluster, execute, sql};
use sqlx::PgConnection;

/// The row of `change_head`.
#[derive(sqlx::FromRow)]
pub(super) struct ChangeHead {
    pub(super) position: i64,
    system_id: String,
    timeline: i64,
    pub(super) history: i64,
    forked_at: i64,
}

impl ChangeHead {
    /// Whether the database has every change up to `seen`, which was seen when `known` was the present history.
    pub(super) fn has_all(&self, known: i64, seen: i64) -> bool {
        self.history == known || (self.history == known + 1 && seen <= self.forked_at)
    }

    pub(super) fn lacks(&self, seen: i64) -> StoreError {
        StoreError::Behind {
            found: if self.position < seen {
                self.position
            } else {
                self.forked_at
            },
            seen,
        }
    }
}

/// Inside a transaction: locks the row of `change_head`, and begins a new history if the database continues as another cluster.
pub(super) async fn lock_head(
    connection: &mut PgConnection,
    cluster: &Cluster,
) -> Result<ChangeHead, StoreError> {
    let head: ChangeHead = sqlx::query_as(sql::CHANGE_HEAD_LOCK.postgres())
        .fetch_one(&mut *connection)
        .await?;
    let is_new = head.timeline == 0;
    if (&*head.system_id, head.timeline) == (&*cluster.system_id, cluster.timeline) {
        return Ok(head);
    }
    let statement = if is_new {
        sql::CHANGE_HEAD_NAME
    } else {
        sql::CHANGE_HEAD_FORK
    };
    execute!(connection, statement, &cluster.system_id, cluster.timeline)?;
    let forked = i64::from(!is_new);
    Ok(ChangeHead {
        history: head.history + forked,
        forked_at: if is_new {
            head.forked_at
        } else {
            head.position
        },
        ..head
    })
}
