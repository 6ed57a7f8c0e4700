//! The operating system: the current user, and packages of Debian.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result};

use crate::{
    process::{self, find_program},
    step::step,
};

/// Whether this process runs as root.
pub fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

/// Whether Debian packages can be installed: the system is Debian, and this process runs as root.
pub fn can_install() -> bool {
    Path::new("/etc/debian_version").exists() && find_program("apt-get").is_some() && is_root()
}

/// Installs Debian packages, without the packages that they only recommend.
pub fn install(packages: &[&str]) -> Result<()> {
    let list = packages.join(" ");
    step(&format!("apt-get install {list}"), || {
        process::output(apt().arg("update")).context("cannot update Debian's package lists")?;
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
