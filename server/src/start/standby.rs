//! Claiming the database, and waiting as a standby while another process owns it.

use super::node_id::NodeId;
use crate::{
    config::Config,
    console::{CommandError, print_info},
};
use management::{Ownership, Store};
use std::time::Duration;
use store::{Claim, NewNode, Standby, lease_of};
use tokio::time::{Instant, sleep};
use verification::{Clock, SystemClock, SystemEntropy, new_id};

/// The interval between two attempts to claim the database.
const CLAIM_INTERVAL: Duration = Duration::from_secs(1);
/// The number of attempts between two messages that this process waits.
const ATTEMPTS_PER_MESSAGE: u32 = 60;

/// Returns a new process id.
pub fn new_node_id() -> uuid::Uuid {
    new_id(&SystemEntropy, SystemClock::default().now())
}

/// Claims the database. While another process owns it, waits until that one has released it or its lease has expired.
///
/// # Errors
/// Where the first attempt fails.
pub async fn claim(
    store: &Store,
    config: &Config,
    node: &NodeId,
) -> Result<Ownership, CommandError> {
    let clock = SystemClock::default();
    let patience = Duration::from_millis(u64::try_from(config.patience_ms).unwrap_or_default());
    let node = NewNode {
        id: node.id,
        lease: lease_of(patience),
        at: clock.now(),
    };
    // This clock stops while the machine is suspended, which can only make the wait longer.
    let start = Instant::now();
    let mut standby = Standby::default();
    let mut ended = None;
    let mut attempts = 0_u32;
    loop {
        match store.claim(&node, ended.as_ref()).await {
            Ok(Claim::Won(ownership)) => {
                if attempts > 0 {
                    print_info("This process owns the database now.");
                }
                return Ok(ownership);
            }
            Ok(Claim::Occupied(owner)) => {
                if attempts.is_multiple_of(ATTEMPTS_PER_MESSAGE) {
                    print_info(format_args!(
                        "Another process owns the database. This one is a standby, and takes over when that one has stopped."
                    ));
                }
                ended = standby.observe(owner, start.elapsed());
            }
            Err(error) if attempts == 0 => {
                return Err(CommandError::failed(
                    "LATCHKEY_DATABASE_URL: the database cannot be claimed",
                    error,
                ));
            }
            Err(error) => print_info(format_args!("The standby cannot ask the database: {error}")),
        }
        attempts = attempts.wrapping_add(1).max(1);
        if ended.is_none() {
            sleep(CLAIM_INTERVAL).await;
        }
    }
}
