//! Cargo subcommands of third parties, installed into `target/tools` where they are missing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::{
    process::{self, find_program},
    step::step,
    workspace::Workspace,
};

/// Returns the program's absolute path, or `None` if it is not installed.
pub fn installed(name: &str) -> Option<PathBuf> {
    let own = folder(name).join("bin").join(name);
    find_program(name).or_else(|| fs::canonicalize(own).ok())
}

/// Returns the program's absolute path, after installing it from crates.io if it is missing.
pub fn ensure(workspace: &Workspace, name: &str, version: Option<&str>) -> Result<PathBuf> {
    if let Some(program) = installed(name) {
        return Ok(program);
    }
    let mut cargo = workspace.cargo("install");
    cargo
        .args(["--locked", name])
        .args(version.iter().flat_map(|version| ["--version", version]))
        .arg("--root")
        .arg(folder(name));
    step(&format!("install {name} (takes minutes)"), || {
        process::output(&mut cargo)
    })?;
    installed(name).with_context(|| format!("{name} was installed, but is not found"))
}

fn folder(name: &str) -> PathBuf {
    Path::new("target/tools").join(name)
}
