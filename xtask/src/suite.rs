//! Every test: those of Rust, and those of a browser against the real server, both with a throw-away `PostgreSQL`.

use anyhow::Result;

use crate::{
    browser, check,
    postgres::Postgres,
    process::{self, find},
    proxy, server,
    site::{self, Tooling},
    step::loud,
    workspace::{SERVER_SIDE, Workspace},
};

/// Which tests to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parts {
    /// The checks, and both kinds of tests.
    All,
    /// The tests of Rust alone.
    Rust,
    /// The tests in a browser alone.
    Browser,
}

/// Runs the tests whose names hold the filter; all of them without one.
pub fn run(workspace: &Workspace, parts: Parts, filter: Option<&str>) -> Result<()> {
    match parts {
        Parts::All => check::all(workspace)?,
        Parts::Browser => site::build(workspace, Tooling::Required)?,
        Parts::Rust => site::prepare()?,
    }
    let postgres = Postgres::start()?;
    if parts != Parts::Browser {
        rust(workspace, &postgres, filter)?;
    }
    if parts != Parts::Rust {
        server::build(workspace)?;
        browser::test(&postgres, filter)?;
    }
    Ok(())
}

fn rust(workspace: &Workspace, postgres: &Postgres, filter: Option<&str>) -> Result<()> {
    let nextest = find("cargo-nextest").is_some();
    let mut cargo = workspace.cargo(if nextest { "nextest" } else { "test" });
    if nextest {
        cargo.arg("run");
    }
    cargo
        .args(SERVER_SIDE)
        .env(Postgres::VARIABLE, postgres.url());
    if let Some(programs) = postgres.programs() {
        cargo.env(Postgres::PROGRAMS_VARIABLE, programs);
    }
    for (name, variable) in proxy::ALL {
        cargo.env(variable, proxy::ensure(name, variable)?);
    }
    match filter {
        // With a filter the tests may all be the browser's.
        Some(filter) if nextest => cargo.args(["--no-tests", "pass", filter]),
        Some(filter) => cargo.args(["--lib", "--bins", "--tests", filter]),
        None if nextest => &mut cargo,
        None => cargo.args(["--lib", "--bins", "--tests"]),
    };
    loud("tests of Rust", || process::run(&mut cargo))?;
    loud("tests of xtask", || {
        process::run(
            workspace
                .cargo("test")
                .args(["--package", "xtask", "--target-dir", "target/xtask"])
                .args(filter),
        )
    })
}
