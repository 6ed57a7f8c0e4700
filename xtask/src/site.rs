//! The browser's files, in `target/site`: `public/*` at its root, and in `pkg/` the program, its glue and the styles.
//! Beside each text and the program stand a brotli and a gzip version, which the server sends as they are.
//!
//! The names are those that Leptos's page asks for: `pkg/latchkey.js`, `pkg/latchkey.wasm`, `pkg/latchkey.css`.

mod compress;
mod program;
mod split;
mod styles;
mod tools;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::{
    files,
    step::{loud, note},
    workspace::{WASM, Workspace},
};

pub use crate::site::tools::Tooling;

/// The site's folder. The server compiles only if it exists.
pub const SITE: &str = "target/site";

/// What stands where in the site.
pub const PACKAGE: &str = "target/site/pkg";

/// Makes the site from `frontend`, `style` and `public`; what has not changed is left alone.
pub fn build(workspace: &Workspace, tooling: Tooling) -> Result<()> {
    let tools = tools::ensure(tooling)?;
    prepare()?;
    loud("compile the browser's half", || {
        crate::process::run(workspace.cargo("rustc").args([
            "--package",
            "frontend",
            "--lib",
            "--crate-type",
            "cdylib",
            "--profile",
            "wasm-release",
            "--target",
            WASM,
            "--",
            // Where a function is used, and by what name: `split` cuts along that. wasm-bindgen drops it again.
            "-Clink-arg=--emit-relocs",
            "-Cstrip=none",
        ]))
    })?;

    let mut produced = program::make(tools.as_ref())?;
    produced.extend(styles::make(tools.as_ref())?);
    produced.extend(copy_public()?);
    produced.extend(compress::all(&produced)?);
    remove_others(&produced)?;
    note(&format!(
        "site: {SITE}, first visit {}",
        FirstVisit::measure()?
    ));
    Ok(())
}

/// Creates the site's folder, for a server that is compiled without its site.
pub fn prepare() -> Result<()> {
    fs::create_dir_all(PACKAGE).with_context(|| format!("cannot create {PACKAGE}"))
}

/// What a browser loads before the list of keys can act, compressed; later pages bring their own files.
pub struct FirstVisit {
    program: u64,
    glue: u64,
}

impl FirstVisit {
    /// Reads the sizes of the site as it was last built.
    pub fn measure() -> Result<Self> {
        let size = |name: &str| {
            let path = Path::new(PACKAGE).join(name);
            fs::metadata(&path)
                .map(|metadata| metadata.len())
                .with_context(|| format!("cannot read {}", path.display()))
        };
        Ok(Self {
            program: size("latchkey.wasm.br")?,
            glue: size("latchkey.js.br")?,
        })
    }

    /// Bytes in all.
    pub fn bytes(&self) -> u64 {
        self.program + self.glue
    }
}

impl std::fmt::Display for FirstVisit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [all, program, glue] = [self.bytes(), self.program, self.glue].map(kilobytes);
        write!(f, "{all} (wasm {program}, JavaScript {glue}, brotli)")
    }
}

/// `180.3 KB`, of a thousand bytes each.
pub fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100)
}

fn copy_public() -> Result<BTreeSet<PathBuf>> {
    let from = Path::new("public");
    let mut produced = BTreeSet::new();
    for path in files::beneath(from)? {
        let copy = Path::new(SITE).join(path.strip_prefix(from)?);
        files::write(&copy, &files::read(&path)?)?;
        produced.insert(copy);
    }
    Ok(produced)
}

/// What an earlier build left and this one did not make would be served for ever.
fn remove_others(produced: &BTreeSet<PathBuf>) -> Result<()> {
    for path in files::beneath(Path::new(SITE))?.difference(produced) {
        fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}
