//! The site's tools of npm: wasm-opt, esbuild, Lightning CSS. Each package ships its program inside itself.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{files, npm, step::note};

/// Whether a site may be made without the tools: then it is larger, and the same otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tooling {
    /// For a look at the program: without Node.js one line says what is left out.
    Optional,
    /// For what is measured, tested or deployed.
    Required,
}

/// The installed tools.
pub struct Tools {
    modules: PathBuf,
    /// The lock file: other versions of the tools make other files.
    pub versions: Vec<u8>,
}

/// Installs the tools that `xtask/npm/package-lock.json` names, into `target/tools`.
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
            // Absolute: the tools also run from other folders.
            let modules = fs::canonicalize(folder.join("node_modules"))
                .context("cannot find the site's tools")?;
            Ok(Some(Tools { modules, versions }))
        }
        (Err(error), Tooling::Optional) => {
            note(&format!(
                "without wasm-opt, esbuild and Lightning CSS: {error:#}"
            ));
            Ok(None)
        }
        (Err(error), Tooling::Required) => Err(error.context("the site's tools are missing")),
    }
}

impl Tools {
    /// Binaryen's optimiser.
    pub fn wasm_opt(&self) -> Command {
        let mut node = Command::new("node");
        node.arg(self.modules.join("binaryen/bin/wasm-opt"));
        node
    }

    /// The minifier of JavaScript.
    pub fn esbuild(&self) -> Command {
        Command::new(self.modules.join(".bin/esbuild"))
    }

    /// The bundler of CSS, from the one package of its kind that npm chose for this machine.
    pub fn lightningcss(&self) -> Result<Command> {
        let own = |path: &PathBuf| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with("lightningcss-cli-"))
        };
        let entries = fs::read_dir(&self.modules).context("cannot read the site's tools")?;
        let package = entries
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .find(own)
            .context("Lightning CSS ships no program for this machine")?;
        Ok(Command::new(package.join("lightningcss")))
    }
}
