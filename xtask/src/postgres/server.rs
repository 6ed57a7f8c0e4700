//! A server with its own data in a temporary directory.

use std::{
    env,
    fs::{self, File},
    net::SocketAddr,
    path::PathBuf,
    process::{self, Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    installation::free_address,
    process::{output, succeeds},
    system,
};

/// A running server. Dropping it stops the server and removes its directory.
pub struct Server {
    folder: PathBuf,
    programs: PathBuf,
    /// Where it listens; `None` for a socket in the directory.
    address: Option<SocketAddr>,
    process: Option<Child>,
}

impl Server {
    /// Starts a server on a socket, which loses changes when it is killed.
    pub fn on_socket(programs: PathBuf) -> Result<Self> {
        // A short name, because a socket's path is limited to 107 bytes.
        Self::start(format!("latchkey-pg-{}", process::id()), programs, None)
    }

    /// Starts a server on a port of this machine, which loses nothing when it is killed.
    pub fn on_port(programs: PathBuf) -> Result<Self> {
        let address = free_address()?;
        let name = format!("latchkey-pg-{}", address.port());
        Self::start(name, programs, Some(address))
    }

    fn start(name: String, programs: PathBuf, address: Option<SocketAddr>) -> Result<Self> {
        let folder = env::temp_dir().join(name);
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let mut server = Self {
            folder,
            programs,
            address,
            process: None,
        };
        server.create_cluster()?;
        server.launch()?;
        Ok(server)
    }

    /// Returns the server's URL.
    pub fn url(&self) -> String {
        match self.address {
            Some(address) => format!("postgres://postgres@{address}/postgres"),
            None => format!(
                "postgres://postgres@localhost/postgres?host={}",
                self.folder.display()
            ),
        }
    }

    /// Returns where the server listens, unless it is on a socket.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Stops the server as a crash does, and starts it again.
    pub fn crash(&mut self) -> Result<()> {
        self.stop()?;
        self.launch()
    }

    /// Runs SQL and returns the rows as text.
    pub fn query(&self, sql: &str) -> Result<String> {
        let mut psql = Command::new(self.programs.join("psql"));
        output(psql.args(["-X", "-A", "-t", "-q", "-d", &self.url(), "-c", sql]))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn create_cluster(&self) -> Result<()> {
        if system::is_root() {
            output(Command::new("chown").arg("postgres").arg(&self.folder))
                .context("the user `postgres` does not exist")?;
        }
        let mut initdb = self.command("initdb");
        initdb
            .args([
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "-D",
            ])
            .arg(self.data());
        output(&mut initdb).context("cannot create a database cluster")?;
        Ok(())
    }

    fn launch(&mut self) -> Result<()> {
        let log = self.folder.join("log");
        let file = File::options().create(true).append(true).open(&log);
        let file = file.with_context(|| format!("cannot create {}", log.display()))?;
        let mut postgres = self.command("postgres");
        postgres.arg("-D").arg(self.data());
        let mut settings = vec![
            // Only a crash of the machine would lose anything.
            "fsync=off".to_owned(),
            "full_page_writes=off".to_owned(),
            "max_connections=300".to_owned(),
        ];
        if let Some(address) = self.address {
            settings.push(format!("listen_addresses={}", address.ip()));
            settings.push(format!("port={}", address.port()));
            settings.push("unix_socket_directories=".to_owned());
            // Counts statements for benchmarks. It is part of PostgreSQL's own packages.
            settings.push("shared_preload_libraries=pg_stat_statements".to_owned());
        } else {
            settings.push("listen_addresses=".to_owned());
            settings.push(format!("unix_socket_directories={}", self.folder.display()));
            settings.push("synchronous_commit=off".to_owned());
        }
        for setting in settings {
            postgres.args(["-c", &setting]);
        }
        // A child in the terminal's process group, not a daemon, so that Ctrl-C ends it as well.
        postgres
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file);
        let process = postgres.spawn().context("cannot start PostgreSQL")?;
        let process = self.process.insert(process);
        for _ in 0..3_000 {
            if fs::read_to_string(self.folder.join("data/postmaster.pid"))
                .is_ok_and(|status| status.contains("ready"))
            {
                return Ok(());
            }
            if process
                .try_wait()
                .context("cannot query the state of PostgreSQL")?
                .is_some()
            {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        bail!(
            "PostgreSQL did not start: {}",
            fs::read_to_string(&log).unwrap_or_default().trim()
        )
    }

    fn stop(&mut self) -> Result<()> {
        let mut stop = self.command("pg_ctl");
        stop.arg("-D")
            .arg(self.data())
            .args(["-s", "-w", "-m", "immediate", "stop"]);
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        if !succeeds(&mut stop) {
            // It may have exited already.
            let _ = process.kill();
        }
        process.wait().context("PostgreSQL did not stop")?;
        Ok(())
    }

    /// Returns a command that does not run as root, which PostgreSQL refuses.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if system::is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(&self.folder);
        command
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Errors are ignored, because the tests are over.
        let _ = self.stop();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
