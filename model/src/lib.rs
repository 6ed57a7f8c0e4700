//! A model of the protocol by which several nodes share one PostgreSQL database (decision 44), for a model checker.
//!
//! The property: when a revocation has been answered, no node can accept a call that begins later.
//!
//! Time is counted in ticks of real time. A lease lasts at most [`Protocol::lease`] ticks from the moment its renewal was sent,
//! a barrier waits at least as long from its commit: the margins for clock rates (1 − ρ and 1 + ρ) make both true of real
//! clocks. A paused process is one that takes no step while time passes, a lost or delayed notification is one that reads the
//! changes late.

mod fault;
mod node;
mod state;
mod step;

pub use fault::Fault;
pub use state::State;
pub use step::Step;

use stateright::{Model, Property};

/// The name of the property.
pub const REVOKED_MEANS_REVOKED: &str =
    "no call that begins after an answered revocation is accepted";

/// Number of keys. Each can be revoked once.
pub const KEYS: u8 = 2;

/// The protocol for `N` nodes, and what may go wrong around it.
#[derive(Clone, Debug)]
pub struct Protocol<const N: usize> {
    /// Length of a lease, in ticks.
    pub lease: u8,
    /// How many processes may crash. They may start again.
    pub crashes: u8,
    /// How often the database may forget its newest change (failover to a standby that lacks it, restored backup).
    pub forks: u8,
    /// Whether a process may read the index before it registers, too.
    pub reads_first: bool,
    /// A deviation from the protocol that the checker must refute.
    pub fault: Option<Fault>,
}

impl<const N: usize> Protocol<N> {
    fn has(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

impl<const N: usize> Model for Protocol<N> {
    type State = State<N>;
    type Action = Step;

    fn init_states(&self) -> Vec<Self::State> {
        (0..=N).map(|serving| State::new(self, serving)).collect()
    }

    fn actions(&self, _: &Self::State, steps: &mut Vec<Step>) {
        steps.extend(Step::all(N));
    }

    fn next_state(&self, state: &Self::State, step: Step) -> Option<Self::State> {
        let mut next = state.clone();
        step.take(self, &mut next)?;
        next.normalize(self);
        (next != *state).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(REVOKED_MEANS_REVOKED, |_, state: &State<N>| {
                !state.accepts_revoked()
            }),
            Property::sometimes(
                "every key is revoked, and a node still answers",
                |_, state: &State<N>| {
                    state.answered == (1 << KEYS) - 1
                        && state.nodes.iter().any(|node| node.lease > 0)
                },
            ),
            Property::sometimes("a silent node is removed", |_, state: &State<N>| {
                state
                    .nodes
                    .iter()
                    .any(|node| node.registered && node.row.is_none())
            }),
        ]
    }
}
