//! Faults that are planted in the server. A checker that does not find them proves nothing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use clap::builder::PossibleValuesParser;

use crate::{latchkey, process, site, step::step_with_output, workspace::Workspace};

/// The names of the faults in `management/src/node/planted`.
pub const ALL: [&str; 8] = [
    "cached-decision",
    "index-before-commit",
    "lost-notification",
    "dropped-handler",
    "stale-join",
    "lease-from-reply",
    "lease-without-end",
    "removed-too-early",
];

/// Stands for every fault on the command line.
pub const EVERY: &str = "all";

/// Where the program with the faults is kept: the next build of the server replaces the one that cargo made.
const PROGRAM: &str = "target/planted-faults/latchkey";

/// Returns the values of the command line.
pub fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(ALL.into_iter().chain([EVERY]))
}

/// Compiles the server with the faults. Returns the program.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    site::prepare()?;
    step_with_output("compile the server with faults", || {
        let mut cargo = workspace.cargo("build");
        cargo.args(["--package", "server", "--features", "planted-faults"]);
        process::run(&mut cargo)
    })?;
    let program = Path::new(PROGRAM);
    let folder = program.parent().context("the program has no folder")?;
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::copy(latchkey::PROGRAM, program)
        .with_context(|| format!("cannot create {}", program.display()))?;
    Ok(program.to_owned())
}
