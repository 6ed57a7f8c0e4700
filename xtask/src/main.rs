//! The one entry point of people and CI: `cargo xtask run`, `build`, `site`, `check`, `test`, `bench`,
//! `kill`, `fuzz`, `mutants`, `sbom`.
//!
//! It needs Rust alone to start; the WebAssembly target, the site's tools, `PostgreSQL`, the proxies and a browser it finds or installs.

mod bench;
mod browser;
mod check;
mod files;
mod fuzz;
mod kill;
mod machine;
mod mutants;
mod npm;
mod postgres;
mod process;
mod proxy;
mod sbom;
mod server;
mod site;
mod step;
mod suite;
mod supply;
mod toolchain;
mod workspace;

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result, bail};

use crate::{bench::Measured, site::Tooling, suite::Parts, workspace::Workspace};

const USAGE: &str = "\
cargo xtask run [-- ARGS]     build the site and the server, then run `latchkey demo` (or `latchkey ARGS`)
cargo xtask build             the site, and the server as it is deployed: target/release/latchkey
cargo xtask site              the browser's files alone: target/site
cargo xtask check             format, lints, dependencies, and the size of a first visit; LATCHKEY_ADVISORIES=skip leaves out
                              the database of known vulnerabilities, which is fetched from GitHub
cargo xtask test [FILTER]     check, then every test; --rust or --browser chooses one part alone
cargo xtask bench [PART]      measure what is deployed: `pages` (first byte, first visit, Lighthouse), `gate` (a decision), or both
cargo xtask kill [N]          kill the server N times under load (100), and see that nothing is lost
cargo xtask fuzz [N]          make up what strangers send, N seconds (60) for each parser
cargo xtask mutants [CRATE]   change one thing at a time in `domain` or `keyring`, and see that a test notices; hours
                              (`mutants CRATE 3/16` runs one shard)
cargo xtask sbom [FILE]       write what it is made of, in CycloneDX 1.6 (target/latchkey.cdx.json)
cargo xtask toolchain         find or install what builds WebAssembly, and say which toolchain is used";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match perform(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(arguments: &[String]) -> Result<()> {
    let (command, rest) = match arguments {
        [] => ("help", arguments),
        [command, rest @ ..] => (command.as_str(), rest),
    };
    if matches!(command, "help" | "--help" | "-h") {
        println!("{USAGE}");
        return Ok(());
    }
    enter_root()?;
    match (command, rest) {
        ("run", rest) => {
            let workspace = Workspace::open()?;
            site::build(&workspace, Tooling::Optional)?;
            server::run(
                &workspace,
                rest.strip_prefix(&["--".to_owned()]).unwrap_or(rest),
            )
        }
        ("build", []) => {
            let workspace = Workspace::open()?;
            site::build(&workspace, Tooling::Required)?;
            server::release(&workspace)
        }
        ("site", []) => site::build(&Workspace::open()?, Tooling::Optional),
        ("bench", rest) => bench::run(&Workspace::open()?, measured(rest)?),
        ("fuzz", []) => fuzz::run(&Workspace::open()?, fuzz::SECONDS),
        ("fuzz", [seconds]) => {
            let seconds = seconds
                .parse()
                .context("`fuzz` takes a number of seconds")?;
            fuzz::run(&Workspace::open()?, seconds)
        }
        ("mutants", rest @ ([] | [_] | [_, _])) => {
            let word = |n: usize| rest.get(n).map(String::as_str);
            mutants::run(&Workspace::open()?, word(0), word(1))
        }
        ("kill", []) => kill::run(&Workspace::open()?, kill::TIMES),
        ("kill", [times]) => {
            let times = times.parse().context("`kill` takes a number of times")?;
            kill::run(&Workspace::open()?, times)
        }
        ("check", []) => check::all(&Workspace::open()?),
        ("test", rest) => {
            let (parts, filter) = test_arguments(rest)?;
            suite::run(&Workspace::open()?, parts, filter.as_deref())
        }
        ("sbom", [] | [_]) => {
            let workspace = Workspace::open()?;
            sbom::write(&workspace, &sbom::file(rest.first()))
        }
        ("toolchain", []) => {
            let workspace = Workspace::open()?;
            println!("{}", workspace.describe()?);
            Ok(())
        }
        (other, _) => bail!(
            "`{}` is not a command; there are:\n{USAGE}",
            [&[other.to_owned()], rest].concat().join(" ")
        ),
    }
}

fn measured(arguments: &[String]) -> Result<Measured> {
    match arguments {
        [] => Ok(Measured::Everything),
        [part] if part == "pages" => Ok(Measured::Pages),
        [part] if part == "gate" => Ok(Measured::Gate),
        _ => bail!("`bench` measures `pages` or `gate`"),
    }
}

fn test_arguments(arguments: &[String]) -> Result<(Parts, Option<String>)> {
    let mut parts = Parts::All;
    let mut filter = None;
    for argument in arguments {
        match argument.as_str() {
            "--rust" => parts = Parts::Rust,
            "--browser" => parts = Parts::Browser,
            flag if flag.starts_with('-') => {
                bail!("`test` has no flag `{flag}`; it has --rust and --browser")
            }
            _ if filter.is_some() => bail!("`test` takes one filter; quote it if it has spaces"),
            word => filter = Some(word.to_owned()),
        }
    }
    Ok((parts, filter))
}

/// Every path in this program is relative to the workspace's root.
fn enter_root() -> Result<()> {
    let own = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let root = own.parent().context("xtask's own folder has no parent")?;
    std::env::set_current_dir(root).with_context(|| format!("cannot enter {}", root.display()))
}
