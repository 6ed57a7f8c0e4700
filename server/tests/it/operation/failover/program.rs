//! The program as a process of its own.

use base64::{Engine, engine::general_purpose::STANDARD};
use domain::key::issued::IssuedKey;
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs::{self, File},
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;
use test_server::PEPPER;

/// The lease of a node.
pub const LEASE: Duration = Duration::from_secs(3);
/// How long the program may take to start, or to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// `latchkey serve`, until it is dropped.
pub struct Program {
    url: String,
    address: SocketAddr,
    folder: TempDir,
    process: Child,
}

/// An HTTP answer; status 0 where none came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    pub body: String,
}

impl Answer {
    /// The code of a problem.
    pub fn code(&self) -> &str {
        let code = self.body.split_once("\"code\":\"");
        code.and_then(|(_, rest)| rest.split('"').next())
            .unwrap_or_default()
    }
}

impl Program {
    /// Starts it over a database, and waits until it is ready.
    pub fn start(url: &str) -> Self {
        Self::start_in(url, tempfile::tempdir().expect("a folder"))
    }

    /// Kills it, and starts another one with the same files.
    pub fn restart(self) -> Self {
        let url = self.url.clone();
        self.restart_over(&url)
    }

    /// Kills it, and starts another one with the same files over another database.
    pub fn restart_over(mut self, url: &str) -> Self {
        self.end();
        let folder = std::mem::replace(&mut self.folder, tempfile::tempdir().expect("a folder"));
        Self::start_in(url, folder)
    }

    /// Runs another command with its settings.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(arguments);
        command.output().expect("the program runs")
    }

    /// Starts another command with its settings.
    pub fn run_beside(&self, arguments: &[&str]) -> Child {
        let mut command = self.command(arguments);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        process.expect("the program starts")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = crate::program::command();
        command
            .args(arguments)
            .env("LATCHKEY_DATABASE_URL", &self.url)
            .env("LATCHKEY_PEPPER_FILE", self.folder.path().join("pepper"))
            .current_dir(self.folder.path());
        command
    }

    /// Starts it with more settings, over a pepper of its own if `pepper` is given, and returns what it has written once it has
    /// ended.
    pub fn fail(url: &str, pepper: Option<[u8; 32]>, settings: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().expect("a folder");
        let mut program = Self::spawn(url, folder, &pepper.unwrap_or(*PEPPER), settings);
        let status = program.process.wait().expect("it ends");
        assert!(!status.success(), "{}", program.log());
        program.log()
    }

    /// Starts it with more settings, and waits until it is ready.
    pub fn start_with(url: &str, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self::spawn(url, folder, PEPPER, settings).ready()
    }

    fn start_in(url: &str, folder: TempDir) -> Self {
        Self::spawn(url, folder, PEPPER, &[]).ready()
    }

    fn spawn(url: &str, folder: TempDir, secret: &[u8; 32], settings: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        drop(listener);
        let pepper = folder.path().join("pepper");
        if !pepper.exists() {
            fs::write(&pepper, STANDARD.encode(secret)).expect("written");
            let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(&pepper, private).expect("ours");
        }
        let log = File::create(folder.path().join("log")).expect("a file");
        // A process on SQLite has no lease.
        let lease = (!url.starts_with("sqlite:")).then(|| LEASE.as_secs().to_string());
        let process = crate::program::command()
            .arg("serve")
            .env("LATCHKEY_LISTEN", address.to_string())
            .env("LATCHKEY_DATABASE_URL", url)
            .env("LATCHKEY_PEPPER_FILE", pepper)
            .envs(lease.map(|lease| ("LATCHKEY_LEASE", lease)))
            .envs(settings.iter().copied())
            .current_dir(folder.path())
            .stdout(log.try_clone().expect("a file"))
            .stderr(log)
            .spawn()
            .expect("the program starts");
        Self {
            url: url.to_owned(),
            address,
            folder,
            process,
        }
    }

    fn ready(self) -> Self {
        let deadline = Instant::now() + PATIENCE;
        while self.get("/readyz").status != 200 {
            assert!(Instant::now() < deadline, "not ready: {}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
        self
    }

    /// Sends a signal to it.
    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.process.id()).expect("small");
        let id = Pid::from_raw(id).expect("not zero");
        kill_process(id, signal).expect("sent");
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Returns the metrics, for a program with this token.
    pub fn metrics(&self, token: &str) -> String {
        let bearer = format!("authorization: Bearer {token}\r\n");
        self.send("GET", "/metrics", &bearer).body
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    /// Reads a page with a session.
    pub fn page(&self, path: &str, token: &str) -> Answer {
        let cookie = format!("cookie: latchkey-{}={token}\r\n", self.address.port());
        self.send("GET", path, &cookie)
    }

    pub fn verify(&self, key: &IssuedKey) -> Answer {
        self.send("GET", "/v1/whoami", &credentials(key))
    }

    /// Has the key revoke itself.
    pub fn revoke(&self, key: &IssuedKey) -> Answer {
        self.send("DELETE", "/v1/keys/current", &credentials(key))
    }

    fn send(&self, method: &str, path: &str, lines: &str) -> Answer {
        let none = Answer {
            status: 0,
            head: String::new(),
            body: String::new(),
        };
        let Ok(mut stream) = TcpStream::connect(self.address) else {
            return none;
        };
        stream.set_read_timeout(Some(PATIENCE)).expect("possible");
        let host = self.address;
        let request =
            format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{lines}\r\n");
        let mut answer = String::new();
        let sent = stream.write_all(request.as_bytes());
        if sent
            .and_then(|()| stream.read_to_string(&mut answer))
            .is_err()
        {
            return none;
        }
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        let status = head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        Answer {
            status: status.unwrap_or_default(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    /// Kills it.
    pub fn end(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}

fn credentials(key: &IssuedKey) -> String {
    format!(
        "x-client-key: {}\r\nx-client-secret: {}\r\n",
        key.id, &*key.secret
    )
}
