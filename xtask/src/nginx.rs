//! nginx, for the tests that put it in front of the gate.

use std::{env, path::PathBuf};

use anyhow::{Context as _, Result};

use crate::{machine, process::find};

/// The variable by which the tests find it. Without it they are left out where it is not installed; with it, never.
pub const VARIABLE: &str = "LATCHKEY_TEST_NGINX";

/// The program, after installing Debian's if there is none.
pub fn ensure() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE) {
        return Ok(named.into());
    }
    if let Some(program) = installed() {
        return Ok(program);
    }
    if machine::can_install() {
        machine::install(&["nginx"])?;
    }
    installed().context("nginx is not installed")
}

/// Debian keeps it off the path of people.
fn installed() -> Option<PathBuf> {
    let usual = PathBuf::from("/usr/sbin/nginx");
    find("nginx").or_else(|| usual.is_file().then_some(usual))
}
