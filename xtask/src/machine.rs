//! The machine this runs on: who we are there, and what Debian's packages add to it.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::{
    process::{self, find},
    step::step,
};

/// Whether this process may change the system.
pub fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Whether Debian's packages can be installed: a Debian, and root.
pub fn can_install() -> bool {
    Path::new("/etc/debian_version").exists() && find("apt-get").is_some() && is_root()
}

/// Installs Debian packages, without those they only recommend.
pub fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    step(&format!("apt-get install {list}"), || {
        process::output(apt().arg("update")).context("cannot read Debian's package lists")?;
        process::output(
            apt()
                .args(["install", "--yes", "--no-install-recommends"])
                .args(packages),
        )
        .with_context(|| format!("cannot install {list}"))?;
        Ok(())
    })
}

fn apt() -> Command {
    let mut apt = Command::new("apt-get");
    apt.arg("-q").env("DEBIAN_FRONTEND", "noninteractive");
    apt
}
