//! Compiles and runs the server's program.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{
    process::{self, command_with_clean_environment},
    site::{self, kilobytes},
    step::{info, step_with_output},
    workspace::Workspace,
};

/// The program for development and tests.
pub const PROGRAM: &str = "target/debug/latchkey";

/// Compiles [`PROGRAM`].
pub fn build(workspace: &Workspace) -> Result<()> {
    site::prepare()?;
    step_with_output("compile the server", || {
        process::run(workspace.cargo("build").args(["--package", "server"]))
    })
}

/// Compiles the server and replaces this process by it, with the arguments or, if there are none, with `demo`.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<()> {
    build(workspace)?;
    let mut server = command_with_clean_environment(
        fs::canonicalize(PROGRAM).with_context(|| format!("cannot find {PROGRAM}"))?,
    );
    if arguments.is_empty() {
        server.arg("demo");
    }
    server.args(arguments);
    replace(&mut server)
}

/// Compiles the server for deployment, with the site inside.
pub fn build_release(workspace: &Workspace) -> Result<()> {
    let program = Path::new("target/release/latchkey");
    step_with_output("compile the server (release)", || {
        process::run(
            workspace
                .cargo("build")
                .args(["--package", "server", "--release"]),
        )
    })?;
    let size = fs::metadata(program)
        .with_context(|| format!("cannot find {}", program.display()))?
        .len();
    info(&format!("{}: {}", program.display(), kilobytes(size)));
    Ok(())
}

/// Replaces this process by the server, so that it receives signals and determines the exit code.
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
