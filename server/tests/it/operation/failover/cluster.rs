//! A PostgreSQL primary with a streaming standby, on ports of this machine, in a temporary folder.

use sqlx::{Connection, PgConnection};
use std::{
    env,
    fs::{self, File},
    net::{Ipv4Addr, TcpListener},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// Where `initdb` and the others are; the test command sets it.
const PROGRAMS: &str = "LATCHKEY_TEST_POSTGRES_BIN";
/// How long a server may take to start, to follow or to be promoted.
const PATIENCE: Duration = Duration::from_mins(1);

pub struct Cluster {
    primary: Server,
    standby: Server,
    folder: TempDir,
}

struct Server {
    programs: PathBuf,
    data: PathBuf,
    port: u16,
    process: Option<Child>,
}

impl Cluster {
    /// Starts both; `None`, with a line about it, where PostgreSQL's programs are not installed.
    ///
    /// # Panics
    /// Where they are not installed and `CI` is set.
    pub fn start() -> Option<Self> {
        let Some(programs) = programs() else {
            assert!(env::var("CI").is_err(), "{PROGRAMS} is not set");
            println!("SKIPPED: initdb is not installed, so no PostgreSQL servers can be made");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let server = |name: &str| Server {
            programs: programs.clone(),
            data: folder.path().join(name),
            port: free_port(),
            process: None,
        };
        let (mut primary, mut standby) = (server("primary"), server("standby"));
        let arguments = ["-U", "postgres", "-A", "trust", "--no-sync", "-D"];
        run(primary.command("initdb").args(arguments).arg(&primary.data));
        primary.start();
        let mut copy = standby.command("pg_basebackup");
        // It makes the copy a standby of the server that it was made from.
        copy.args([
            "-h",
            "127.0.0.1",
            "-U",
            "postgres",
            "--no-sync",
            "-R",
            "-c",
            "fast",
        ])
        .args(["-p", &primary.port.to_string(), "-D"])
        .arg(&standby.data);
        run(&mut copy);
        standby.start();
        Some(Self {
            primary,
            standby,
            folder,
        })
    }

    /// Both servers, as a deployment names them.
    pub fn url(&self) -> String {
        let (first, second) = (self.primary.port, self.standby.port);
        format!(
            "postgres://postgres@127.0.0.1:{first},127.0.0.1:{second}/postgres?target_session_attrs=read-write"
        )
    }

    pub fn primary_url(&self) -> String {
        self.primary.url()
    }

    pub fn standby_url(&self) -> String {
        self.standby.url()
    }

    /// The primary as a role that needs no password.
    pub fn primary_url_of(&self, role: &str) -> String {
        self.primary.url().replace("postgres@", &format!("{role}@"))
    }

    /// Runs statements on the primary.
    pub async fn run(&self, statements: &str) {
        let mut connection = PgConnection::connect(&self.primary.url())
            .await
            .expect("it answers");
        let statements = sqlx::AssertSqlSafe(statements.to_owned());
        let done = sqlx::raw_sql(statements).execute(&mut connection).await;
        done.expect("done");
    }

    /// Waits until a setting of the primary has a value.
    pub async fn wait_until(&self, setting: &str, value: &str) {
        let question = format!("SELECT current_setting('{setting}') = '{value}'");
        self.wait_for(&question, "the setting has no effect").await;
    }

    /// Waits until no standby is connected to the primary.
    pub async fn wait_until_standby_is_gone(&self) {
        let question = "SELECT NOT EXISTS (SELECT 1 FROM pg_stat_replication)";
        self.wait_for(question, "the standby is still connected")
            .await;
    }

    async fn wait_for(&self, question: &str, otherwise: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let (done,): (bool,) = ask(&self.primary.url(), question).await;
            if done {
                return;
            }
            assert!(Instant::now() < deadline, "{otherwise}");
        }
    }

    /// Waits until the standby has every change that is committed now.
    pub async fn wait_until_standby_has_everything(&self) {
        let (end,): (String,) = ask(&self.primary.url(), "SELECT pg_current_wal_lsn()::text").await;
        let deadline = Instant::now() + PATIENCE;
        let question = format!("SELECT pg_last_wal_replay_lsn() >= '{end}'::pg_lsn");
        loop {
            let (reached,): (bool,) = ask(&self.standby.url(), &question).await;
            if reached {
                return;
            }
            assert!(Instant::now() < deadline, "the standby does not follow");
        }
    }

    /// Stops the primary at once, as a crash does.
    pub fn stop_primary(&mut self) {
        self.primary.stop();
    }

    pub fn stop_standby(&mut self) {
        self.standby.stop();
    }

    pub fn start_standby(&mut self) {
        self.standby.start();
    }

    /// Makes the standby a primary, on the next timeline.
    pub fn promote_standby(&self) {
        let mut promote = self.standby.command("pg_ctl");
        promote.args(["promote", "-w", "-s", "-D"]);
        run(promote.arg(&self.standby.data));
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for server in [&mut self.primary, &mut self.standby] {
            server.stop();
        }
        // Its files belong to another user where root runs the tests.
        let _ = fs::remove_dir_all(self.folder.path());
    }
}

impl Server {
    fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// One of PostgreSQL's programs, which refuse to run as root.
    fn command(&self, program: &str) -> Command {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir("/").stdin(Stdio::null());
        command
    }

    fn start(&mut self) {
        let log = self.data.with_extension("log");
        let file = File::options().create(true).append(true).open(&log);
        let file = file.expect("a file");
        let mut postgres = self.command("postgres");
        postgres.arg("-D").arg(&self.data);
        for setting in [
            &format!("port={}", self.port),
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "hot_standby=on",
        ] {
            postgres.args(["-c", setting]);
        }
        let process = postgres.stdout(Stdio::null()).stderr(file).spawn();
        self.process = Some(process.expect("PostgreSQL starts"));
        let deadline = Instant::now() + PATIENCE;
        let mut status = self.command("pg_isready");
        status.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
        while !status.status().is_ok_and(|status| status.success()) {
            let told = fs::read_to_string(&log).unwrap_or_default();
            assert!(
                Instant::now() < deadline,
                "PostgreSQL does not start: {told}"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let mut stop = self.command("pg_ctl");
            stop.args(["stop", "-w", "-s", "-m", "immediate", "-D"]);
            run(stop.arg(&self.data));
            process.wait().expect("it has ended");
        }
    }
}

async fn ask<T>(url: &str, question: &str) -> T
where
    T: for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow> + Send + Unpin,
{
    let mut connection = PgConnection::connect(url).await.expect("it answers");
    let question = sqlx::AssertSqlSafe(question.to_owned());
    let answer = sqlx::query_as(question).fetch_one(&mut connection).await;
    answer.expect("an answer")
}

fn run(command: &mut Command) {
    let output = command.output().expect("the program runs");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    listener.local_addr().expect("an address").port()
}

/// The folder of PostgreSQL's programs: the one that the test command names, or the newest of Debian's.
fn programs() -> Option<PathBuf> {
    if let Some(folder) = env::var_os(PROGRAMS) {
        return Some(folder.into());
    }
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let mut folders: Vec<PathBuf> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|folder: &PathBuf| has_initdb(folder))
        .collect();
    folders.sort();
    folders.pop()
}

fn has_initdb(folder: &Path) -> bool {
    folder.join("initdb").is_file()
}
