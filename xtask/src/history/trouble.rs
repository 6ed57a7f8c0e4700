//! What happens to the nodes and to the database.

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};

use crate::history::{
    clock,
    cluster::{Cluster, LEASE, NODES, Node, NodeSetup},
    link::LinkState,
    load::Load,
    random::Random,
};

/// A kind of trouble.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `kill -9`, and a new process some time later.
    Kill,
    /// A process that leaves, and a new one.
    Restart,
    /// SIGSTOP for longer than the lease. Clients have calls waiting when the process goes on.
    Suspend,
    /// The connections between a node and the database are closed, and none can be made.
    Cut,
    /// Nothing arrives between a node and the database, and all of it later.
    Hold,
    /// Bytes from the database to a node arrive late.
    Delay,
    /// Bytes from the database to a node arrive late, then none do.
    DelayThenHold,
    /// PostgreSQL is stopped as by a crash, and started again.
    Crash,
    /// The connections on which the nodes listen are closed.
    EndListeners,
    /// All connections are closed.
    EndConnections,
    /// A process that leaves, and one of another version.
    ChangeVersion,
    /// The wall clock of a node is set wrong, and right again.
    SetClock,
}

/// All kinds of trouble.
const ALL: [Kind; 12] = [
    Kind::Kill,
    Kind::Restart,
    Kind::Suspend,
    Kind::Cut,
    Kind::Hold,
    Kind::Delay,
    Kind::DelayThenHold,
    Kind::Crash,
    Kind::EndListeners,
    Kind::EndConnections,
    Kind::ChangeVersion,
    Kind::SetClock,
];

/// The longest delay after which a renewal is still granted: the limit of a statement is a second.
const MAX_DELAY_MS: u64 = 900;
/// The time after which every node has every change.
const QUIET: Duration = Duration::from_millis(300);

/// From how many seconds on the server logs that its clock was set.
const LOGGED_STEP: i64 = 60;
/// Part of the line that it logs then, and when the clock is right again.
const CLOCK_WAS_SET: &str = "the machine's clock";
/// How long it may take to log it.
const MAX_NOTICE: Duration = Duration::from_secs(15);

impl Kind {
    /// Whether it can happen to such nodes.
    const fn is_possible(self, nodes: &NodeSetup<'_>) -> bool {
        match self {
            Self::ChangeVersion => nodes.other_program.is_some(),
            Self::SetClock => nodes.clock_library.is_some(),
            _ => true,
        }
    }
}

/// A sequence of troubles. It follows from a seed and from the kinds that are possible.
pub struct Troubles {
    kinds: Vec<Kind>,
    /// Those that happen before all of them happen again.
    next: Vec<Kind>,
    random: Random,
}

impl Troubles {
    /// The troubles of such nodes.
    pub fn new(nodes: &NodeSetup<'_>, random: Random) -> Self {
        let kinds = ALL.into_iter().filter(|kind| kind.is_possible(nodes));
        Self {
            kinds: kinds.collect(),
            next: Vec::new(),
            random,
        }
    }

    /// Chooses the next one.
    pub fn choose(&mut self) -> Trouble {
        if self.next.is_empty() {
            self.next.clone_from(&self.kinds);
            self.random.shuffle(&mut self.next);
        }
        let kind = self.next.pop().unwrap_or(Kind::Kill);
        Trouble::choose(kind, NODES, &mut self.random)
    }
}

/// A trouble that was chosen.
pub struct Trouble {
    kind: Kind,
    /// The index of the node that it happens to, if it happens to one.
    node: usize,
    /// How long it lasts.
    time: Duration,
    delay: Duration,
    /// By how many seconds a clock is set.
    step: i64,
}

impl Trouble {
    /// Chooses how a trouble happens.
    fn choose(kind: Kind, nodes: usize, random: &mut Random) -> Self {
        let lease = u64::try_from(LEASE.as_millis()).unwrap_or_default();
        let time = match kind {
            Kind::Kill | Kind::Restart | Kind::ChangeVersion => random.milliseconds(0..lease),
            // Changes wait for 1.05 leases, and have to be answered while the process is suspended.
            Kind::Suspend => random.milliseconds(lease * 3 / 2..lease * 5 / 2),
            Kind::Crash | Kind::EndListeners | Kind::EndConnections => {
                random.milliseconds(lease / 4..lease / 2)
            }
            // A lease, and what its end would be late by.
            Kind::Delay | Kind::DelayThenHold | Kind::SetClock => {
                random.milliseconds(lease..lease * 2)
            }
            Kind::Cut | Kind::Hold => random.milliseconds(lease / 2..lease * 2),
        };
        Self {
            kind,
            node: random.below(nodes),
            time,
            delay: random.milliseconds(MAX_DELAY_MS * 2 / 3..MAX_DELAY_MS),
            step: if kind == Kind::SetClock {
                clock::choose_step(random)
            } else {
                0
            },
        }
    }

    /// Lets it happen, and waits until it is over.
    pub fn happen(&self, cluster: &mut Cluster, load: &Load) -> Result<()> {
        let node = &mut cluster.nodes[self.node];
        match self.kind {
            Kind::Kill => {
                node.kill()?;
                load.wait(self.time);
                node.start()?;
            }
            Kind::Restart => {
                node.stop()?;
                load.wait(self.time);
                node.start()?;
            }
            Kind::ChangeVersion => {
                node.stop()?;
                node.change_program()?;
                load.wait(self.time);
                node.start()?;
            }
            // The process does not end in between: one that starts takes a time that is less than a day ahead for certain, and
            // stores it for all nodes that start later.
            Kind::SetClock => {
                self.set_clock(node, self.step, load)?;
                load.wait(self.time);
                self.set_clock(node, 0, load)?;
            }
            Kind::Suspend => {
                node.server()?.signal("STOP")?;
                load.wait(self.time);
                let server = node.server()?;
                load.call_before(self.node, || server.signal("CONT"))?;
            }
            Kind::Cut => self.degrade(cluster, load, &[LinkState::Cut]),
            Kind::Hold => self.degrade(cluster, load, &[LinkState::Stalled]),
            Kind::Delay => {
                self.delay_renewal(cluster, load)?;
                self.degrade(cluster, load, &[LinkState::Delayed(self.delay)]);
            }
            Kind::DelayThenHold => {
                self.delay_renewal(cluster, load)?;
                self.degrade(cluster, load, &[LinkState::Stalled]);
            }
            Kind::Crash => {
                cluster.database.crash()?;
                load.wait(self.time);
            }
            Kind::EndListeners => {
                end_connections(cluster, "query LIKE 'LISTEN %'")?;
                load.wait(self.time);
            }
            Kind::EndConnections => {
                end_connections(cluster, "backend_type = 'client backend'")?;
                load.wait(self.time);
            }
        }
        Ok(())
    }

    /// Sets the clock of a node, and waits until its process uses it.
    fn set_clock(&self, node: &mut Node, seconds: i64, load: &Load) -> Result<()> {
        let lines = node.server()?.count_in_log(CLOCK_WAS_SET);
        node.clock()?.set(seconds)?;
        let began = Instant::now();
        load.wait(clock::DELAY);
        while self.step.abs() > LOGGED_STEP
            && node.server()?.count_in_log(CLOCK_WAS_SET) == lines
            && !load.is_stopping()
        {
            ensure!(
                began.elapsed() < MAX_NOTICE,
                "the node does not notice that its clock was set (libfaketime needs a program that is linked dynamically): {}",
                node.server()?.log()
            );
            load.wait(Duration::from_millis(20));
        }
        Ok(())
    }

    /// Delays the replies to a node, and lets changes go on at the worst instant: just after a renewal of its lease, whose reply
    /// is on its way.
    fn delay_renewal(&self, cluster: &Cluster, load: &Load) -> Result<()> {
        let node = &cluster.nodes[self.node];
        let beat = format!(
            "SELECT beat FROM node WHERE name LIKE '%:{}'",
            node.address.port()
        );
        load.be_quiet();
        load.wait(QUIET);
        node.link.set(LinkState::Delayed(self.delay));
        let before = cluster.database.query(&beat)?;
        let began = Instant::now();
        while cluster.database.query(&beat)? == before && began.elapsed() < 2 * LEASE {
            load.wait(Duration::from_millis(5));
        }
        load.go_on();
        load.wait(self.delay);
        Ok(())
    }

    fn degrade(&self, cluster: &Cluster, load: &Load, states: &[LinkState]) {
        let link = &cluster.nodes[self.node].link;
        for state in states {
            link.set(*state);
            load.wait(self.time);
        }
        link.set(LinkState::Open);
    }
}

fn end_connections(cluster: &Cluster, condition: &str) -> Result<()> {
    cluster.database.query(&format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND {condition}"
    ))?;
    Ok(())
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (node, time, delay) = (self.node + 1, self.time.as_millis(), self.delay.as_millis());
        match self.kind {
            Kind::Kill => write!(f, "node {node} is killed, and started after {time} ms"),
            Kind::Restart => write!(f, "node {node} leaves, and is started after {time} ms"),
            Kind::Suspend => write!(f, "node {node} is suspended for {time} ms"),
            Kind::Cut => write!(f, "the link of node {node} is cut for {time} ms"),
            Kind::Hold => write!(f, "the link of node {node} delivers nothing for {time} ms"),
            Kind::Delay => write!(
                f,
                "the link of node {node} delivers {delay} ms late for {time} ms"
            ),
            Kind::DelayThenHold => write!(
                f,
                "the link of node {node} delivers {delay} ms late, then nothing for {time} ms"
            ),
            Kind::Crash => write!(f, "PostgreSQL is killed and started again"),
            Kind::EndListeners => write!(f, "the connections that listen are closed"),
            Kind::EndConnections => write!(f, "all connections to PostgreSQL are closed"),
            Kind::ChangeVersion => write!(
                f,
                "node {node} leaves, and is started as the other program after {time} ms"
            ),
            Kind::SetClock => write!(
                f,
                "the clock of node {node} is set {} s {}, and right again after {time} ms",
                self.step.abs(),
                if self.step < 0 { "back" } else { "forward" }
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Nodes with another program and a clock that can be set, or without.
    fn nodes(has_other: bool, has_clock: bool) -> NodeSetup<'static> {
        let path = Path::new("file");
        NodeSetup {
            program: path,
            other_program: has_other.then_some(path),
            clock_library: has_clock.then_some(path),
            fault: None,
        }
    }

    fn troubles(nodes: &NodeSetup<'_>, seed: u32, count: usize) -> Vec<Trouble> {
        let mut troubles = Troubles::new(nodes, Random::new(seed, 0));
        (0..count).map(|_| troubles.choose()).collect()
    }

    #[test]
    fn troubles_follow_from_the_seed_and_the_possible_kinds() {
        let texts = |nodes: &NodeSetup<'_>, seed| -> Vec<String> {
            let troubles = troubles(nodes, seed, 40);
            troubles.iter().map(ToString::to_string).collect()
        };
        for (has_other, has_clock) in [(false, false), (true, false), (false, true), (true, true)] {
            let nodes = nodes(has_other, has_clock);
            assert_eq!(texts(&nodes, 7), texts(&nodes, 7));
            assert_ne!(texts(&nodes, 7), texts(&nodes, 8));
        }
    }

    #[test]
    fn every_possible_kind_happens_before_one_happens_again() {
        for (has_other, has_clock, count) in [
            (false, false, 10),
            (true, false, 11),
            (false, true, 11),
            (true, true, 12),
        ] {
            let chosen = troubles(&nodes(has_other, has_clock), 7, 2 * count);
            for round in chosen.chunks(count) {
                for kind in ALL {
                    let times = round.iter().filter(|trouble| trouble.kind == kind).count();
                    let is_possible = match kind {
                        Kind::ChangeVersion => has_other,
                        Kind::SetClock => has_clock,
                        _ => true,
                    };
                    assert_eq!(times, usize::from(is_possible), "{kind:?}");
                }
            }
        }
    }
}
