//! Options that the pools of both databases share.

use sqlx::{Database, pool::PoolOptions};
use std::time::Duration;

/// Starts the options of a pool that has no task of its own.
///
/// With the usual options, a task looks for old connections when the pool is made and every ten minutes, as often as connections are
/// counted as idle. sqlx 0.9.0 counts a connection that returns after others can take it. If it is taken in between, the count is below
/// zero for a moment, which the task reads as 2⁶⁴ (transact-rs/sqlx#4289). It then keeps a thread of the runtime busy without end. What
/// this thread wakes up, such as a task that waits for the only connection that writes, never runs again; and if it was the thread that
/// waits for sockets and timers, no other one takes that over, and no request gets an answer.
pub(crate) fn pool_options<DB: Database>() -> PoolOptions<DB> {
    PoolOptions::new()
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
}
