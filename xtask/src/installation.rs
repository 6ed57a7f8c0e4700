//! The server under test: the real program with files of its own.

use std::{
    env,
    fs::{self, File},
    io::Write as _,
    mem,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    http_client::Client,
    latchkey,
    process::{command_with_clean_environment, output},
    workspace::Workspace,
};

const EMAIL: &str = "owner@faults.example";
const PASSWORD: &str = "six-brave-badgers-come-back";
const PEPPER: &str = "pepper";

/// How many lines of a server's log an error shows.
const SHOWN_LINES: usize = 20;
/// The time limit of a start.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// Files of a server, on which servers are started one after the other.
pub struct Installation {
    program: PathBuf,
    folder: PathBuf,
    settings: Vec<(&'static str, String)>,
}

/// Returns the program in `LATCHKEY_BIN`, or builds it.
pub fn program(workspace: &Workspace) -> Result<PathBuf> {
    named_program(|| {
        latchkey::build(workspace)?;
        Ok(PathBuf::from(latchkey::PROGRAM))
    })
}

/// Returns the program in `LATCHKEY_BIN`, or the one that `build` makes.
pub fn named_program(build: impl FnOnce() -> Result<PathBuf>) -> Result<PathBuf> {
    let program: PathBuf = match env::var_os("LATCHKEY_BIN") {
        Some(named) => named.into(),
        None => build()?,
    };
    existing_program(&program)
}

/// Returns the full path of a program.
///
/// # Errors
/// If there is no such file.
pub fn existing_program(program: &Path) -> Result<PathBuf> {
    let path =
        fs::canonicalize(program).with_context(|| format!("cannot find {}", program.display()))?;
    ensure!(path.is_file(), "{} is not a program", path.display());
    Ok(path)
}

/// Returns an unused address of this machine.
pub fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

impl Installation {
    /// Creates the folder of a program that runs with these settings. The database is an SQLite file in the folder, unless
    /// the settings name another one.
    pub fn create(
        program: PathBuf,
        folder: PathBuf,
        settings: Vec<(&'static str, String)>,
    ) -> Result<Self> {
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self {
            program,
            folder,
            settings,
        })
    }

    /// Adds the owner of the database. The first command creates the pepper.
    pub fn add_owner(&self) -> Result<()> {
        let mut user_add = self
            .command()
            .args(["user", "add", "--role", "owner", "--email", EMAIL])
            .args(["--account", "Faults", "--application", "Faults"])
            .arg("--password-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start the server's program")?;
        user_add
            .stdin
            .take()
            .context("the program has no standard input")?
            .write_all(PASSWORD.as_bytes())?;
        ensure!(user_add.wait()?.success(), "the owner could not be added");
        Ok(())
    }

    /// Copies the pepper of another installation on the same database.
    pub fn copy_pepper(&self, from: &Self) -> Result<()> {
        fs::copy(from.folder.join(PEPPER), self.folder.join(PEPPER))
            .context("cannot copy the pepper")?;
        Ok(())
    }

    /// Exchanges the program for `other`. A server that runs is not changed.
    pub fn swap_program(&mut self, other: &mut PathBuf) {
        mem::swap(&mut self.program, other);
    }

    /// Returns the folder of the files.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes the folder. Errors are ignored.
    pub fn remove(self) {
        let _ = fs::remove_dir_all(self.folder);
    }

    fn command(&self) -> Command {
        let mut command = command_with_clean_environment(&self.program);
        let database = self.folder.join("latchkey.db");
        // Settings of the caller's own server, and of the tests.
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("LATCHKEY_") {
                command.env_remove(name);
            }
        }
        command
            .env(
                "LATCHKEY_DATABASE_URL",
                format!("sqlite://{}", database.display()),
            )
            .env("LATCHKEY_PEPPER_FILE", self.folder.join(PEPPER))
            .env("RUST_LOG", "warn")
            .envs(self.settings.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder);
        command
    }

    /// Verifies the audit log, and that it contains the rows of the previous call.
    pub fn verify_audit(&self) -> Result<()> {
        let heads = self.folder.join("heads");
        let mut verify = self.command();
        verify.args(["audit", "verify"]);
        if heads.exists() {
            verify.arg("--kept").arg(&heads);
        }
        let printed = output(&mut verify).context("the audit log is not intact")?;
        fs::write(&heads, printed)?;
        Ok(())
    }

    /// Starts a server at this address. It may not be ready yet.
    pub fn spawn(&self, address: SocketAddr) -> Result<Server> {
        let log = self.folder.join("log");
        let file = File::options().create(true).append(true).open(&log)?;
        let process = self
            .command()
            .arg("serve")
            .env("LATCHKEY_LISTEN", address.to_string())
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .context("cannot start a server")?;
        Ok(Server {
            address,
            log,
            process,
        })
    }

    /// Starts a server and waits until it is ready.
    pub fn start(&self) -> Result<Server> {
        let mut server = self.spawn(free_address()?)?;
        server.wait_until_ready()?;
        Ok(server)
    }
}

/// A running server. Dropping it kills the server.
pub struct Server {
    pub address: SocketAddr,
    log: PathBuf,
    process: Child,
}

impl Server {
    /// Waits until the server is ready.
    pub fn wait_until_ready(&mut self) -> Result<()> {
        let began = Instant::now();
        while !self.is_ready() {
            if self.process.try_wait()?.is_some() || began.elapsed() > START_TIMEOUT {
                bail!("the server did not start: {}", self.log());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Returns the last lines that the servers of the installation have printed.
    pub fn log(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let first = lines.len().saturating_sub(SHOWN_LINES);
        lines[first..].join("\n")
    }

    /// Returns how many lines that the servers of the installation have printed contain a text.
    pub fn count_in_log(&self, text: &str) -> usize {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        log.lines().filter(|line| line.contains(text)).count()
    }

    /// Returns the id of the process.
    pub fn process_id(&self) -> u32 {
        self.process.id()
    }

    fn is_ready(&self) -> bool {
        Client::connect(self.address)
            .and_then(|mut client| client.get("/readyz"))
            .is_ok_and(|answer| answer.status == 200)
    }

    /// Returns a connection with a session of the owner.
    pub fn sign_in(&self) -> Result<Client> {
        let mut client = Client::connect(self.address)?;
        sign_in(&mut client)?;
        Ok(client)
    }

    /// Returns the application's id.
    pub fn find_app(&self) -> Result<String> {
        let answer = self.sign_in()?.get("/")?;
        let location = answer.header("location").unwrap_or_default();
        let (_, rest) = location
            .split_once("/apps/")
            .context("the start page does not redirect to an application")?;
        Ok(rest.split('/').next().unwrap_or_default().to_owned())
    }

    /// Sends a signal, by its name without `SIG`.
    pub fn signal(&self, signal: &str) -> Result<()> {
        let id = self.process_id().to_string();
        output(Command::new("kill").arg(format!("-{signal}")).arg(id))?;
        Ok(())
    }

    /// Whether the server has ended.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.process.try_wait()?.is_some())
    }

    /// Waits until the server has ended.
    pub fn wait(&mut self) -> Result<()> {
        self.process.wait()?;
        Ok(())
    }

    /// Ends the server like `kill -9`, and returns the time.
    pub fn kill(&mut self) -> Result<Instant> {
        let at = Instant::now();
        self.process.kill()?;
        self.process.wait()?;
        Ok(at)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Signs the owner in.
pub fn sign_in(client: &mut Client) -> Result<()> {
    let email = EMAIL.replace('@', "%40");
    let form = format!("email={email}&password={PASSWORD}");
    let answer = client.post("/api/sign_in", &form)?;
    ensure!(
        matches!(answer.status, 302 | 303),
        "the sign-in returned status {}",
        answer.status
    );
    Ok(())
}
