//! Mutation tests: cargo-mutants changes one thing at a time, and some test should notice.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    process::{self, find},
    step::{loud, note, step},
    workspace::Workspace,
};

const VERSION: &str = "27.1.0";
/// Where cargo-mutants is put if it is nowhere else.
const TOOLS: &str = "target/tools/cargo-mutants";
/// What was found, by crate and shard.
const FOUND: &str = "target/mutants";

/// A crate, what of it is mutated, and in how many shards: each takes some minutes.
struct Part {
    package: &'static str,
    files: &'static [&'static str],
    shards: usize,
}

const PARTS: [Part; 3] = [
    Part {
        package: "domain",
        files: &[],
        shards: 16,
    },
    Part {
        package: "verification",
        files: &[],
        shards: 4,
    },
    // The operations on keys; the tests run on SQLite.
    Part {
        package: "management",
        files: &[
            "management/src/apply.rs",
            "management/src/issue.rs",
            "management/src/edit.rs",
            "management/src/rotate.rs",
            "management/src/revoke.rs",
            "management/src/bulk.rs",
            "management/src/discard.rs",
        ],
        shards: 8,
    },
];

/// Runs every shard, or one (`3/16`) of one crate, and says what no test noticed.
pub fn run(workspace: &Workspace, package: Option<&str>, shard: Option<&str>) -> Result<()> {
    let parts: Vec<&Part> = PARTS
        .iter()
        .filter(|part| package.is_none_or(|package| package == part.package))
        .collect();
    if parts.is_empty() {
        let names = PARTS.map(|part| part.package).join("` or `");
        bail!("`mutants` takes `{names}`");
    }
    let program = ensure(workspace)?;
    for part in parts {
        let shards: Vec<String> = match shard {
            Some(shard) => vec![shard.to_owned()],
            None => (0..part.shards)
                .map(|n| format!("{n}/{}", part.shards))
                .collect(),
        };
        for shard in &shards {
            let found = folder(part, shard);
            fs::create_dir_all(&found)
                .with_context(|| format!("cannot create {}", found.display()))?;
            loud(
                &format!("mutants of {}, shard {shard}", part.package),
                || run_shard(workspace, &program, part, shard, &found),
            )?;
        }
        summarise(part, &shards)?;
    }
    Ok(())
}

fn run_shard(
    workspace: &Workspace,
    program: &Path,
    part: &Part,
    shard: &str,
    found: &Path,
) -> Result<()> {
    // Called as cargo calls it, by the project's toolchain.
    let mut cargo = workspace.command(program);
    cargo
        .args(["mutants", "--no-times", "--colors", "never", "--jobs", "1"])
        .args(["--package", part.package, "--shard", shard])
        .arg("--output")
        .arg(found)
        .args(part.files.iter().flat_map(|file| ["--file", *file]))
        // Kept between shards, so that dependencies are compiled once.
        .env("CARGO_TARGET_DIR", fs::canonicalize(FOUND)?.join("built"))
        .env_remove("LATCHKEY_TEST_POSTGRES_URL");
    let status = cargo.status().context("cannot start cargo-mutants")?;
    // 2 and 3 say that some were missed, or took too long.
    match status.code() {
        Some(0 | 2 | 3) => Ok(()),
        _ => bail!("cargo-mutants failed ({status})"),
    }
}

fn folder(part: &Part, shard: &str) -> PathBuf {
    Path::new(FOUND)
        .join(part.package)
        .join(shard.replace('/', "-of-"))
}

/// Prints the figures for `docs/proofs.md`, and each mutant that no test noticed.
fn summarise(part: &Part, shards: &[String]) -> Result<()> {
    let mut lists = [const { Vec::<String>::new() }; 4];
    for shard in shards {
        let out = folder(part, shard).join("mutants.out");
        for (list, name) in lists
            .iter_mut()
            .zip(["caught", "timeout", "unviable", "missed"])
        {
            let path = out.join(name).with_extension("txt");
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            list.extend(text.lines().map(ToOwned::to_owned));
        }
    }
    let [caught, timeout, unviable, missed] = &lists;
    for mutant in missed {
        println!("missed: {mutant}");
    }
    let noticed = caught.len() + timeout.len();
    let viable = noticed + missed.len();
    note(&format!(
        "{}: {noticed} of {viable} viable mutants caught ({:.1} %), {} of them by a time-out; {} did not compile",
        part.package,
        100.0 * ratio(noticed, viable),
        timeout.len(),
        unviable.len(),
    ));
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "some thousands at most")]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(found) = find("cargo-mutants") {
        return Ok(found);
    }
    let program = Path::new(TOOLS).join("bin/cargo-mutants");
    if !program.is_file() {
        let mut cargo = workspace.cargo("install");
        cargo
            .args(["cargo-mutants", "--version", VERSION, "--locked"])
            .args(["--root", TOOLS]);
        step(&format!("install cargo-mutants {VERSION}"), || {
            process::output(&mut cargo)
        })?;
    }
    fs::canonicalize(&program).with_context(|| format!("cannot find {}", program.display()))
}
