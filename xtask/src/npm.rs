//! Installs npm packages from a committed lock file.

use std::{fs, path::Path, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::{
    process::{find_program, output},
    step::step,
};

/// Installs the packages of the folder's lock file, unless they are installed. Packages' scripts do not run.
pub fn install(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    if !lock.is_file() {
        bail!("{} is missing", lock.display());
    }
    let modified = |path: &Path| fs::metadata(path).and_then(|metadata| metadata.modified());
    let installed = modified(&folder.join("node_modules/.package-lock.json"));
    if installed.is_ok_and(|installed| modified(&lock).is_ok_and(|lock| installed >= lock)) {
        return Ok(());
    }
    if find_program("node").is_none() || find_program("npm").is_none() {
        bail!("Node.js (`node` and `npm`) is not installed");
    }
    step(&format!("npm ci in {}", folder.display()), || {
        let mut npm = Command::new("npm");
        npm.current_dir(folder).args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ]);
        output(&mut npm)
            .with_context(|| format!("cannot install the packages of {}", folder.display()))?;
        Ok(())
    })
}
