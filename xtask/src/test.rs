//! All tests: the Rust tests, and the browser tests of the real server, both with a temporary `PostgreSQL` server.

use anyhow::Result;

use crate::{
    browser, check, latchkey,
    postgres::Postgres,
    process::{self, find_program},
    proxy,
    site::{self, Tooling},
    step::step_with_output,
    workspace::{SERVER_SIDE, Workspace},
};

/// Which tests to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection {
    /// The checks, then both kinds of tests.
    All,
    /// Only the Rust tests.
    Rust,
    /// Only the browser tests.
    Browser,
}

/// Runs the tests whose names contain `filter`, or all tests if there is no filter.
pub fn run(workspace: &Workspace, selection: Selection, filter: Option<&str>) -> Result<()> {
    match selection {
        Selection::All => check::run(workspace)?,
        Selection::Browser => site::build(workspace, Tooling::Required)?,
        Selection::Rust => site::prepare()?,
    }
    let postgres = Postgres::start()?;
    if selection != Selection::Browser {
        rust(workspace, &postgres, filter)?;
    }
    if selection == Selection::Browser {
        // Otherwise the Rust tests have compiled it for their own use. Their dependencies have more features, so that most crates
        // would be compiled a second time here.
        latchkey::build(workspace)?;
    }
    if selection != Selection::Rust {
        browser::test(&postgres, filter)?;
    }
    Ok(())
}

fn rust(workspace: &Workspace, postgres: &Postgres, filter: Option<&str>) -> Result<()> {
    let nextest = find_program("cargo-nextest").is_some();
    let mut cargo = workspace.cargo(if nextest { "nextest" } else { "test" });
    if nextest {
        cargo.arg("run");
    }
    cargo
        .args(SERVER_SIDE)
        .env(Postgres::URL_VARIABLE, postgres.url());
    if let Some(programs) = postgres.programs() {
        cargo.env(Postgres::PROGRAMS_VARIABLE, programs);
    }
    proxy::pass_to(&mut cargo)?;
    match filter {
        // The filter may match browser tests only.
        Some(filter) if nextest => cargo.args(["--no-tests", "pass", filter]),
        Some(filter) => cargo.args(["--lib", "--bins", "--tests", filter]),
        None if nextest => &mut cargo,
        None => cargo.args(["--lib", "--bins", "--tests"]),
    };
    step_with_output("Rust tests", || process::run(&mut cargo))?;
    step_with_output("tests of xtask", || {
        process::run(
            workspace
                .cargo("test")
                .args(["--package", "xtask", "--target-dir", "target/xtask"])
                .args(filter),
        )
    })
}
