//! What happens to the nodes and to the database.

use std::{
    fmt,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::history::{
    cluster::{Cluster, LEASE},
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
}

/// All kinds of trouble.
pub const ALL: [Kind; 10] = [
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
];

/// The longest delay after which a renewal is still granted: the limit of a statement is a second.
const MAX_DELAY_MS: u64 = 900;
/// The time after which every node has every change.
const QUIET: Duration = Duration::from_millis(300);

/// A trouble that was chosen.
pub struct Trouble {
    kind: Kind,
    /// The index of the node that it happens to, if it happens to one.
    node: usize,
    /// How long it lasts.
    time: Duration,
    delay: Duration,
}

impl Trouble {
    /// Chooses how a trouble happens.
    pub fn choose(kind: Kind, nodes: usize, random: &mut Random) -> Self {
        let lease = u64::try_from(LEASE.as_millis()).unwrap_or_default();
        let time = match kind {
            Kind::Kill | Kind::Restart => random.milliseconds(0..lease),
            // Changes wait for 1.05 leases, and have to be answered while the process is suspended.
            Kind::Suspend => random.milliseconds(lease * 3 / 2..lease * 5 / 2),
            Kind::Crash | Kind::EndListeners | Kind::EndConnections => {
                random.milliseconds(lease / 4..lease / 2)
            }
            // A lease, and what its end would be late by.
            Kind::Delay | Kind::DelayThenHold => random.milliseconds(lease..lease * 2),
            Kind::Cut | Kind::Hold => random.milliseconds(lease / 2..lease * 2),
        };
        Self {
            kind,
            node: random.below(nodes),
            time,
            delay: random.milliseconds(MAX_DELAY_MS * 2 / 3..MAX_DELAY_MS),
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
        }
    }
}
