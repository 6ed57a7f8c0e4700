//! Checks that do not run the program: format, lints, dependencies, and the size of a first visit.

use std::thread;

use anyhow::{Context as _, Result, bail};

use crate::{
    process::{self, find_program},
    site::{self, FirstVisit, Tooling, kilobytes},
    step::{info, step, step_with_output},
    supply_chain,
    toolchain::WASM,
    workspace::{SERVER_SIDE, Workspace},
};

/// The limit of a first visit in bytes: the program and its JavaScript, compressed by brotli. The goal is 130,000; the limit
/// is close to the present size, so that it does not grow.
const MAX_FIRST_VISIT: u64 = 59_000;

/// Crates that must not be part of the browser's program, by the prefix of their names.
const SERVER_ONLY: [&str; 4] = ["sqlx", "tokio", "axum", "hyper"];

/// Runs all checks, and builds the site to measure it.
pub fn run(workspace: &Workspace) -> Result<()> {
    step_with_output("cargo fmt", || {
        process::run(workspace.cargo("fmt").args(["--all", "--check"]))
    })?;
    step("dependencies of the browser's program", || {
        browser_dependencies(workspace)
    })?;
    supply_chain::check(workspace)?;
    optional(workspace, "machete", &[])?;

    site::prepare()?;
    // Both end in long steps on one processor: the last crates, and the optimisation of the whole WebAssembly program. They lock
    // different directories, because their profiles differ.
    thread::scope(|scope| {
        let site = scope.spawn(|| site::build(workspace, Tooling::Required));
        let lints = lints(workspace);
        let site = site.join().ok().context("the build of the site panicked");
        lints.and(site?)
    })?;
    let visit = FirstVisit::measure()?;
    if visit.bytes() > MAX_FIRST_VISIT {
        bail!(
            "a first visit loads {visit}; the limit is {}",
            kilobytes(MAX_FIRST_VISIT)
        );
    }
    Ok(())
}

/// Runs clippy over all crates, and denies warnings.
fn lints(workspace: &Workspace) -> Result<()> {
    let deny = ["--", "--deny", "warnings"];
    step_with_output("clippy, server", || {
        process::run(
            workspace
                .cargo("clippy")
                .args(SERVER_SIDE)
                .arg("--all-targets")
                .args(deny),
        )
    })?;
    step_with_output("clippy, browser", || {
        process::run(
            workspace
                .cargo("clippy")
                .args(["--package", "frontend", "--target", WASM])
                .args(deny),
        )
    })?;
    step_with_output("clippy, xtask", || {
        process::run(
            workspace
                .cargo("clippy")
                .args(["--package", "xtask", "--all-targets"])
                .args(deny),
        )
    })
}

/// Checks that no crate of the server is part of the browser's program.
fn browser_dependencies(workspace: &Workspace) -> Result<()> {
    let mut tree = workspace.cargo("tree");
    tree.args([
        "--package",
        "frontend",
        "--target",
        WASM,
        "--edges",
        "normal",
        "--prefix",
        "none",
    ]);
    let tree = process::output(&mut tree)?;
    let mut forbidden: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| is_server_only(name))
        .collect();
    forbidden.sort_unstable();
    forbidden.dedup();
    if !forbidden.is_empty() {
        bail!("the browser's program depends on {}", forbidden.join(", "));
    }
    Ok(())
}

fn is_server_only(name: &str) -> bool {
    SERVER_ONLY.iter().any(|start| {
        name.strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    })
}

/// Runs a check that is skipped if its program is not installed.
fn optional(workspace: &Workspace, subcommand: &str, arguments: &[&str]) -> Result<()> {
    let name = format!("cargo {subcommand}");
    if find_program(&format!("cargo-{subcommand}")).is_none() {
        info(&format!("{name}: skipped, not installed"));
        return Ok(());
    }
    step(&name, || {
        process::output(workspace.cargo(subcommand).args(arguments))
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::is_server_only;

    #[test]
    fn a_crate_of_the_server_is_recognised_by_the_prefix_of_its_name() {
        assert!(
            is_server_only("sqlx") && is_server_only("sqlx-core") && is_server_only("axum-core")
        );
        assert!(!is_server_only("leptos_axum_free") && !is_server_only("tokens"));
    }
}
