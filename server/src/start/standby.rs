//! Becoming the owner of the database, and waiting for it where another process is.

use super::{Stop, node_id::NodeId};
use crate::config::Config;
use management::{Ownership, Store};
use std::time::Duration;
use store::{Claim, NewNode, Standby, lease_of};
use tokio::time::{Instant, sleep};
use verification::{Clock, SystemClock, SystemEntropy, new_id};

/// How often an owner is looked at.
const TICK: Duration = Duration::from_secs(1);
/// After how many looks the log says again that this process waits.
const REMINDER: u32 = 60;

/// An id for a process that has none yet.
pub fn new_node() -> uuid::Uuid {
    new_id(&SystemEntropy, SystemClock::default().now())
}

/// Claims the database; where another process owns it, once that one has left or its lease has ended.
///
/// # Errors
/// Where the database cannot be asked at all.
pub async fn own(store: &Store, config: &Config, node: &NodeId) -> Result<Ownership, Stop> {
    let clock = SystemClock::default();
    let patience = Duration::from_millis(u64::try_from(config.patience_ms).unwrap_or_default());
    let node = NewNode {
        id: node.id,
        lease: lease_of(patience),
        at: clock.now(),
    };
    // It stands still while the machine sleeps: then the wait is longer, and never shorter.
    let begun = Instant::now();
    let mut standby = Standby::default();
    let mut ended = None;
    let mut look = 0_u32;
    loop {
        match store.claim(&node, ended.as_ref()).await {
            Ok(Claim::Won(ownership)) => {
                if look > 0 {
                    super::say("This latchkey owns the database now.");
                }
                return Ok(ownership);
            }
            Ok(Claim::Occupied(owner)) => {
                if look.is_multiple_of(REMINDER) {
                    super::say(format_args!(
                        "Another latchkey owns the database. This one is a standby, and takes over once that one has ended."
                    ));
                }
                ended = standby.observe(owner, begun.elapsed());
            }
            Err(error) if look == 0 => {
                return Err(Stop::failed(
                    "LATCHKEY_DATABASE_URL: the database cannot be claimed",
                    error,
                ));
            }
            Err(error) => super::say(format_args!("The standby cannot ask the database: {error}")),
        }
        look = look.wrapping_add(1).max(1);
        if ended.is_none() {
            sleep(TICK).await;
        }
    }
}
