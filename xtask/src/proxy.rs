//! Proxies, for the tests that put them in front of the gate or of PostgreSQL.

use std::{env, path::PathBuf};

use anyhow::{Context as _, Result};

use crate::{machine, process::find};

/// Each with the variable by which the tests find it. Without it they are left out where it is not installed; with it,
/// never.
pub const ALL: [(&str, &str); 3] = [
    ("nginx", "LATCHKEY_TEST_NGINX"),
    ("caddy", "LATCHKEY_TEST_CADDY"),
    ("pgbouncer", "LATCHKEY_TEST_PGBOUNCER"),
];

/// A proxy's program, after installing Debian's if there is none.
pub fn ensure(name: &str, variable: &str) -> Result<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Ok(named.into());
    }
    if let Some(program) = installed(name) {
        return Ok(program);
    }
    if machine::can_install() {
        machine::install(&[name])?;
    }
    installed(name).with_context(|| format!("{name} is not installed"))
}

/// Debian keeps some off the path of people.
fn installed(name: &str) -> Option<PathBuf> {
    let usual = PathBuf::from("/usr/sbin").join(name);
    find(name).or_else(|| usual.is_file().then_some(usual))
}
