//! Nodes of the real program on one PostgreSQL server, each with a proxy before the database.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    history::{clock::NodeClock, link::Link},
    installation::{Installation, Server, free_address},
    postgres,
};

/// The number of nodes.
pub const NODES: usize = 3;
/// The lease of a node: the shortest one, so that a run meets many ends of leases.
pub const LEASE: Duration = Duration::from_secs(1);

/// Part of the last line of a process that could not reach the database when it started.
const UNAVAILABLE: &str = "the database does not answer";
/// The variable that names the planted fault. Only a program with the feature `planted-faults` reads it.
const FAULT_VARIABLE: &str = "LATCHKEY_PLANTED_FAULT";

/// What the nodes run.
#[derive(Clone, Copy)]
pub struct NodeSetup<'a> {
    pub program: &'a Path,
    /// The program of another version.
    pub other_program: Option<&'a Path>,
    /// The library that sets the wall clocks of nodes.
    pub clock_library: Option<&'a Path>,
    /// The planted fault.
    pub fault: Option<&'a str>,
}

/// The database and its nodes.
pub struct Cluster {
    pub nodes: Vec<Node>,
    pub database: postgres::Server,
}

/// A node.
pub struct Node {
    pub address: SocketAddr,
    pub link: Link,
    installation: Option<Installation>,
    /// The program that the node does not run, if there are two.
    other_program: Option<PathBuf>,
    /// The wall clock, if it can be set.
    clock: Option<NodeClock>,
    server: Option<Server>,
}

impl Cluster {
    /// Starts a database and nodes.
    pub fn start(setup: &NodeSetup<'_>) -> Result<Self> {
        let database = postgres::Server::on_port(postgres::programs()?)?;
        let to = database.address().context("the database has no port")?;
        let mut nodes: Vec<Node> = Vec::new();
        for _ in 0..NODES {
            let node = Node::create(setup, to)?;
            match nodes.first().and_then(|first| first.installation.as_ref()) {
                Some(first) => node.installation()?.copy_pepper(first)?,
                None => node.installation()?.add_owner()?,
            }
            nodes.push(node);
        }
        for node in &mut nodes {
            node.start()?;
        }
        for node in &mut nodes {
            node.server()?.wait_until_ready()?;
        }
        Ok(Self { nodes, database })
    }

    /// Returns the id of the only application.
    pub fn app(&mut self) -> Result<String> {
        let first = self.nodes.first_mut().context("there are no nodes")?;
        first.server()?.find_app()
    }

    /// Returns the addresses of the nodes.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address).collect()
    }
}

impl Node {
    fn create(setup: &NodeSetup<'_>, database: SocketAddr) -> Result<Self> {
        let link = Link::to(database)?;
        let address = free_address()?;
        let mut settings = vec![
            (
                "LATCHKEY_DATABASE_URL",
                format!("postgres://postgres@{}/postgres", link.address()),
            ),
            ("LATCHKEY_LEASE", LEASE.as_secs().to_string()),
        ];
        if let Some(fault) = setup.fault {
            settings.push((FAULT_VARIABLE, fault.to_owned()));
        }
        let folder = env::temp_dir().join(format!("latchkey-history-{}", address.port()));
        if let Some(library) = setup.clock_library {
            settings.extend(NodeClock::variables(library, &folder));
        }
        let program = setup.program.to_owned();
        let mut node = Self {
            installation: Some(Installation::create(program, folder, settings)?),
            other_program: setup.other_program.map(Path::to_owned),
            clock: None,
            address,
            link,
            server: None,
        };
        if setup.clock_library.is_some() {
            node.clock = Some(NodeClock::create(node.installation()?.folder())?);
        }
        Ok(node)
    }

    fn installation(&self) -> Result<&Installation> {
        self.installation.as_ref().context("the node was removed")
    }

    /// Returns the running process.
    pub fn server(&mut self) -> Result<&mut Server> {
        self.server.as_mut().context("the node does not run")
    }

    /// Starts the process. It may not be ready yet.
    pub fn start(&mut self) -> Result<()> {
        let server = self.installation()?.spawn(self.address)?;
        if let Some(clock) = &mut self.clock {
            clock.add_process(server.process_id());
        }
        self.server = Some(server);
        Ok(())
    }

    /// Lets the next process run the other program, and the one after the next change the first one again.
    pub fn change_program(&mut self) -> Result<()> {
        let other = self.other_program.as_mut();
        let installation = self.installation.as_mut();
        installation
            .context("the node was removed")?
            .swap_program(other.context("there is no other program")?);
        Ok(())
    }

    /// Returns the node's wall clock.
    pub fn clock(&self) -> Result<&NodeClock> {
        self.clock.as_ref().context("the clock cannot be set")
    }

    /// Kills the process.
    pub fn kill(&mut self) -> Result<()> {
        self.server()?.kill()?;
        self.server = None;
        Ok(())
    }

    /// Ends the process as an operator does.
    pub fn stop(&mut self) -> Result<()> {
        let server = self.server()?;
        server.signal("TERM")?;
        server.wait()?;
        self.server = None;
        Ok(())
    }

    /// Starts a new process if the last one has ended because the database did not answer, as a service manager does. Any other
    /// end is an error.
    pub fn keep_running(&mut self) -> Result<()> {
        let server = self.server()?;
        if server.has_ended()? {
            let log = server.log();
            ensure!(
                log.lines()
                    .last()
                    .is_some_and(|line| line.contains(UNAVAILABLE)),
                "a node has ended: {log}"
            );
            self.start()?;
        }
        Ok(())
    }

    /// Verifies the audit log of the database.
    pub fn verify_audit(&self) -> Result<()> {
        self.installation()?.verify_audit()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.server = None;
        if let Some(installation) = self.installation.take() {
            installation.remove();
        }
    }
}
