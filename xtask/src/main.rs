//! Builds, checks, tests and measures the project, for developers and CI: see `cargo xtask --help`.
//!
//! It requires Rust only. Whatever else a command needs (the WebAssembly target, npm packages, PostgreSQL, proxies, a
//! browser) is used where it is installed, and installed where possible.

mod bench;
mod browser;
mod cargo_tool;
mod check;
mod files;
mod fuzz;
mod history;
mod http_client;
mod installation;
mod kill;
mod latchkey;
mod mutants;
mod npm;
mod postgres;
mod process;
mod proxy;
mod sbom;
mod site;
mod step;
mod supply_chain;
mod system;
mod test;
mod toolchain;
mod workspace;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};

use crate::{bench::Part, site::Tooling, test::Selection, workspace::Workspace};

/// Builds, checks, tests and measures Latchkey.
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, PartialEq, Eq, Subcommand)]
enum Command {
    /// Build the site and the server, then run `latchkey demo`, or `latchkey` with the given arguments
    Run {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build the site and the server for deployment: target/release/latchkey
    Build,
    /// Build the browser's files only: target/site
    Site,
    /// Check the format, lints, dependencies and the size of a first visit
    ///
    /// The database of known vulnerabilities is fetched from GitHub; `LATCHKEY_ADVISORIES=skip` skips it.
    Check,
    /// Run the checks, then all tests
    Test {
        /// Run only the Rust tests
        #[arg(long, conflicts_with = "browser")]
        rust: bool,
        /// Run only the browser tests
        #[arg(long)]
        browser: bool,
        /// Run only tests whose name contains this text
        filter: Option<String>,
    },
    /// Measure a release build: one part, or the gate and the pages (first byte, first visit, Lighthouse) if none is named
    Bench { part: Option<Part> },
    /// Kill the server repeatedly under load, and check after each kill that nothing was lost
    Kill {
        /// The number of kills
        #[arg(value_name = "N", default_value_t = kill::DEFAULT_KILLS)]
        kills: usize,
    },
    /// Check the history of calls and revocations on three nodes while they and PostgreSQL fail
    History(history::Options),
    /// Run every fuzz target
    Fuzz {
        /// The time for each target
        #[arg(default_value_t = fuzz::DEFAULT_SECONDS)]
        seconds: u32,
    },
    /// Run mutation tests, which take hours
    Mutants {
        /// Mutate only this crate
        #[arg(value_name = "CRATE", value_parser = mutants::packages())]
        package: Option<String>,
        /// Run only this shard, for example 3/16
        shard: Option<String>,
    },
    /// Write a software bill of materials in `CycloneDX` format
    Sbom {
        #[arg(default_value = sbom::DEFAULT_FILE)]
        file: PathBuf,
    },
    /// Find or install a toolchain that builds WebAssembly, and print which one is used
    Toolchain,
}

fn main() -> ExitCode {
    match perform(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(command: Command) -> Result<()> {
    enter_root()?;
    let workspace = Workspace::open()?;
    match command {
        Command::Run { arguments } => {
            site::build(&workspace, Tooling::Optional)?;
            latchkey::run(&workspace, &arguments)
        }
        Command::Build => {
            site::build(&workspace, Tooling::Required)?;
            latchkey::build_release(&workspace)
        }
        Command::Site => site::build(&workspace, Tooling::Optional),
        Command::Check => check::run(&workspace),
        Command::Test {
            rust,
            browser,
            filter,
        } => {
            let selection = match (rust, browser) {
                (true, _) => Selection::Rust,
                (_, true) => Selection::Browser,
                _ => Selection::All,
            };
            test::run(&workspace, selection, filter.as_deref())
        }
        Command::Bench { part } => bench::run(&workspace, part),
        Command::Kill { kills } => kill::run(&workspace, kills),
        Command::History(options) => history::run(&workspace, &options),
        Command::Fuzz { seconds } => fuzz::run(&workspace, seconds),
        Command::Mutants { package, shard } => {
            mutants::run(&workspace, package.as_deref(), shard.as_deref())
        }
        Command::Sbom { file } => sbom::write(&workspace, &file),
        Command::Toolchain => {
            println!("{}", workspace.describe()?);
            Ok(())
        }
    }
}

/// Changes to the workspace's root: all paths in this program are relative to it.
fn enter_root() -> Result<()> {
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = manifest.parent().map(Path::to_owned);
    let root = root.context("the manifest's folder has no parent")?;
    std::env::set_current_dir(&root).with_context(|| format!("cannot enter {}", root.display()))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Arguments, Command};
    use crate::bench::Part;

    fn parse(line: &str) -> Option<Command> {
        let words = ["xtask"].into_iter().chain(line.split_whitespace());
        Arguments::try_parse_from(words)
            .ok()
            .map(|arguments| arguments.command)
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn arguments_of_run_are_passed_on_with_or_without_a_separator() {
        let serve = || Command::Run {
            arguments: ["serve", "--help"].map(str::to_owned).into(),
        };
        assert_eq!(parse("run serve --help"), Some(serve()));
        assert_eq!(parse("run -- serve --help"), Some(serve()));
        assert_eq!(parse("run"), Some(Command::Run { arguments: vec![] }));
    }

    #[test]
    fn omitted_arguments_have_the_documented_defaults() {
        assert_eq!(parse("kill"), Some(Command::Kill { kills: 100 }));
        assert_eq!(parse("fuzz"), Some(Command::Fuzz { seconds: 60 }));
        assert_eq!(parse("bench"), Some(Command::Bench { part: None }));
        let file = "target/latchkey.cdx.json".into();
        assert_eq!(parse("sbom"), Some(Command::Sbom { file }));
    }

    #[test]
    fn a_part_a_crate_and_a_shard_can_be_chosen() {
        let part = Some(Part::Gate);
        assert_eq!(parse("bench gate"), Some(Command::Bench { part }));
        let chosen = Command::Mutants {
            package: Some("domain".to_owned()),
            shard: Some("3/16".to_owned()),
        };
        assert_eq!(parse("mutants domain 3/16"), Some(chosen));
    }

    #[test]
    fn unknown_and_contradictory_arguments_are_refused() {
        for line in [
            "",
            "deploy",
            "bench all",
            "fuzz soon",
            "history --fault all --other latchkey",
            "mutants xtask",
            "test --rust --browser",
            "test one two",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
