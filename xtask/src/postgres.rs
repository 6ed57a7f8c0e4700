//! A temporary `PostgreSQL` server for the tests, on a socket in a temporary directory.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::{self, Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    process::{find_program, output, succeeds},
    step::step,
    system,
};

/// A running server. Dropping it stops the server and removes its directory.
pub struct Postgres {
    url: String,
    programs: Option<PathBuf>,
    server: Option<Server>,
}

struct Server {
    folder: PathBuf,
    programs: PathBuf,
    process: Child,
}

impl Postgres {
    /// The variable that passes the server's URL to the tests. If it is set already, that server is used.
    pub const URL_VARIABLE: &str = "LATCHKEY_TEST_POSTGRES_URL";

    /// The variable that passes the folder of PostgreSQL's programs to tests that start their own servers.
    pub const PROGRAMS_VARIABLE: &str = "LATCHKEY_TEST_POSTGRES_BIN";

    /// Starts a server, after installing Debian's package if there is none.
    pub fn start() -> Result<Self> {
        if let Ok(url) = env::var(Self::URL_VARIABLE) {
            return Ok(Self {
                url,
                programs: installed(),
                server: None,
            });
        }
        let programs = programs()?;
        let server = step("start PostgreSQL", || Server::start(programs.clone()))?;
        let url = format!(
            "postgres://postgres@localhost/postgres?host={}",
            server.folder.display()
        );
        Ok(Self {
            url,
            programs: Some(programs),
            server: Some(server),
        })
    }

    /// Returns the folder of `initdb`, `postgres` and the others. `None` if they are not installed and another server is used.
    pub fn programs(&self) -> Option<&Path> {
        self.programs.as_deref()
    }

    /// Returns the server's URL.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }
}

impl Server {
    fn start(programs: PathBuf) -> Result<Self> {
        // A short name, because a socket's path is limited to 107 bytes.
        let folder = env::temp_dir().join(format!("latchkey-pg-{}", process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let started = Self::start_in(&folder, &programs);
        if started.is_err() {
            // The error of the start is the one to report.
            let _ = fs::remove_dir_all(&folder);
        }
        Ok(Self {
            process: started?,
            folder,
            programs,
        })
    }

    fn start_in(folder: &Path, programs: &Path) -> Result<Child> {
        if system::is_root() {
            output(Command::new("chown").arg("postgres").arg(folder))
                .context("the user `postgres` does not exist")?;
        }
        let mut initdb = as_postgres(&programs.join("initdb"));
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
            .arg(folder.join("data"));
        output(initdb.current_dir(folder)).context("cannot create a database cluster")?;

        let log = folder.join("log");
        let file =
            File::create(&log).with_context(|| format!("cannot create {}", log.display()))?;
        let mut postgres = as_postgres(&programs.join("postgres"));
        postgres
            .arg("-D")
            .arg(folder.join("data"))
            .arg("-k")
            .arg(folder);
        for setting in [
            "listen_addresses=",
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "max_connections=300",
        ] {
            postgres.args(["-c", setting]);
        }
        // A child in the terminal's process group, not a daemon, so that Ctrl-C ends it as well.
        postgres
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(file);
        let mut process = postgres.spawn().context("cannot start PostgreSQL")?;
        for _ in 0..300 {
            if fs::read_to_string(folder.join("data/postmaster.pid"))
                .is_ok_and(|status| status.contains("ready"))
            {
                return Ok(process);
            }
            if process
                .try_wait()
                .context("cannot query the state of PostgreSQL")?
                .is_some()
            {
                break;
            }
            thread::sleep(Duration::from_millis(100));
        }
        // It may have exited already.
        let _ = process.kill();
        bail!(
            "PostgreSQL did not start: {}",
            fs::read_to_string(&log).unwrap_or_default().trim()
        )
    }

    /// Stops the server and removes its directory. Errors are ignored, because the tests are over.
    fn stop(mut self) {
        let mut stop = as_postgres(&self.programs.join("pg_ctl"));
        stop.arg("-D")
            .arg(self.folder.join("data"))
            .args(["-s", "-w", "-m", "immediate", "stop"])
            .current_dir(&self.folder);
        if succeeds(&mut stop) {
            let _ = self.process.wait();
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Returns a command that does not run as root, which PostgreSQL refuses.
fn as_postgres(program: &Path) -> Command {
    if !system::is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

/// Returns the folder of the server's programs, which Debian does not install into `PATH`.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = installed() {
        return Ok(folder);
    }
    if system::can_install() {
        system::install(&["postgresql"])?;
    }
    installed().context("PostgreSQL's server is not installed (`initdb`, `postgres`)")
}

fn installed() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut folders: Vec<_> = versions
        .map(|version| version.join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    folders.sort_by_key(|bin| {
        bin.parent()
            .and_then(Path::file_name)
            .and_then(|version| version.to_string_lossy().parse::<u32>().ok())
    });
    let on_path = || find_program("initdb").and_then(|initdb| initdb.parent().map(Path::to_owned));
    folders.pop().or_else(on_path)
}
