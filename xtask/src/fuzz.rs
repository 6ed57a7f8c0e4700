//! What strangers send, made up by libFuzzer: the targets of `fuzz/targets`, by cargo-fuzz.

use std::{fs, path::Path, path::PathBuf};

use anyhow::{Context as _, Result};

use crate::{
    process::{self, find},
    site,
    step::{loud, step},
    workspace::Workspace,
};

/// Seconds for each target.
pub const SECONDS: u32 = 60;
const TARGETS: &str = "fuzz/targets";
/// Inputs to begin with, for targets that would not find their way by chance; those that are found are kept beside them.
const SEEDS: &str = "fuzz/seeds";
const FOUND: &str = "fuzz/corpus";
/// Where cargo-fuzz is put if it is nowhere else.
const TOOLS: &str = "target/tools/cargo-fuzz";
/// The longest input, in bytes: a request's head is not longer.
const LONGEST: &str = "-max_len=8192";

/// Runs every target for so many seconds; the first crash ends it, and names the input that caused it.
pub fn run(workspace: &Workspace, seconds: u32) -> Result<()> {
    site::prepare()?;
    let program = ensure(workspace)?;
    for target in targets()? {
        // Stable Rust has no sanitizers; ours is safe code, where a panic or an assertion is what there is to find.
        let mut cargo = workspace.cargo("fuzz");
        cargo
            .env("PATH", process::path_with(&program)?)
            .args(["run", "--sanitizer", "none", "--target-dir", "target/fuzz"])
            .arg(&target);
        let found = Path::new(FOUND).join(&target);
        fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
        let seeds = Path::new(SEEDS).join(&target);
        cargo.arg(found).args(seeds.is_dir().then_some(seeds));
        cargo
            .args(["--", LONGEST, "-timeout=5", "-print_final_stats=1"])
            .arg(format!("-max_total_time={seconds}"));
        loud(&format!("{target}, {seconds} s"), || {
            process::run(&mut cargo)
        })?;
    }
    Ok(())
}

fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(TARGETS).with_context(|| format!("cannot read {TARGETS}"))? {
        let path = entry?.path();
        let name = path.file_stem().context("a target has a name")?;
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(found) = find("cargo-fuzz") {
        return Ok(found);
    }
    let program = Path::new(TOOLS).join("bin/cargo-fuzz");
    if !program.is_file() {
        let mut cargo = workspace.cargo("install");
        cargo.args(["--locked", "--root", TOOLS, "cargo-fuzz"]);
        step("install cargo-fuzz", || process::output(&mut cargo))?;
    }
    fs::canonicalize(&program).with_context(|| format!("cannot find {}", program.display()))
}
