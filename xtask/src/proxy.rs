//! Proxies for the tests that put one in front of the gate or of PostgreSQL.

use std::{env, path::PathBuf};

use anyhow::{Context as _, Result};

use crate::{process::find_program, system};

/// Each proxy with the variable that passes its path to the tests. If the variable is set, tests of the proxy are never
/// skipped; otherwise they are skipped where the proxy is not installed.
pub const PROXIES: [(&str, &str); 3] = [
    ("nginx", "LATCHKEY_TEST_NGINX"),
    ("caddy", "LATCHKEY_TEST_CADDY"),
    ("pgbouncer", "LATCHKEY_TEST_PGBOUNCER"),
];

/// Returns the path of a proxy's program, after installing Debian's package if there is none.
pub fn ensure(name: &str, variable: &str) -> Result<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Ok(named.into());
    }
    if let Some(program) = installed(name) {
        return Ok(program);
    }
    if system::can_install() {
        system::install(&[name])?;
    }
    installed(name).with_context(|| format!("{name} is not installed"))
}

/// Debian installs some of them into a folder that is not in `PATH`.
fn installed(name: &str) -> Option<PathBuf> {
    let system = PathBuf::from("/usr/sbin").join(name);
    find_program(name).or_else(|| system.is_file().then_some(system))
}
