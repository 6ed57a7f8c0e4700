//! Mutation tests: cargo-mutants changes one expression at a time, and at least one test should fail.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    cargo_tool,
    postgres::Postgres,
    process::find_program,
    step::{info, step_with_output},
    workspace::Workspace,
};

const VERSION: &str = "27.1.0";
/// Results, in folders by crate and shard.
const RESULTS: &str = "target/mutants";

/// A crate whose code is mutated.
struct MutatedCrate {
    package: &'static str,
    /// The files to be mutated; if empty, all.
    files: &'static [&'static str],
    /// The number of shards. Each takes some minutes.
    shards: usize,
    /// The beginnings of the names of the tests that are run; if empty, all.
    tests: &'static [&'static str],
}

const SUBJECTS: [MutatedCrate; 3] = [
    MutatedCrate {
        package: "domain",
        files: &[],
        shards: 16,
        tests: &[],
    },
    MutatedCrate {
        package: "verification",
        files: &[],
        shards: 4,
        tests: &[],
    },
    // The operations on keys, with the tests of them.
    MutatedCrate {
        package: "management",
        files: &[
            "management/src/key/apply.rs",
            "management/src/key/issue.rs",
            "management/src/key/edit.rs",
            "management/src/key/rotate.rs",
            "management/src/key/revoke.rs",
            "management/src/key/bulk.rs",
            "management/src/key/discard.rs",
            "management/src/key/changes.rs",
            "management/src/key/locks.rs",
            "management/src/key/uncertain.rs",
            "management/src/key/undelivered.rs",
            "management/src/key/journal.rs",
            "management/src/key/journal/file.rs",
            "management/src/key/journal/line.rs",
            "management/src/key/journal/replay.rs",
        ],
        shards: 8,
        tests: &[
            "applications::",
            "audit::",
            "bulk::",
            "busy::",
            "edit::",
            "full_disk::",
            "journal::",
            "key::",
            "keys::",
            "killed::",
            "nodes::a_revocation_",
            "outage::",
            "revoke::",
            "rotation::",
        ],
    },
];

/// The crates that can be mutated.
pub fn packages() -> [&'static str; 3] {
    SUBJECTS.map(|subject| subject.package)
}

/// Runs all shards, or those of one crate, or one shard (`3/16`), and prints the mutants that no test detected.
pub fn run(workspace: &Workspace, package: Option<&str>, shard: Option<&str>) -> Result<()> {
    let program = cargo_tool::ensure(workspace, "cargo-mutants", Some(VERSION))?;
    let postgres = Postgres::start()?;
    let chosen = |subject: &&MutatedCrate| package.is_none_or(|package| package == subject.package);
    for subject in SUBJECTS.iter().filter(chosen) {
        let shards: Vec<String> = match shard {
            Some(shard) => vec![shard.to_owned()],
            None => (0..subject.shards)
                .map(|n| format!("{n}/{}", subject.shards))
                .collect(),
        };
        for shard in &shards {
            let results = folder(subject, shard);
            fs::create_dir_all(&results)
                .with_context(|| format!("cannot create {}", results.display()))?;
            step_with_output(
                &format!("mutants of {}, shard {shard}", subject.package),
                || run_shard(workspace, &program, &postgres, subject, shard, &results),
            )?;
        }
        print_summary(subject, &shards)?;
    }
    Ok(())
}

fn run_shard(
    workspace: &Workspace,
    program: &Path,
    postgres: &Postgres,
    subject: &MutatedCrate,
    shard: &str,
    results: &Path,
) -> Result<()> {
    // Called as cargo calls a subcommand.
    let mut cargo = workspace.command(program);
    cargo
        .args(["mutants", "--no-times", "--colors", "never", "--jobs", "1"])
        .args(["--package", subject.package, "--shard", shard])
        .arg("--output")
        .arg(results)
        .args(subject.files.iter().flat_map(|file| ["--file", *file]))
        // Shared by all shards, so that dependencies are compiled once.
        .env("CARGO_TARGET_DIR", fs::canonicalize(RESULTS)?.join("built"))
        .env(Postgres::URL_VARIABLE, postgres.url());
    if let Some(programs) = postgres.programs() {
        cargo.env(Postgres::PROGRAMS_VARIABLE, programs);
    }
    if find_program("cargo-nextest").is_some() {
        // It stops at the first test that fails.
        cargo.args(["--test-tool", "nextest"]);
    }
    if !subject.tests.is_empty() {
        // For `cargo test`, and after the second separator for the tests themselves.
        cargo
            .args(["--", "--lib", "--test", "it", "--"])
            .args(subject.tests);
    }
    let status = cargo.status().context("cannot start cargo-mutants")?;
    // 2: some mutants were missed; 3: some timed out.
    match status.code() {
        Some(0 | 2 | 3) => Ok(()),
        _ => bail!("cargo-mutants failed ({status})"),
    }
}

fn folder(subject: &MutatedCrate, shard: &str) -> PathBuf {
    Path::new(RESULTS)
        .join(subject.package)
        .join(shard.replace('/', "-of-"))
}

/// Prints the figures for `docs/proofs.md`, and each mutant that no test detected.
fn print_summary(subject: &MutatedCrate, shards: &[String]) -> Result<()> {
    let mut lists = [const { Vec::<String>::new() }; 4];
    for shard in shards {
        let out = folder(subject, shard).join("mutants.out");
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
    let detected = caught.len() + timeout.len();
    let viable = detected + missed.len();
    info(&format!(
        "{}: {detected} of {viable} viable mutants detected ({:.1} %), {} of them by a time-out; {} did not compile",
        subject.package,
        100.0 * ratio(detected, viable),
        timeout.len(),
        unviable.len(),
    ));
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "at most some thousands of mutants"
)]
fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
