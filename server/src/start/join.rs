//! Registering this process among those that use the database.

use super::{lock::DatabaseLock, node_id::NodeId};
use crate::{
    config::Config,
    console::{CommandError, print_info},
};
use management::{JoinError, Joining, Keyring};
use std::time::Duration;
use tokio::time::sleep;
use verification::{Clock, SystemClock, SystemEntropy, new_id};

/// The interval between two attempts.
const INTERVAL: Duration = Duration::from_secs(1);
/// The number of attempts between two messages that this process waits.
const ATTEMPTS_PER_MESSAGE: u32 = 60;

/// Returns a new process id.
pub fn new_node_id() -> uuid::Uuid {
    new_id(&SystemEntropy, SystemClock::default().now())
}

/// Locks the file of an SQLite database. While another process has it, waits as a standby.
///
/// # Errors
/// If the file cannot be locked.
pub async fn wait_for_lock(url: &str) -> Result<DatabaseLock, CommandError> {
    let mut attempts = 0_u32;
    loop {
        if let Some(lock) = DatabaseLock::try_take(url)? {
            return Ok(lock);
        }
        if attempts.is_multiple_of(ATTEMPTS_PER_MESSAGE) {
            print_info(
                "Another process uses the database. This one is a standby, and takes over when that one has stopped.",
            );
        }
        attempts = attempts.wrapping_add(1);
        sleep(INTERVAL).await;
    }
}

/// Registers the process. Where another one with its name has ended without leaving, waits until the lease of that one has ended.
///
/// # Errors
/// If that one runs, or the database fails.
pub async fn join(keyring: &Keyring, config: &Config, node: &NodeId) -> Result<(), CommandError> {
    let mut join = keyring.node().join(Joining {
        id: node.id,
        name: config.node_name.clone(),
        lease: config.lease,
    });
    let mut attempts = 0_u32;
    loop {
        match join.attempt().await {
            Ok(None) => return Ok(()),
            Ok(Some(name)) if attempts.is_multiple_of(ATTEMPTS_PER_MESSAGE) => {
                print_info(format_args!(
                    "Waiting until the node {name}, beside which this one cannot run, has stopped or its lease has ended."
                ));
            }
            Ok(Some(_)) => {}
            Err(JoinError::Store(error)) => {
                return Err(CommandError::failed(
                    "LATCHKEY_DATABASE_URL: the database cannot be joined",
                    error,
                ));
            }
            Err(error) => return Err(CommandError::Failed(error.to_string())),
        }
        attempts = attempts.wrapping_add(1);
        sleep(INTERVAL).await;
    }
}
