//! The server's program: for a person at this machine, and for deployment.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{
    process,
    site::{self, kilobytes},
    step::{loud, note},
    workspace::{Workspace, clean},
};

/// The server as tests and people at work run it.
pub const PROGRAM: &str = "target/debug/latchkey";

/// Compiles [`PROGRAM`].
pub fn build(workspace: &Workspace) -> Result<()> {
    site::prepare()?;
    loud("compile the server", || {
        process::run(workspace.cargo("build").args(["--package", "server"]))
    })
}

/// Compiles the server and becomes it: with `demo`, or with the arguments if there are any.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    build(workspace)?;
    let mut server =
        clean(fs::canonicalize(PROGRAM).with_context(|| format!("cannot find {PROGRAM}"))?);
    if arguments.is_empty() {
        server.arg("demo");
    }
    server.args(arguments);
    replace(&mut server)
}

/// Compiles the server for deployment; the site is inside it.
pub fn release(workspace: &Workspace) -> Result<()> {
    let program = Path::new("target/release/latchkey");
    loud("compile the server for deployment", || {
        process::run(
            workspace
                .cargo("build")
                .args(["--package", "server", "--release"]),
        )
    })?;
    let size = fs::metadata(program)
        .with_context(|| format!("cannot find {}", program.display()))?
        .len();
    note(&format!("{}: {}", program.display(), kilobytes(size)));
    Ok(())
}

/// The server takes this process's place, so that signals and exit codes are its own.
#[cfg(unix)]
fn replace(server: &mut std::process::Command) -> Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(server.exec()).context("cannot start the server")
}

#[cfg(not(unix))]
fn replace(server: &mut std::process::Command) -> Result<()> {
    let status = server.status().context("cannot start the server")?;
    std::process::exit(status.code().unwrap_or(1));
}
