//! Temporary `PostgreSQL` servers for the tests.

mod server;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

pub use server::Server;

use crate::{process::find_program, step::step, system};

/// A running server. Dropping it stops the server and removes its directory.
pub struct Postgres {
    url: String,
    programs: Option<PathBuf>,
    _server: Option<Server>,
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
                _server: None,
            });
        }
        let programs = programs()?;
        let server = step("start PostgreSQL", || Server::on_socket(programs.clone()))?;
        Ok(Self {
            url: server.url(),
            programs: Some(programs),
            _server: Some(server),
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

/// Returns the folder of the server's programs, which Debian does not install into `PATH`.
pub fn programs() -> Result<PathBuf> {
    if let Some(folder) = installed() {
        return Ok(folder);
    }
    if system::can_install() {
        system::install(&["postgresql"])?;
    }
    installed().context("PostgreSQL's server is not installed (`initdb`, `postgres`)")
}

/// Returns the folder of the server's programs if they are installed.
pub fn installed() -> Option<PathBuf> {
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
