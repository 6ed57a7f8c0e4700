//! Starting a proxy as a program, with its configuration in docs/proxies.

use super::connection::Answer;
use std::{
    env, fs,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// A running proxy with its configuration in docs/proxies. It stops when it is dropped.
pub trait Proxy: Sized {
    /// The program's name.
    const NAME: &str;
    /// A path that is not for callers.
    const HIDDEN: &str = "/elsewhere";
    /// Headers of a client that the configuration removes.
    const FORGED: &[(&str, &str)] = &[
        ("x-latchkey-more", "forged"),
        ("x-latchkey_key-id", "forged"),
        ("x_latchkey_key_id", "forged"),
    ];
    /// The status of the proxy's own, empty response while the gate cannot be reached.
    const UNREACHABLE: u16 = 503;

    /// Starts the proxy with other ports.
    fn start(program: &Path, gate: SocketAddr, service: SocketAddr) -> Self;

    fn address(&self) -> SocketAddr;

    /// Checks what the caller gets beside the service's response.
    fn assert_passed(_: &Answer) {}

    /// Checks what the caller gets instead of it: the gate's own response.
    fn assert_refusal(answer: &Answer, status: u16, code: &str) {
        if status == 503 {
            let got = (answer.status, answer.body.as_str());
            assert_eq!(got, (Self::UNREACHABLE, ""));
            return;
        }
        assert_eq!(answer.status, status, "{}", answer.body);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let body: serde_json::Value = serde_json::from_str(&answer.body).expect("JSON");
        assert_eq!(body["code"], code);
        // With hyphens, unless the gate has generated it.
        let id = answer.header("x-request-id");
        assert!([32, 36].contains(&id.len()), "{id}");
    }
}

/// A folder for the files of a proxy, and a free address for a proxy that opens its port itself.
pub struct ProxySetup {
    pub folder: TempDir,
    pub address: SocketAddr,
}

impl ProxySetup {
    pub fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        Self {
            folder: tempfile::tempdir().expect("a folder"),
            address: listener.local_addr().expect("an address"),
        }
    }

    /// Writes the configuration, and returns its path.
    pub fn write(&self, name: &str, config: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, config).expect("written");
        path
    }
}

/// A running program with its folder and address. It is killed when it is dropped.
pub struct Program {
    process: Child,
    setup: ProxySetup,
}

impl Program {
    /// Starts a program, and waits until a line on its standard error contains `ready`.
    pub fn start(command: &mut Command, setup: ProxySetup, ready: &str) -> Self {
        let mut process = command.stderr(Stdio::piped()).spawn().expect("started");
        let stderr = process.stderr.take().expect("piped");
        let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
        let mut before = Vec::new();
        let is_ready = lines
            .by_ref()
            .inspect(|line| before.push(line.clone()))
            .any(|line| line.contains(ready));
        assert!(is_ready, "the proxy has ended: {before:#?}");
        // It must not block on an unread pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Self { process, setup }
    }

    pub fn address(&self) -> SocketAddr {
        self.setup.address
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns a configuration with other addresses.
pub fn replaced<const N: usize>(recipe: &str, addresses: [(&str, String); N]) -> String {
    let mut recipe = recipe.to_owned();
    for (theirs, ours) in addresses {
        assert!(recipe.contains(theirs));
        recipe = recipe.replace(theirs, &ours);
    }
    recipe
}

/// Returns the path of a proxy's program. `cargo xtask test` sets `LATCHKEY_TEST_` with its name, so that no test is skipped.
pub fn find_program(name: &str) -> Option<PathBuf> {
    let variable = format!("LATCHKEY_TEST_{}", name.to_uppercase());
    if let Some(named) = env::var_os(&variable) {
        return Some(named.into());
    }
    let found = env::split_paths(&env::var_os("PATH").unwrap_or_default())
        .chain(["/usr/sbin".into()])
        .map(|folder| folder.join(name))
        .find(|program| program.is_file());
    if found.is_none() {
        eprintln!("skipped: {name} is not installed, and {variable} is not set");
    }
    found
}
