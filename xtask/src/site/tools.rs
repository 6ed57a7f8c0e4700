//! The npm packages that build the site: wasm-opt, esbuild and Lightning CSS. Each package contains its program.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{files, npm, step::info};

/// Whether the site may be built without the tools. It is larger then, and behaves the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tooling {
    /// For development. Without Node.js, a line names the missing tools.
    Optional,
    /// For measuring, testing and deployment.
    Required,
}

/// The installed tools.
pub struct Tools {
    modules: PathBuf,
    /// The lock file's contents, as an input of build steps.
    pub versions: Vec<u8>,
}

/// Installs the tools in `xtask/npm/package-lock.json` into `target/tools`.
pub fn ensure(tooling: Tooling) -> Result<Option<Tools>> {
    let folder = Path::new("target/tools");
    for name in ["package.json", "package-lock.json"] {
        files::write(
            &folder.join(name),
            &files::read(&Path::new("xtask/npm").join(name))?,
        )?;
    }
    match (npm::install(folder), tooling) {
        (Ok(()), _) => {
            let versions = files::read(&folder.join("package-lock.json"))?;
            // An absolute path, because the tools also run in other folders.
            let modules = fs::canonicalize(folder.join("node_modules"))
                .context("cannot find the site's tools")?;
            Ok(Some(Tools { modules, versions }))
        }
        (Err(error), Tooling::Optional) => {
            info(&format!(
                "building without wasm-opt, esbuild and Lightning CSS: {error:#}"
            ));
            Ok(None)
        }
        (Err(error), Tooling::Required) => Err(error.context("the site's tools are missing")),
    }
}

impl Tools {
    /// Returns a command for Binaryen's optimizer.
    pub fn wasm_opt(&self) -> Command {
        let mut node = Command::new("node");
        node.arg(self.modules.join("binaryen/bin/wasm-opt"));
        node
    }

    /// Returns a command for the JavaScript bundler.
    pub fn esbuild(&self) -> Command {
        Command::new(self.modules.join(".bin/esbuild"))
    }

    /// Returns a command for the CSS bundler, whose package depends on the platform.
    pub fn lightningcss(&self) -> Result<Command> {
        let is_lightningcss = |path: &PathBuf| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("lightningcss-cli-"))
        };
        let entries = fs::read_dir(&self.modules).context("cannot read the site's tools")?;
        let package = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .find(is_lightningcss)
            .context("Lightning CSS has no program for this platform")?;
        Ok(Command::new(package.join("lightningcss")))
    }
}
