//! What can be said without running the program.

use anyhow::{Result, bail};

use crate::{
    process::{self, find},
    site::{self, FirstVisit, Tooling, kilobytes},
    step::{loud, note, step},
    supply,
    workspace::{SERVER_SIDE, WASM, Workspace},
};

/// What a first visit may cost, in bytes: the program and its glue, compressed by brotli. The goal is 250,000; this is
/// where it stands, so that it does not grow further.
const FIRST_VISIT_LIMIT: u64 = 290_000;

/// Crates that have no business in a browser, by the beginning of their name.
const SERVER_ONLY: [&str; 4] = ["sqlx", "tokio", "axum", "hyper"];

/// Format, lints, dependencies; then builds the site and weighs it.
pub fn all(workspace: &Workspace) -> Result<()> {
    loud("cargo fmt", || {
        process::run(workspace.cargo("fmt").args(["--all", "--check"]))
    })?;
    step("the browser's dependencies", || {
        browser_dependencies(workspace)
    })?;
    supply::check(workspace)?;
    optional(workspace, "machete", &[])?;

    site::prepare()?;
    let deny = ["--", "--deny", "warnings"];
    loud("clippy, the server's side", || {
        process::run(
            workspace
                .cargo("clippy")
                .args(SERVER_SIDE)
                .arg("--all-targets")
                .args(deny),
        )
    })?;
    loud("clippy, the browser's side", || {
        process::run(
            workspace
                .cargo("clippy")
                .args(["--package", "frontend", "--target", WASM])
                .args(deny),
        )
    })?;
    loud("clippy, xtask", || {
        process::run(
            workspace
                .cargo("clippy")
                .args(["--package", "xtask", "--all-targets"])
                .args(deny),
        )
    })?;

    site::build(workspace, Tooling::Required)?;
    let visit = FirstVisit::measure()?;
    if visit.bytes() > FIRST_VISIT_LIMIT {
        bail!(
            "a first visit loads {visit}; the limit is {}",
            kilobytes(FIRST_VISIT_LIMIT)
        );
    }
    Ok(())
}

/// The domain is shared with the browser; what stores and serves is not.
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
    let mut strangers: Vec<_> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| is_server_only(name))
        .collect();
    strangers.sort_unstable();
    strangers.dedup();
    if !strangers.is_empty() {
        bail!("the browser's half depends on {}", strangers.join(", "));
    }
    Ok(())
}

fn is_server_only(name: &str) -> bool {
    SERVER_ONLY.iter().any(|start| {
        name.strip_prefix(start)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    })
}

/// A check by a program that not everybody has.
fn optional(workspace: &Workspace, subcommand: &str, arguments: &[&str]) -> Result<()> {
    let name = format!("cargo {subcommand}");
    if find(&format!("cargo-{subcommand}")).is_none() {
        note(&format!("{name}: skipped, not installed"));
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
    fn a_crate_of_the_server_is_known_by_the_beginning_of_its_name() {
        assert!(
            is_server_only("sqlx") && is_server_only("sqlx-core") && is_server_only("axum-core")
        );
        assert!(!is_server_only("leptos_axum_free") && !is_server_only("tokens"));
    }
}
