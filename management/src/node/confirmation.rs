//! Waiting until a change is known to every node.

use super::Member;
use crate::{
    ManagementError, Node,
    node::planted::{PlantedFault, is_planted},
};
use std::{collections::BTreeSet, time::Duration};
use store::{NodeConnection, OtherNode, StoreError, waiting_time};
use verification::Monotonic;

/// The pause before the second look at the other nodes. It doubles from look to look.
const FIRST_PAUSE: Duration = Duration::from_millis(2);
/// The longest pause.
const MAX_PAUSE: Duration = Duration::from_millis(100);

/// A change that is in the database and in this node's index. Other nodes may not have it yet.
#[must_use = "a change that ends access has to be confirmed"]
pub(crate) struct Applied<T> {
    value: T,
    /// Its position; none if nothing was changed.
    position: Option<i64>,
    /// When the commit was known.
    at: Monotonic,
}

/// What the nodes know about a change: no node accepts a call that begins later and that the change forbids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmation {
    /// The nodes, those among them that were removed while the change waited for them.
    pub nodes: usize,
    /// The nodes that have the change. The leases of the others have ended.
    pub confirmed: usize,
    /// Milliseconds from the commit to the confirmation.
    pub elapsed_ms: i64,
    /// The names of the nodes that were removed because they did not answer.
    pub removed: Vec<String>,
}

/// Nodes that do not have the newest change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodesBehind {
    /// Their names.
    pub names: Vec<String>,
    /// After how many milliseconds from its commit a change no longer waits for them: their leases have ended then.
    pub at_most_ms: i64,
}

/// The nodes without a change, as one look after another shows them.
#[derive(Default)]
struct Awaited {
    /// The names of all that were ever without it.
    names: BTreeSet<String>,
}

impl Awaited {
    /// Looks at the other nodes. One that was without the change and is no longer there did not confirm it: another node removed
    /// it, or it has stopped.
    fn look(&mut self, others: &[OtherNode], position: i64, elapsed_ms: i64) -> Confirmation {
        let (mut confirmed, mut present) = (1, BTreeSet::new());
        for node in others {
            present.insert(node.name.as_str());
            if node.applied < position {
                self.names.insert(node.name.clone());
            } else {
                confirmed += 1;
            }
        }
        let gone = self.names.iter().map(String::as_str);
        let gone = gone.filter(|name| !present.contains(name)).count();
        Confirmation {
            nodes: others.len() + 1 + gone,
            confirmed,
            elapsed_ms,
            removed: Vec::new(),
        }
    }
}

/// Returns the longest lease of the nodes without the change, or `None` if each node has it.
fn longest_lease(others: &[OtherNode], position: i64) -> Option<Duration> {
    let behind = others.iter().filter(|node| node.applied < position);
    behind.map(|node| node.lease).max()
}

impl<T> Applied<T> {
    pub(crate) const fn new(value: T, position: Option<i64>, at: Monotonic) -> Self {
        Self {
            value,
            position,
            at,
        }
    }

    /// Returns the result of a change that ends no access: the other nodes apply it soon.
    pub(crate) fn unconfirmed(self) -> T {
        self.value
    }

    /// The result.
    pub(crate) const fn value(&self) -> &T {
        &self.value
    }

    /// Whether anything was changed.
    pub(crate) const fn is_change(&self) -> bool {
        self.position.is_some()
    }

    /// Separates the result.
    pub(crate) fn split(self) -> (T, Applied<()>) {
        (self.value, Applied::new((), self.position, self.at))
    }

    /// Replaces the result.
    pub(crate) fn with<U>(self, value: U) -> Applied<U> {
        Applied::new(value, self.position, self.at)
    }

    /// Returns the later one of two changes, with the results of neither.
    pub(crate) fn later<U>(self, other: Option<Applied<U>>) -> Applied<()> {
        match other {
            Some(other) if other.position > self.position => other.with(()),
            _ => self.with(()),
        }
    }
}

impl Node<'_> {
    /// Waits until no node accepts a call that the change forbids: until every node has it, or the leases without it have ended.
    /// Nodes that do not answer are removed then.
    ///
    /// # Errors
    /// `Unavailable` if the database does not answer, or this process stops: the change is made, and it is not known that every
    /// node has it.
    pub(crate) async fn confirm<T>(
        self,
        applied: Applied<T>,
    ) -> Result<(T, Confirmation), ManagementError> {
        let Applied {
            value,
            position,
            at,
        } = applied;
        let confirmation = match (self.keyring.this_node().member(), position) {
            (Some(member), Some(position)) => {
                tokio::select! {
                    confirmed = self.confirm_position(member, position, at) => {
                        let confirmation = confirmed?;
                        self.keyring.this_node().counters.confirm(&confirmation);
                        confirmation
                    }
                    () = self.keyring.this_node().closing.cancelled() => {
                        return Err(ManagementError::Unavailable(
                            "the process stops; a change is made that other nodes have not confirmed".into(),
                        ));
                    }
                }
            }
            _ => Confirmation {
                nodes: 1,
                confirmed: 1,
                elapsed_ms: self.keyring.monotonic().since(at),
                removed: Vec::new(),
            },
        };
        Ok((value, confirmation))
    }

    async fn confirm_position(
        self,
        member: &Member,
        position: i64,
        at: Monotonic,
    ) -> Result<Confirmation, StoreError> {
        let node = &member.node;
        let mut awaited = Awaited::default();
        let mut pause = FIRST_PAUSE;
        loop {
            let looked = node.others().await;
            let elapsed_ms = self.keyring.monotonic().since(at);
            let has_waited = |lease: Duration| elapsed_ms >= waiting_ms(lease);
            match looked {
                Ok((others, true)) => {
                    let mut confirmation = awaited.look(&others, position, elapsed_ms);
                    let counters = &self.keyring.this_node().counters;
                    match longest_lease(&others, position) {
                        None => {
                            counters.see(others.len() + 1);
                            return Ok(confirmation);
                        }
                        Some(lease)
                            if has_waited(lease)
                                || (is_planted(PlantedFault::RemovedTooEarly)
                                    && has_waited(lease / 4)) =>
                        {
                            confirmation.removed = self.remove_behind(node, position).await;
                            let seen = others.len() + 1;
                            counters.see(seen.saturating_sub(confirmation.removed.len()));
                            return Ok(confirmation);
                        }
                        Some(_) => {}
                    }
                }
                // After the database lost or may have lost changes, leases may have ended that it knows nothing about.
                Ok((_, false)) if !has_waited(node.lease() * 3) => {}
                Ok((_, false)) => return Err(StoreError::EarlierLeases),
                Err(error) if has_waited(node.lease()) => return Err(error),
                Err(error) => {
                    tracing::debug!(%error, position, "the nodes could not be read and will be read again");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(MAX_PAUSE);
        }
    }

    /// Removes the nodes whose leases have ended. The change is confirmed even if that fails: then the next one waits for them too.
    async fn remove_behind(self, node: &NodeConnection, position: i64) -> Vec<String> {
        match node.remove_behind(position).await {
            // Another node removed them in the meantime, or they stay: they are writing, or have not compared their journals.
            Ok(names) if names.is_empty() => names,
            Ok(names) => {
                tracing::warn!(
                    names = names.join(", "),
                    "nodes did not answer until their leases had ended, and were removed"
                );
                names
            }
            Err(error) => {
                tracing::warn!(%error, "nodes did not answer until their leases had ended, and are not removed");
                Vec::new()
            }
        }
    }

    /// Returns the nodes that do not have the newest change, if there are any.
    pub(crate) async fn nodes_behind(self) -> Result<Option<NodesBehind>, StoreError> {
        let Some(member) = self.keyring.this_node().member() else {
            return Ok(None);
        };
        let newest = self.keyring.store().newest_position().await?;
        let (others, _) = member.node.others().await?;
        Ok(longest_lease(&others, newest).map(|lease| NodesBehind {
            names: others
                .into_iter()
                .filter(|node| node.applied < newest)
                .map(|node| node.name)
                .collect(),
            at_most_ms: waiting_ms(lease),
        }))
    }

    /// Returns the newest change of the database, for a change whose own position is not known.
    pub(crate) async fn newest_change(self) -> Result<Applied<()>, StoreError> {
        let position = self.keyring.store().newest_position().await?;
        Ok(Applied::new((), Some(position), self.keyring.monotonic()))
    }
}

/// Returns after how many milliseconds another node's lease has ended.
fn waiting_ms(lease: Duration) -> i64 {
    i64::try_from(waiting_time(lease).as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(n: u8, applied: i64) -> OtherNode {
        OtherNode {
            name: format!("node {n}"),
            applied,
            lease: Duration::from_secs(30),
        }
    }

    #[test]
    fn a_node_that_another_one_removes_while_a_change_waits_for_it_is_counted() {
        let mut awaited = Awaited::default();
        awaited.look(&[node(2, 7), node(3, 6)], 7, 10);
        let confirmation = awaited.look(&[node(2, 8)], 7, 20);
        assert_eq!((confirmation.confirmed, confirmation.nodes), (2, 3));
    }

    #[test]
    fn a_node_that_was_without_a_change_and_has_it_now_is_counted_once() {
        let mut awaited = Awaited::default();
        awaited.look(&[node(2, 6)], 7, 10);
        let confirmation = awaited.look(&[node(2, 7)], 7, 20);
        assert_eq!((confirmation.confirmed, confirmation.nodes), (2, 2));
    }
}
