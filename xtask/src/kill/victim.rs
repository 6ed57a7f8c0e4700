//! The server that is killed: the real program on a real file.

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
    bench::client::Client, process::output, server, workspace::Workspace, workspace::clean,
};

const EMAIL: &str = "owner@kill.example";
const PASSWORD: &str = "six-brave-badgers-come-back";

/// How long a start may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A database that outlives its servers.
pub struct Victim {
    program: PathBuf,
    folder: PathBuf,
}

impl Victim {
    /// Makes a database with one owner. The program is that of `LATCHKEY_BIN`, else the one that is built here.
    pub fn prepare(workspace: &Workspace) -> Result<Self> {
        let program = if let Some(named) = env::var_os("LATCHKEY_BIN") {
            named.into()
        } else {
            server::build(workspace)?;
            PathBuf::from(server::PROGRAM)
        };
        let program = fs::canonicalize(&program)
            .with_context(|| format!("cannot find {}", program.display()))?;
        let folder = env::temp_dir().join(format!("latchkey-kill-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        let victim = Self { program, folder };
        let mut adding = victim
            .command()
            .args(["user", "add", "--role", "owner", "--email", EMAIL])
            .args(["--account", "Kill", "--application", "Kill"])
            .arg("--password-stdin")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .context("cannot start the server's program")?;
        adding
            .stdin
            .take()
            .context("the program takes no input")?
            .write_all(PASSWORD.as_bytes())?;
        ensure!(adding.wait()?.success(), "the owner could not be added");
        Ok(victim)
    }

    /// Where everything is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes it all; what is left behind does no harm.
    pub fn clear(self) {
        let _ = fs::remove_dir_all(self.folder);
    }

    fn command(&self) -> Command {
        let mut command = clean(&self.program);
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

    /// Checks the audit log, and that it still holds what it held the last time.
    pub fn verify_audit(&self) -> Result<()> {
        let heads = self.folder.join("heads");
        let mut verify = self.command();
        verify.args(["audit", "verify"]);
        if heads.exists() {
            verify.arg("--kept").arg(&heads);
        }
        let said = output(&mut verify).context("the audit log is not what was written")?;
        fs::write(&heads, said)?;
        Ok(())
    }

    /// Starts a server, and waits until it is ready.
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
            if server.process.try_wait()?.is_some() || began.elapsed() > PATIENCE {
                let said = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("the server does not start: {}", said.trim());
            }
            thread::sleep(Duration::from_millis(5));
        }
        server.app = server.find_app()?;
        Ok(server)
    }
}

/// A running server. It is killed when this is dropped.
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

    /// A connection of the owner.
    pub fn sign_in(&self) -> Result<Client> {
        let mut client = Client::connect(self.address)?;
        let email = EMAIL.replace('@', "%40");
        let form = format!("email={email}&password={PASSWORD}");
        let answer = client.post("/api/sign_in", &form)?;
        ensure!(
            matches!(answer.status, 302 | 303),
            "signing in answered {}",
            answer.status
        );
        Ok(client)
    }

    /// The application's id.
    pub fn app(&self) -> &str {
        &self.app
    }

    fn find_app(&self) -> Result<String> {
        let answer = self.sign_in()?.get("/")?;
        let list = answer.header("location").unwrap_or_default();
        let (_, rest) = list
            .split_once("/apps/")
            .context("the beginning leads nowhere")?;
        Ok(rest.split('/').next().unwrap_or_default().to_owned())
    }

    /// `kill -9`; when it was done.
    pub fn kill(&mut self) -> Result<Instant> {
        let at = Instant::now();
        self.process.kill()?;
        self.process.wait()?;
        Ok(at)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It is gone already, often.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
