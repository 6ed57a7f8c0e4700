//! A server on the first processor, with its own database.

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    http_client::Client,
    process::{command_with_clean_environment, find_program, output},
    system,
};

const PROGRAM: &str = "target/release/latchkey";
const BASELINE_SERVER: &str = "target/release/examples/yardstick";
const MANY_KEYS: &str = "target/release/examples/many_keys";
/// A fixed pepper, because the databases are temporary.
pub const PEPPER: &str = "YSBwZXBwZXIgb2YgdGhpcnR5LXR3byBieXRlcyAuLi4=";
const EMAIL: &str = "owner@bench.example";
const PASSWORD: &str = "five-quiet-otters-measure-time";

/// The path that answers 200 once Latchkey is ready.
const READY: &str = "/readyz";
/// The time limit of a start.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// The first processor. The client runs on the second.
const FIRST: &str = "0";
/// Both processors.
pub const BOTH: &str = "0,1";

/// A running server. Dropping it stops the server and removes its folder.
pub struct RunningServer {
    pub address: SocketAddr,
    folder: PathBuf,
    process: Child,
    /// The time from the start until it answered that it is ready.
    pub ready: Duration,
}

/// Past calls to be written into a database.
#[derive(Clone, Copy)]
pub struct PastCalls {
    /// The number of keys that were called: the newest ones.
    pub called: usize,
    /// The number of days with calls.
    pub days: usize,
    /// The number of hours with calls in each day.
    pub hours: usize,
    /// The number of calls of a key in each hour.
    pub calls: usize,
}

impl RunningServer {
    /// Starts Latchkey with one application that has `keys` keys.
    pub fn with_keys(keys: usize) -> Result<Self> {
        Self::with_sql(include_str!("keys.sql").replace(":keys", &keys.to_string()))
    }

    /// Starts Latchkey with one application that has `keys` keys and past calls.
    pub fn with_history(keys: usize, history: PastCalls) -> Result<Self> {
        let sql = concat!(include_str!("keys.sql"), include_str!("history.sql"));
        let mut sql = sql.to_owned();
        for (name, value) in [
            (":keys", keys),
            (":called", history.called),
            (":days", history.days),
            (":hours", history.hours),
            (":calls", history.calls),
        ] {
            sql = sql.replace(name, &value.to_string());
        }
        Self::with_sql(sql)
    }

    /// Starts Latchkey after running SQL in its database.
    fn with_sql(sql: String) -> Result<Self> {
        let (folder, address) = folder_and_address()?;
        Self::with_owner(folder, address, (FIRST, ""), |database| {
            let file = database.with_extension("sql");
            fs::write(&file, sql)?;
            import(database, Stdio::from(File::open(file)?))
        })
    }

    /// Starts Latchkey with one application that has `keys` keys with secrets. `proxies` are the trusted proxies. Returns the
    /// server, and the file of key ids and secrets.
    pub fn with_pairs(keys: usize, proxies: &str) -> Result<(Self, PathBuf)> {
        Self::with_pairs_on(FIRST, keys, proxies)
    }

    /// [`RunningServer::with_pairs`] on these processors.
    pub fn with_pairs_on(processors: &str, keys: usize, proxies: &str) -> Result<(Self, PathBuf)> {
        let (folder, address) = folder_and_address()?;
        let pairs = folder.join("pairs");
        let file = pairs.clone();
        let server = Self::with_owner(folder, address, (processors, proxies), |database| {
            let mut many = Command::new(MANY_KEYS)
                .arg(keys.to_string())
                .arg(&file)
                .env("LATCHKEY_PEPPER", PEPPER)
                .stdout(Stdio::piped())
                .spawn()
                .with_context(|| format!("cannot start {MANY_KEYS}"))?;
            let sql = many
                .stdout
                .take()
                .context("the program has no standard output")?;
            import(database, Stdio::from(sql))?;
            if !many.wait()?.success() {
                bail!("creating the keys failed");
            }
            Ok(())
        })?;
        Ok((server, pairs))
    }

    /// Starts Latchkey on both processors with viewers who have these addresses. `proxies` are the trusted proxies.
    pub fn with_viewers(emails: &[String], proxies: &str) -> Result<Self> {
        let (folder, address) = folder_and_address()?;
        Self::with_owner(folder, address, (BOTH, proxies), |database| {
            for email in emails {
                add_person(database, address, "viewer", email)?;
            }
            Ok(())
        })
    }

    /// Starts Latchkey with an owner, after `fill` has written to the database.
    fn with_owner(
        folder: PathBuf,
        address: SocketAddr,
        (processors, proxies): (&str, &str),
        fill: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        let database = folder.join("bench.db");
        add_person(&database, address, "owner", EMAIL)?;
        fill(&database)?;
        let mut serve = latchkey(processors, &database, address);
        serve.arg("serve").env("LATCHKEY_TRUSTED_PROXIES", proxies);
        Self::start(folder, address, serve, READY)
    }

    /// Starts a node on the first processor, with a PostgreSQL database.
    pub fn on_postgres(url: &str) -> Result<Self> {
        let (folder, address) = folder_and_address()?;
        let mut serve = latchkey(FIRST, &folder.join("unused.db"), address);
        serve
            .arg("serve")
            .env("LATCHKEY_DATABASE_URL", url)
            .env("LATCHKEY_JOURNAL", folder.join("revocations"));
        Self::start(folder, address, serve, READY)
    }

    /// Copies the database to an empty PostgreSQL database.
    pub fn copy_to(&self, url: &str) -> Result<()> {
        let backup = self.folder.join("backup.db");
        let command = |database: &Path| latchkey(BOTH, database, self.address);
        output(command(&self.database()).arg("backup").arg(&backup))?;
        output(command(&backup).args(["copy", "--to", url]))?;
        Ok(())
    }

    /// Starts a bare axum server that returns one page.
    pub fn baseline(page: &[u8]) -> Result<Self> {
        let (folder, address) = folder_and_address()?;
        let file = folder.join("page.html");
        fs::write(&file, page)?;
        let mut serve = pinned(FIRST, BASELINE_SERVER);
        serve.arg(address.to_string()).arg(file);
        Self::start(folder, address, serve, "/")
    }

    /// Starts the demo. Returns the server, and the password that the demo prints.
    pub fn demo() -> Result<(Self, String)> {
        let (folder, address) = folder_and_address()?;
        let mut serve = latchkey(FIRST, &folder.join("unused.db"), address);
        serve.arg("demo");
        let log = folder.join("log");
        let server = Self::start(folder, address, serve, READY)?;
        // The demo prints the password after creating its data, which may be after it accepts connections.
        let began = Instant::now();
        let password = loop {
            let printed = fs::read_to_string(&log)?;
            let found = printed.split_once("the password ");
            if let Some(line) = found.and_then(|(_, rest)| rest.split_once('\n')) {
                break line.0.to_owned();
            }
            if began.elapsed() > START_TIMEOUT {
                bail!("the demo printed no password: {}", printed.trim());
            }
            thread::sleep(Duration::from_millis(50));
        };
        Ok((server, password))
    }

    fn start(
        folder: PathBuf,
        address: SocketAddr,
        mut serve: Command,
        ready_path: &str,
    ) -> Result<Self> {
        let log = File::create(folder.join("log"))?;
        let began = Instant::now();
        let process = serve
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start a server")?;
        let mut server = Self {
            address,
            folder,
            process,
            ready: Duration::ZERO,
        };
        while !server.is_ready(ready_path) {
            if server.process.try_wait()?.is_some() || began.elapsed() > START_TIMEOUT {
                let log = fs::read_to_string(server.folder.join("log")).unwrap_or_default();
                bail!("the server did not start: {}", log.trim());
            }
            thread::sleep(Duration::from_millis(2));
        }
        server.ready = began.elapsed();
        Ok(server)
    }

    /// Whether the server answers with 200. Latchkey accepts connections before it owns its database, and closes them then.
    fn is_ready(&self, path: &str) -> bool {
        Client::connect(self.address)
            .and_then(|mut client| client.get(path))
            .is_ok_and(|answer| answer.status == 200)
    }

    /// Returns the path of the database.
    pub fn database(&self) -> PathBuf {
        self.folder.join("bench.db")
    }

    /// Returns the CPU time that the server has used, in seconds.
    pub fn cpu_time(&self) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let (_, rest) = text.rsplit_once(')').context("unexpected format")?;
        // proc(5): utime and stime are the 12th and 13th fields after the name, in hundredths of a second.
        let ticks: f64 = rest
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<f64>().ok())
            .sum();
        Ok(ticks / 100.0)
    }

    /// Returns the server's resident memory in bytes.
    pub fn memory(&self) -> Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/statm", self.process.id()))?;
        let pages = text.split(' ').nth(1).context("unexpected format")?;
        Ok(pages.parse::<u64>()? * 4_096)
    }

    /// Returns the server's largest resident memory so far in bytes.
    pub fn peak_memory(&self) -> Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let peak = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .and_then(|line| line.trim().strip_suffix(" kB"))
            .context("unexpected format")?;
        Ok(peak.trim().parse::<u64>()? * 1_024)
    }

    /// Stops the server as an operator does, and waits for its end.
    pub fn stop(&mut self) -> Result<()> {
        output(Command::new("kill").args(["-TERM", &self.process.id().to_string()]))?;
        if !self.process.wait()?.success() {
            bail!("the server failed while it stopped");
        }
        Ok(())
    }

    /// Returns a connection with a session of the owner.
    pub fn sign_in(&self) -> Result<Client> {
        self.sign_in_as(EMAIL, PASSWORD)
    }

    /// Returns a connection with a session of this user.
    pub fn sign_in_as(&self, email: &str, password: &str) -> Result<Client> {
        let mut client = Client::connect(self.address)?;
        let email = email.replace('@', "%40");
        let answer = client.post(
            "/api/sign_in",
            &format!("email={email}&password={password}"),
        )?;
        if answer.status != 303 && answer.status != 302 {
            bail!("the sign-in returned status {}", answer.status);
        }
        Ok(client)
    }

    /// Returns the path of the application's list of keys.
    pub fn list(&self, client: &mut Client) -> Result<String> {
        let answer = client.get("/")?;
        let list = answer
            .header("location")
            .context("the start page does not redirect to an application")?;
        Ok(list
            .trim_start_matches(&format!("http://{}", self.address))
            .to_owned())
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        // Either may no longer exist.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Creates a folder, and chooses an unused address.
fn folder_and_address() -> Result<(PathBuf, SocketAddr)> {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let folder = env::temp_dir().join(format!("latchkey-bench-{}", address.port()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok((folder, address))
}

fn latchkey(processors: &str, database: &Path, address: SocketAddr) -> Command {
    let mut command = pinned(processors, PROGRAM);
    command
        .env("LATCHKEY_LISTEN", address.to_string())
        .env(
            "LATCHKEY_DATABASE_URL",
            format!("sqlite://{}", database.display()),
        )
        .env("LATCHKEY_PEPPER", PEPPER)
        // Each server has a database of its own: a journal of another one would revoke keys with the same ids.
        .env("LATCHKEY_JOURNAL", database.with_file_name("revocations"))
        .env("RUST_LOG", "warn");
    command
}

/// Returns a command that runs on these processors.
fn pinned(processors: &str, program: &str) -> Command {
    let mut command = command_with_clean_environment("taskset");
    command.args(["-c", processors, program]);
    command
}

/// Runs SQL in a database, which is faster than creating 100,000 keys through the dashboard.
fn import(database: &Path, sql: Stdio) -> Result<()> {
    if find_program("sqlite3").is_none() {
        if !system::can_install() {
            bail!("the benchmark needs `sqlite3`");
        }
        system::install(&["sqlite3"])?;
    }
    let status = Command::new("sqlite3")
        .arg("-bail")
        .arg(database)
        .stdin(sql)
        .stdout(Stdio::null())
        .status()
        .context("cannot start `sqlite3`")?;
    if !status.success() {
        bail!("sqlite3 failed");
    }
    Ok(())
}

/// Adds a person to the account by the command line.
fn add_person(database: &Path, address: SocketAddr, role: &str, email: &str) -> Result<()> {
    let mut command = latchkey(FIRST, database, address);
    command
        .args(["user", "add", "--role", role, "--email", email])
        .args(["--account", "Bench", "--application", "Bench"])
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut user_add = command
        .spawn()
        .with_context(|| format!("cannot start {PROGRAM}"))?;
    user_add
        .stdin
        .take()
        .context("the program has no standard input")?
        .write_all(PASSWORD.as_bytes())?;
    if !user_add.wait()?.success() {
        bail!("{email} could not be added");
    }
    Ok(())
}
