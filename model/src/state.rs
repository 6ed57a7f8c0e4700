use crate::{
    Protocol,
    node::{Node, swapped},
};

/// The database and all processes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State<const N: usize> {
    /// Position of the newest committed change.
    pub(crate) head: u8,
    /// The keys, as bits, that the database has as revoked.
    pub(crate) revoked: u8,
    /// `head` and `revoked` before the newest change.
    pub(crate) earlier: Option<(u8, u8)>,
    /// The keys, as bits, whose revocation has been answered.
    pub(crate) answered: u8,
    /// Whether barriers may be passed: a fork closes them.
    pub(crate) opened: bool,
    pub(crate) crashes_left: u8,
    pub(crate) forks_left: u8,
    pub(crate) nodes: [Node; N],
}

impl<const N: usize> State<N> {
    /// The start: a number of nodes serve, the others have not started.
    pub(crate) fn new(protocol: &Protocol<N>, serving: usize) -> Self {
        Self {
            head: 0,
            revoked: 0,
            earlier: None,
            answered: 0,
            opened: true,
            crashes_left: protocol.crashes,
            forks_left: protocol.forks,
            nodes: std::array::from_fn(|at| {
                if at < serving {
                    Node::serving()
                } else {
                    Node::down()
                }
            }),
        }
    }

    /// Whether a call that begins now can be accepted although the revocation of its key was answered.
    pub fn accepts_revoked(&self) -> bool {
        self.nodes
            .iter()
            .any(|node| node.lease > 0 && self.answered & !node.index != 0)
    }

    /// Makes states equal that differ in the names of nodes and keys alone.
    pub(crate) fn normalize(&mut self, protocol: &Protocol<N>) {
        for node in &mut self.nodes {
            node.drop_useless(protocol);
        }
        self.nodes.sort_unstable();
        let mut other = self.clone();
        other.swap_keys();
        other.nodes.sort_unstable();
        if other < *self {
            *self = other;
        }
    }

    fn swap_keys(&mut self) {
        self.revoked = swapped(self.revoked);
        self.answered = swapped(self.answered);
        if let Some((_, revoked)) = &mut self.earlier {
            *revoked = swapped(*revoked);
        }
        for node in &mut self.nodes {
            node.swap_keys();
        }
    }
}
