//! Nodes that no longer renew their leases.

use std::{collections::HashMap, time::Duration};
use uuid::Uuid;

/// Allowed difference of the rate of a machine's clock from real time, in percent. A node stops this much before its lease ends,
/// and others wait this much longer.
const DRIFT_PERCENT: u32 = 5;

/// Returns how long a node answers after it asked for a renewal.
pub fn answering_time(lease: Duration) -> Duration {
    lease * (100 - DRIFT_PERCENT) / 100
}

/// Returns after how long another node's lease has ended.
pub fn waiting_time(lease: Duration) -> Duration {
    lease * (100 + DRIFT_PERCENT) / 100
}

/// A row of the table of nodes, as it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenNode {
    /// The node's name.
    pub name: String,
    /// How long its renewals are good for.
    pub lease: Duration,
    pub(crate) id: Uuid,
    pub(crate) epoch: i64,
    /// The number of its renewals.
    pub(crate) beat: i64,
}

impl SeenNode {
    /// Whether it is the same registration as `other`.
    pub fn is(&self, other: &Self) -> bool {
        (self.id, self.epoch) == (other.id, other.epoch)
    }

    /// Whether it has renewed its lease since it was seen as `before`.
    pub fn has_renewed_since(&self, before: &Self) -> bool {
        self.is(before) && self.beat > before.beat
    }
}

/// Finds nodes whose leases have ended.
#[derive(Debug, Default)]
pub struct SilentNodes(HashMap<(Uuid, i64), (i64, Duration)>);

impl SilentNodes {
    /// Records the nodes that were seen before `now`, an instant of the clock since the machine's boot. Returns those that have
    /// not renewed their leases for so long that these have ended.
    pub fn observe(&mut self, nodes: Vec<SeenNode>, now: Duration) -> Vec<SeenNode> {
        let before = std::mem::take(&mut self.0);
        for node in &nodes {
            let key = (node.id, node.epoch);
            let since = match before.get(&key) {
                Some((beat, since)) if *beat == node.beat => *since,
                _ => now,
            };
            self.0.insert(key, (node.beat, since));
        }
        let ended = |node: &SeenNode| {
            let seen = self.0.get(&(node.id, node.epoch));
            seen.is_some_and(|(_, since)| now.saturating_sub(*since) >= waiting_time(node.lease))
        };
        nodes.into_iter().filter(ended).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(beat: i64) -> SeenNode {
        SeenNode {
            name: "a:1".into(),
            lease: Duration::from_secs(30),
            id: Uuid::from_u128(1),
            epoch: 3,
            beat,
        }
    }

    #[test]
    fn a_node_that_renews_its_lease_is_not_silent() {
        let mut nodes = SilentNodes::default();
        for beat in 0..100 {
            let now = Duration::from_secs(31 * u64::try_from(beat).expect("small"));
            assert!(nodes.observe(vec![node(beat)], now).is_empty());
        }
        assert!(node(2).has_renewed_since(&node(1)));
        assert!(!node(2).has_renewed_since(&node(2)));
    }

    #[test]
    fn a_node_that_does_not_renew_its_lease_is_silent_once_that_has_ended() {
        let mut nodes = SilentNodes::default();
        let at = Duration::from_millis;
        assert!(nodes.observe(vec![node(7)], at(1_000)).is_empty());
        assert!(nodes.observe(vec![node(7)], at(32_499)).is_empty());
        assert_eq!(nodes.observe(vec![node(7)], at(32_500)), [node(7)]);
        // It stops answering before, even where its clock is 5 % slow and that of the others 5 % fast.
        assert_eq!(answering_time(at(30_000)), at(28_500));
    }
}
