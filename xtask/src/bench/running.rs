//! A server on one processor, with a database of its own.

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
    bench::{client::Client, history::Behind},
    machine,
    process::find,
    workspace::clean,
};

const PROGRAM: &str = "target/release/latchkey";
const YARDSTICK: &str = "target/release/examples/yardstick";
const MANY_KEYS: &str = "target/release/examples/many_keys";
/// It protects nothing: what is measured is thrown away.
pub const PEPPER: &str = "YSBwZXBwZXIgb2YgdGhpcnR5LXR3byBieXRlcyAuLi4=";
const EMAIL: &str = "owner@bench.example";
const PASSWORD: &str = "five-quiet-otters-measure-time";

/// How long a server may take to listen; with 100,000 keys it reads them first.
const PATIENCE: Duration = Duration::from_mins(1);

/// The running server. It is stopped, and its folder removed, when this is dropped.
pub struct Running {
    pub address: SocketAddr,
    folder: PathBuf,
    process: Child,
    /// From its start until it listened.
    pub ready: Duration,
}

impl Running {
    /// Latchkey, with one application of so many keys.
    pub fn with_keys(keys: usize) -> Result<Self> {
        Self::with_sql(include_str!("keys.sql").replace(":keys", &keys.to_string()))
    }

    /// The same, with calls behind them: on so many days, in so many hours of each, so many of each key.
    pub fn with_history(keys: usize, behind: Behind) -> Result<Self> {
        let sql = concat!(include_str!("keys.sql"), include_str!("history.sql"));
        let mut sql = sql.to_owned();
        for (name, value) in [
            (":keys", keys),
            (":called", behind.called),
            (":days", behind.days),
            (":hours", behind.hours),
            (":calls", behind.calls),
        ] {
            sql = sql.replace(name, &value.to_string());
        }
        Self::with_sql(sql)
    }

    /// Latchkey, with what SQL writes into its database.
    fn with_sql(sql: String) -> Result<Self> {
        let (folder, address) = place()?;
        Self::owned(folder, address, "", |database| {
            let file = database.with_extension("sql");
            fs::write(&file, sql)?;
            import(database, Stdio::from(File::open(file)?))
        })
    }

    /// Latchkey, with one application of so many keys that have secrets, behind such proxies; and the file of their pairs.
    pub fn with_pairs(keys: usize, proxies: &str) -> Result<(Self, PathBuf)> {
        let (folder, address) = place()?;
        let pairs = folder.join("pairs");
        let file = pairs.clone();
        let server = Self::owned(folder, address, proxies, |database| {
            let mut many = Command::new(MANY_KEYS)
                .arg(keys.to_string())
                .arg(&file)
                .env("LATCHKEY_PEPPER", PEPPER)
                .stdout(Stdio::piped())
                .spawn()
                .with_context(|| format!("cannot start {MANY_KEYS}"))?;
            let sql = many.stdout.take().context("no output")?;
            import(database, Stdio::from(sql))?;
            if !many.wait()?.success() {
                bail!("the keys were not made");
            }
            Ok(())
        })?;
        Ok((server, pairs))
    }

    /// Latchkey with an owner, and a database that was filled by `fill`.
    fn owned(
        folder: PathBuf,
        address: SocketAddr,
        proxies: &str,
        fill: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Self> {
        let database = folder.join("bench.db");
        let mut add = latchkey(&database, address);
        add.args(["user", "add", "--role", "owner", "--email", EMAIL])
            .args(["--account", "Bench", "--application", "Bench"])
            .arg("--password-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::null());
        let mut adding = add
            .spawn()
            .with_context(|| format!("cannot start {PROGRAM}"))?;
        adding
            .stdin
            .take()
            .context("the server takes no input")?
            .write_all(PASSWORD.as_bytes())?;
        if !adding.wait()?.success() {
            bail!("the owner could not be added");
        }
        fill(&database)?;
        let mut serve = latchkey(&database, address);
        serve.arg("serve").env("LATCHKEY_TRUSTED_PROXIES", proxies);
        Self::start(folder, address, serve)
    }

    /// A bare server of one page.
    pub fn yardstick(page: &[u8]) -> Result<Self> {
        let (folder, address) = place()?;
        let file = folder.join("page.html");
        fs::write(&file, page)?;
        let mut serve = pinned(YARDSTICK);
        serve.arg(address.to_string()).arg(file);
        Self::start(folder, address, serve)
    }

    /// Latchkey's demo, and the password that it prints.
    pub fn demo() -> Result<(Self, String)> {
        let (folder, address) = place()?;
        let mut serve = latchkey(&folder.join("unused.db"), address);
        serve.arg("demo");
        let log = folder.join("log");
        let server = Self::start(folder, address, serve)?;
        // It is told once the demo is filled, and not as soon as it listens.
        let began = Instant::now();
        let password = loop {
            let said = fs::read_to_string(&log)?;
            let told = said.split_once("the password ");
            if let Some(line) = told.and_then(|(_, rest)| rest.split_once('\n')) {
                break line.0.to_owned();
            }
            if began.elapsed() > PATIENCE {
                bail!("the demo names no password: {}", said.trim());
            }
            thread::sleep(Duration::from_millis(50));
        };
        Ok((server, password))
    }

    fn start(folder: PathBuf, address: SocketAddr, mut serve: Command) -> Result<Self> {
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
        while Client::connect(address).is_err() {
            if server.process.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                let said = fs::read_to_string(server.folder.join("log")).unwrap_or_default();
                bail!("a server does not listen: {}", said.trim());
            }
            thread::sleep(Duration::from_millis(2));
        }
        server.ready = began.elapsed();
        Ok(server)
    }

    /// Its database.
    pub fn database(&self) -> PathBuf {
        self.folder.join("bench.db")
    }

    /// Processor time that the server has used, in seconds.
    pub fn processor(&self) -> Result<f64> {
        let text = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        let (_, rest) = text.rsplit_once(')').context("no figures")?;
        // proc(5): of what follows the name, utime and stime are the 12th and the 13th, in hundredths of a second.
        let ticks: f64 = rest
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<f64>().ok())
            .sum();
        Ok(ticks / 100.0)
    }

    /// Bytes of memory that the server has.
    pub fn memory(&self) -> Result<u64> {
        let text = fs::read_to_string(format!("/proc/{}/statm", self.process.id()))?;
        let pages = text.split(' ').nth(1).context("no figures")?;
        Ok(pages.parse::<u64>()? * 4_096)
    }

    /// A connection of the owner.
    pub fn sign_in(&self) -> Result<Client> {
        self.sign_in_as(EMAIL, PASSWORD)
    }

    /// A connection of somebody.
    pub fn sign_in_as(&self, email: &str, password: &str) -> Result<Client> {
        let mut client = Client::connect(self.address)?;
        let email = email.replace('@', "%40");
        let answer = client.post(
            "/api/sign_in",
            &format!("email={email}&password={password}"),
        )?;
        if answer.status != 303 && answer.status != 302 {
            bail!("signing in answered {}", answer.status);
        }
        Ok(client)
    }

    /// The address of the application's list.
    pub fn list(&self, client: &mut Client) -> Result<String> {
        let answer = client.get("/")?;
        let list = answer
            .header("location")
            .context("the beginning leads nowhere")?;
        Ok(list
            .trim_start_matches(&format!("http://{}", self.address))
            .to_owned())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Either may be gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A folder, and an address at which nothing listens.
fn place() -> Result<(PathBuf, SocketAddr)> {
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let folder = env::temp_dir().join(format!("latchkey-bench-{}", address.port()));
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok((folder, address))
}

fn latchkey(database: &Path, address: SocketAddr) -> Command {
    let mut command = pinned(PROGRAM);
    command
        .env("LATCHKEY_LISTEN", address.to_string())
        .env(
            "LATCHKEY_DATABASE_URL",
            format!("sqlite://{}", database.display()),
        )
        .env("LATCHKEY_PEPPER", PEPPER)
        .env("RUST_LOG", "warn");
    command
}

/// On the first processor; what asks is on the second.
fn pinned(program: &str) -> Command {
    let mut command = clean("taskset");
    command.args(["-c", "0", program]);
    command
}

/// Runs SQL against a database: 100,000 forms would take longer than what is measured.
fn import(database: &Path, sql: Stdio) -> Result<()> {
    if find("sqlite3").is_none() {
        if !machine::can_install() {
            bail!("the benchmark needs `sqlite3`");
        }
        machine::install(&["sqlite3"])?;
    }
    let done = Command::new("sqlite3")
        .arg("-bail")
        .arg(database)
        .stdin(sql)
        .stdout(Stdio::null())
        .status()
        .context("cannot start `sqlite3`")?;
    if !done.success() {
        bail!("the keys were not written");
    }
    Ok(())
}
