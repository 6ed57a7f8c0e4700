//! Nodes of the real program on one PostgreSQL server, each with a proxy before the database.

use std::{
    env,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    history::link::Link,
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
    server: Option<Server>,
}

impl Cluster {
    /// Starts a database and nodes that run this program, with a planted fault if one is named.
    pub fn start(program: &Path, fault: Option<&str>) -> Result<Self> {
        let database = postgres::Server::on_port(postgres::programs()?)?;
        let to = database.address().context("the database has no port")?;
        let mut nodes: Vec<Node> = Vec::new();
        for _ in 0..NODES {
            let node = Node::create(program.to_owned(), to, fault)?;
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
    fn create(program: PathBuf, database: SocketAddr, fault: Option<&str>) -> Result<Self> {
        let link = Link::to(database)?;
        let address = free_address()?;
        let mut settings = vec![
            (
                "LATCHKEY_DATABASE_URL",
                format!("postgres://postgres@{}/postgres", link.address()),
            ),
            ("LATCHKEY_LEASE", LEASE.as_secs().to_string()),
        ];
        if let Some(fault) = fault {
            settings.push((FAULT_VARIABLE, fault.to_owned()));
        }
        let folder = env::temp_dir().join(format!("latchkey-history-{}", address.port()));
        Ok(Self {
            installation: Some(Installation::create(program, folder, settings)?),
            address,
            link,
            server: None,
        })
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
        self.server = Some(self.installation()?.spawn(self.address)?);
        Ok(())
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
