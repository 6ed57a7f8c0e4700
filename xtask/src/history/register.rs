//! The checker of one key's history.
//!
//! A key is a register that changes once, from valid to revoked. So a history need not be searched: of all calls, those that
//! were accepted last and refused first decide. Observations may be added in any order, as soon as they are made.
//!
//! A call begins before its request is sent, and ends after its answer was read; so do revocations. All instants are of one
//! clock.

use std::{fmt, time::Duration};

/// An instant: the time since the run began.
pub type Instant = Duration;

/// A node's answer to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    /// The key is revoked.
    Revoked,
    /// The node does not know the key.
    Unknown,
}

/// A call that was answered with a verdict.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// The node's index.
    pub node: usize,
    pub begin: Instant,
    pub end: Instant,
    pub verdict: Verdict,
}

/// The history of a key.
#[derive(Debug)]
pub struct Register {
    /// After how long an earlier state has ended on every node: a lease, and the difference of two clocks.
    lease: Duration,
    /// When its creation was answered.
    created: Instant,
    /// When its first revocation began, answered or not.
    attempted: Option<Instant>,
    /// When its first acknowledged revocation was answered.
    acknowledged: Option<Instant>,
    nodes: Vec<Observed>,
}

/// The answers of one node.
#[derive(Clone, Copy, Debug, Default)]
struct Observed {
    /// The beginning of the latest accepted call.
    accepted: Option<Instant>,
    /// The end of the first accepted or revoked call.
    known: Option<Instant>,
    /// The end of the first revoked call.
    revoked: Option<Instant>,
    /// The beginning of the latest unknown call.
    unknown: Option<Instant>,
}

/// A history that no gate may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// A call was accepted that began after a revocation was acknowledged.
    StaleAccept {
        node: usize,
        begin: Instant,
        acknowledged: Instant,
    },
    /// A call was accepted that began after the same node had refused the key as revoked.
    Revived {
        node: usize,
        begin: Instant,
        revoked: Instant,
    },
    /// A call was accepted that began more than a lease after another node had refused the key as revoked.
    RevivedElsewhere {
        node: usize,
        begin: Instant,
        revoked: Instant,
    },
    /// A key was refused as revoked before anyone revoked it.
    NotRevoked { node: usize, end: Instant },
    /// A key was unknown to a node that knew it, or more than a lease after its creation was answered.
    Forgotten { node: usize, begin: Instant },
}

impl Register {
    /// The history of a key whose creation was answered at `created`, on `nodes` nodes. A node answers from what is older than
    /// `lease` no longer.
    pub fn new(created: Instant, nodes: usize, lease: Duration) -> Self {
        Self {
            lease,
            created,
            attempted: None,
            acknowledged: None,
            nodes: vec![Observed::default(); nodes],
        }
    }

    /// Records that a revocation is about to be requested.
    pub fn attempt(&mut self, begin: Instant) {
        earliest(&mut self.attempted, begin);
    }

    /// Records that a revocation was acknowledged.
    ///
    /// # Errors
    /// If the history is impossible.
    pub fn acknowledge(&mut self, end: Instant) -> Result<(), Violation> {
        earliest(&mut self.acknowledged, end);
        self.check()
    }

    /// Records a call.
    ///
    /// # Errors
    /// If the history is impossible.
    pub fn call(&mut self, call: Call) -> Result<(), Violation> {
        let node = &mut self.nodes[call.node];
        match call.verdict {
            Verdict::Accepted => {
                latest(&mut node.accepted, call.begin);
                earliest(&mut node.known, call.end);
            }
            Verdict::Revoked => {
                earliest(&mut node.revoked, call.end);
                earliest(&mut node.known, call.end);
            }
            Verdict::Unknown => latest(&mut node.unknown, call.begin),
        }
        self.check()
    }

    /// Whether the key must be refused as revoked.
    pub fn is_revoked(&self) -> bool {
        self.acknowledged.is_some() || self.nodes.iter().any(|node| node.revoked.is_some())
    }

    fn check(&self) -> Result<(), Violation> {
        let revoked_anywhere = self.nodes.iter().filter_map(|node| node.revoked).min();
        for (node, observed) in self.nodes.iter().enumerate() {
            if let Some(begin) = observed.accepted {
                if let Some(acknowledged) = self.acknowledged.filter(|at| begin > *at) {
                    return Err(Violation::StaleAccept {
                        node,
                        begin,
                        acknowledged,
                    });
                }
                if let Some(revoked) = observed.revoked.filter(|at| begin > *at) {
                    return Err(Violation::Revived {
                        node,
                        begin,
                        revoked,
                    });
                }
                if let Some(revoked) = revoked_anywhere.filter(|at| begin > *at + self.lease) {
                    return Err(Violation::RevivedElsewhere {
                        node,
                        begin,
                        revoked,
                    });
                }
            }
            if let Some(end) = observed.revoked
                && self.attempted.is_none_or(|attempted| end < attempted)
            {
                return Err(Violation::NotRevoked { node, end });
            }
            if let Some(begin) = observed.unknown
                && (begin > self.created + self.lease
                    || observed.known.is_some_and(|known| begin > known))
            {
                return Err(Violation::Forgotten { node, begin });
            }
        }
        Ok(())
    }
}

fn earliest(instant: &mut Option<Instant>, other: Instant) {
    *instant = Some(instant.map_or(other, |instant| instant.min(other)));
}

fn latest(instant: &mut Option<Instant>, other: Instant) {
    *instant = Some(instant.map_or(other, |instant| instant.max(other)));
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |from: Instant, to: Instant| to.saturating_sub(from).as_millis();
        match *self {
            Self::StaleAccept {
                node,
                begin,
                acknowledged,
            } => write!(
                f,
                "node {} accepted a call that began {} ms after the revocation was acknowledged",
                node + 1,
                ms(acknowledged, begin)
            ),
            Self::Revived {
                node,
                begin,
                revoked,
            } => write!(
                f,
                "node {} accepted a call that began {} ms after it had refused the key as revoked",
                node + 1,
                ms(revoked, begin)
            ),
            Self::RevivedElsewhere {
                node,
                begin,
                revoked,
            } => write!(
                f,
                "node {} accepted a call that began {} ms after another node had refused the key as revoked",
                node + 1,
                ms(revoked, begin)
            ),
            Self::NotRevoked { node, .. } => write!(
                f,
                "node {} refused a key as revoked that was not revoked",
                node + 1
            ),
            Self::Forgotten { node, .. } => {
                write!(f, "node {} does not know a key that exists", node + 1)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = at(100);

    const fn at(ms: u64) -> Instant {
        Duration::from_millis(ms)
    }

    /// A step of a history. The key was created at 0.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Attempt(u64),
        Acknowledged(u64),
        Call(usize, Verdict, u64, u64),
    }
    use Step::{Acknowledged, Attempt, Call as Called};
    use Verdict::{Accepted, Revoked, Unknown};

    /// Returns the violation of the whole history, which must not depend on the order of its calls.
    fn check(steps: &[Step]) -> Option<Violation> {
        let run = |steps: &mut dyn Iterator<Item = &Step>| {
            let mut register = Register::new(at(0), 3, LEASE);
            let mut last = Ok(());
            for step in steps {
                last = match *step {
                    Attempt(begin) => {
                        register.attempt(at(begin));
                        register.check()
                    }
                    Acknowledged(end) => register.acknowledge(at(end)),
                    Called(node, verdict, begin, end) => register.call(Call {
                        node,
                        begin: at(begin),
                        end: at(end),
                        verdict,
                    }),
                };
            }
            last.err()
        };
        let found = run(&mut steps.iter());
        assert_eq!(run(&mut steps.iter().rev()), found, "{steps:?}");
        found
    }

    #[test]
    fn a_call_that_is_concurrent_with_the_revocation_may_have_either_verdict() {
        for steps in [
            &[
                Attempt(10),
                Called(0, Accepted, 5, 30),
                Called(1, Accepted, 19, 40),
                Acknowledged(20),
                Called(0, Revoked, 21, 22),
            ][..],
            // The other node has not been told yet, and nothing was answered.
            &[
                Attempt(10),
                Called(0, Revoked, 11, 12),
                Called(1, Accepted, 13, 14),
                Acknowledged(20),
            ],
            // It was never answered, and nothing was made.
            &[Attempt(10), Called(0, Accepted, 500, 501)],
            // Another node has not been told of the new key.
            &[Called(2, Unknown, 90, 91), Called(2, Accepted, 92, 93)],
        ] {
            assert_eq!(check(steps), None, "{steps:?}");
        }
    }

    #[test]
    fn no_call_is_accepted_that_begins_after_the_answer() {
        let steps = [Attempt(10), Acknowledged(20), Called(1, Accepted, 21, 22)];
        assert_eq!(
            check(&steps),
            Some(Violation::StaleAccept {
                node: 1,
                begin: at(21),
                acknowledged: at(20)
            })
        );
        // The first answer counts.
        let again = [
            Attempt(10),
            Acknowledged(20),
            Attempt(22),
            Acknowledged(30),
            Called(1, Accepted, 25, 26),
        ];
        assert!(matches!(check(&again), Some(Violation::StaleAccept { .. })));
    }

    #[test]
    fn a_node_never_accepts_what_it_has_refused_even_if_the_revocation_was_not_answered() {
        let steps = [
            Attempt(10),
            Called(1, Revoked, 11, 12),
            Called(1, Accepted, 13, 14),
        ];
        assert_eq!(
            check(&steps),
            Some(Violation::Revived {
                node: 1,
                begin: at(13),
                revoked: at(12)
            })
        );
    }

    #[test]
    fn other_nodes_refuse_an_unanswered_revocation_after_a_lease() {
        let steps = |begin| {
            [
                Attempt(10),
                Called(1, Revoked, 11, 12),
                Called(2, Accepted, begin, begin + 1),
            ]
        };
        assert_eq!(check(&steps(112)), None);
        assert_eq!(
            check(&steps(113)),
            Some(Violation::RevivedElsewhere {
                node: 2,
                begin: at(113),
                revoked: at(12)
            })
        );
    }

    #[test]
    fn a_key_that_was_not_revoked_is_not_refused() {
        let expected = Some(Violation::NotRevoked {
            node: 0,
            end: at(9),
        });
        assert_eq!(check(&[Called(0, Revoked, 8, 9)]), expected);
        assert_eq!(check(&[Called(0, Revoked, 8, 9), Attempt(10)]), expected);
    }

    #[test]
    fn a_key_that_is_known_stays_known() {
        let forgotten = |begin| {
            Some(Violation::Forgotten {
                node: 0,
                begin: at(begin),
            })
        };
        assert_eq!(check(&[Called(0, Unknown, 101, 102)]), forgotten(101));
        for known in [Accepted, Revoked] {
            let steps = [
                Attempt(1),
                Called(0, known, 10, 11),
                Called(0, Unknown, 12, 13),
            ];
            assert_eq!(check(&steps), forgotten(12), "{known:?}");
        }
    }
}
