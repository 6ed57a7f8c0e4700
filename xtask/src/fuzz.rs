//! Fuzz tests: cargo-fuzz runs libFuzzer on each target in `fuzz/targets`.

use std::{fs, path::Path};

use anyhow::{Context as _, Result};

use crate::{cargo_tool, process, site, step::step_with_output, workspace::Workspace};

/// Seconds for each target.
pub const DEFAULT_SECONDS: u32 = 60;

const TARGETS: &str = "fuzz/targets";
/// Initial inputs, for targets whose valid inputs are too rare to be found by chance.
const SEEDS: &str = "fuzz/seeds";
/// Inputs that libFuzzer found to cover new code.
const CORPUS: &str = "fuzz/corpus";
/// The largest input in bytes, which is also the limit of a request's head.
const MAX_INPUT: &str = "-max_len=8192";

/// Runs every target for `seconds`, and stops at the first crash, whose input libFuzzer prints and saves.
pub fn run(workspace: &Workspace, seconds: u32) -> Result<()> {
    site::prepare()?;
    let program = cargo_tool::ensure(workspace, "cargo-fuzz", None)?;
    for target in targets()? {
        // Sanitizers need nightly Rust; safe code needs none, because panics and failed assertions are what it can have.
        let mut cargo = workspace.cargo("fuzz");
        cargo
            .env("PATH", process::path_with(&program)?)
            .args(["run", "--sanitizer", "none", "--target-dir", "target/fuzz"])
            .arg(&target);
        let corpus = Path::new(CORPUS).join(&target);
        fs::create_dir_all(&corpus)
            .with_context(|| format!("cannot create {}", corpus.display()))?;
        let seeds = Path::new(SEEDS).join(&target);
        cargo.arg(corpus).args(seeds.is_dir().then_some(seeds));
        cargo
            .args(["--", MAX_INPUT, "-timeout=5", "-print_final_stats=1"])
            .arg(format!("-max_total_time={seconds}"));
        step_with_output(&format!("{target}, {seconds} s"), || {
            process::run(&mut cargo)
        })?;
    }
    Ok(())
}

fn targets() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(TARGETS).with_context(|| format!("cannot read {TARGETS}"))? {
        let path = entry?.path();
        let name = path.file_stem().context("a fuzz target has no name")?;
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}
