//! Statements of PostgreSQL that wait for a lock.

use sqlx::PgPool;
use std::time::Duration;
use tokio::{task::yield_now, time::timeout};

/// Longer than a statement takes to arrive on a loaded machine.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Waits until at least `count` statements in the database of a pool wait for a lock.
///
/// # Panics
/// If the database fails, or there are fewer for a minute.
pub async fn until_blocked(pool: &PgPool, count: i64) {
    let sql = "SELECT count(*) FROM pg_stat_activity
        WHERE wait_event_type = 'Lock' AND datname = current_database()";
    let blocked = async {
        loop {
            let found: i64 = sqlx::query_scalar(sql)
                .fetch_one(pool)
                .await
                .expect("PostgreSQL answers");
            if found >= count {
                return;
            }
            yield_now().await;
        }
    };
    let in_time = timeout(TIMEOUT, blocked).await;
    in_time.expect("the statements wait for a lock");
}
