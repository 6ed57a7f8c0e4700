//! The server under test: the real program with an SQLite file.

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

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    bench::client::Client, latchkey, process::output, workspace::Workspace,
    workspace::command_with_clean_environment,
};

const EMAIL: &str = "owner@kill.example";
const PASSWORD: &str = "six-brave-badgers-come-back";

/// The time limit of a start.
const START_TIMEOUT: Duration = Duration::from_mins(1);

/// A database and its files, on which servers are started one after the other.
pub struct Installation {
    program: PathBuf,
    folder: PathBuf,
}

impl Installation {
    /// Creates a database with one owner. The program is the one in `LATCHKEY_BIN`, or else it is built.
    pub fn prepare(workspace: &Workspace) -> Result<Self> {
        let program = if let Some(named) = env::var_os("LATCHKEY_BIN") {
            named.into()
        } else {
            latchkey::build(workspace)?;
            PathBuf::from(latchkey::PROGRAM)
        };
        let program = fs::canonicalize(&program)
            .with_context(|| format!("cannot find {}", program.display()))?;
        let folder = env::temp_dir().join(format!("latchkey-kill-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let installation = Self { program, folder };
        let mut user_add = installation
            .command()
            .args(["user", "add", "--role", "owner", "--email", EMAIL])
            .args(["--account", "Kill", "--application", "Kill"])
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
        Ok(installation)
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
        let database = self.folder.join("kill.db");
        command
            .env(
                "LATCHKEY_DATABASE_URL",
                format!("sqlite://{}", database.display()),
            )
            .env("LATCHKEY_PEPPER_FILE", self.folder.join("pepper"))
            .env("RUST_LOG", "warn");
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

    /// Starts a server and waits until it is ready.
    pub fn start(&self) -> Result<Server> {
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let log = File::create(self.folder.join("log"))?;
        let process = self
            .command()
            .arg("serve")
            .env("LATCHKEY_LISTEN", address.to_string())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start a server")?;
        let mut server = Server {
            address,
            app: String::new(),
            process,
        };
        let began = Instant::now();
        while !server.is_ready() {
            if server.process.try_wait()?.is_some() || began.elapsed() > START_TIMEOUT {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("the server did not start: {}", log.trim());
            }
            thread::sleep(Duration::from_millis(5));
        }
        server.app = server.find_app()?;
        Ok(server)
    }
}

/// A running server. Dropping it kills the server.
pub struct Server {
    pub address: SocketAddr,
    app: String,
    process: Child,
}

impl Server {
    fn is_ready(&self) -> bool {
        Client::connect(self.address)
            .and_then(|mut client| client.get("/readyz"))
            .is_ok_and(|answer| answer.status == 200)
    }

    /// Returns a connection with a session of the owner.
    pub fn sign_in(&self) -> Result<Client> {
        let mut client = Client::connect(self.address)?;
        let email = EMAIL.replace('@', "%40");
        let form = format!("email={email}&password={PASSWORD}");
        let answer = client.post("/api/sign_in", &form)?;
        ensure!(
            matches!(answer.status, 302 | 303),
            "the sign-in returned status {}",
            answer.status
        );
        Ok(client)
    }

    /// Returns the application's id.
    pub fn app(&self) -> &str {
        &self.app
    }

    fn find_app(&self) -> Result<String> {
        let answer = self.sign_in()?.get("/")?;
        let location = answer.header("location").unwrap_or_default();
        let (_, rest) = location
            .split_once("/apps/")
            .context("the start page does not redirect to an application")?;
        Ok(rest.split('/').next().unwrap_or_default().to_owned())
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
