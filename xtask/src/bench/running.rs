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
    bench::client::Client,
    machine,
    process::{find, output},
    workspace::clean,
};

const PROGRAM: &str = "target/release/latchkey";
const YARDSTICK: &str = "target/release/examples/yardstick";
const EMAIL: &str = "owner@bench.example";
const PASSWORD: &str = "five-quiet-otters-measure-time";

/// How long a server may take to listen; with 100,000 keys it reads them first.
const PATIENCE: Duration = Duration::from_mins(1);

/// The running server. It is stopped, and its folder removed, when this is dropped.
pub struct Running {
    pub address: SocketAddr,
    folder: PathBuf,
    process: Child,
}

impl Running {
    /// Latchkey, with one application of so many keys.
    pub fn with_keys(keys: usize) -> Result<Self> {
        let (folder, address) = place()?;
        let database = folder.join("bench.db");
        let mut add = latchkey(&folder, &database, address);
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
        seed(&database, keys)?;
        let mut serve = latchkey(&folder, &database, address);
        serve.arg("serve");
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
        let mut serve = latchkey(&folder, &folder.join("unused.db"), address);
        serve.arg("demo");
        let log = folder.join("log");
        let server = Self::start(folder, address, serve)?;
        let said = fs::read_to_string(log)?;
        let (_, rest) = said
            .split_once("the password ")
            .context("the demo names no password")?;
        let password = rest.lines().next().unwrap_or_default().to_owned();
        Ok((server, password))
    }

    fn start(folder: PathBuf, address: SocketAddr, mut serve: Command) -> Result<Self> {
        let log = File::create(folder.join("log"))?;
        let process = serve
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start a server")?;
        let mut server = Self {
            address,
            folder,
            process,
        };
        let began = Instant::now();
        while Client::connect(address).is_err() {
            if server.process.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                let said = fs::read_to_string(server.folder.join("log")).unwrap_or_default();
                bail!("a server does not listen: {}", said.trim());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
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

fn latchkey(folder: &Path, database: &Path, address: SocketAddr) -> Command {
    let mut command = pinned(PROGRAM);
    command
        .env("LATCHKEY_LISTEN", address.to_string())
        .env(
            "LATCHKEY_DATABASE_URL",
            format!("sqlite://{}", database.display()),
        )
        .env("LATCHKEY_PEPPER_FILE", folder.join("pepper"))
        .env("RUST_LOG", "warn");
    command
}

/// On the first processor; what asks is on the second.
fn pinned(program: &str) -> Command {
    let mut command = clean("taskset");
    command.args(["-c", "0", program]);
    command
}

/// Writes the keys: one statement, since 100,000 forms would take longer than what is measured.
fn seed(database: &Path, keys: usize) -> Result<()> {
    if find("sqlite3").is_none() {
        if !machine::can_install() {
            bail!("the benchmark needs `sqlite3`");
        }
        machine::install(&["sqlite3"])?;
    }
    output(
        Command::new("sqlite3")
            .arg("-bail")
            .arg(database)
            .arg(include_str!("keys.sql").replace(":keys", &keys.to_string())),
    )
    .context("the keys were not written")?;
    Ok(())
}
