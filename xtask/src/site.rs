//! Builds the browser's files in `target/site`: `public/*` at its root, and in `pkg/` the WebAssembly program, its JavaScript
//! and the styles, each with a brotli and a gzip version.
//!
//! The names are those that Leptos uses in a page: `pkg/latchkey.js`, `pkg/latchkey.wasm`, `pkg/latchkey.css`.

mod compress;
mod imports;
mod split;
mod styles;
mod tools;
mod wasm;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use crate::{
    files,
    step::{info, step_with_output},
    toolchain::WASM,
    workspace::Workspace,
};

pub use crate::site::tools::Tooling;

/// The site's folder. The server compiles only if it exists.
pub const SITE: &str = "target/site";

/// The folder of the program and the styles.
pub const PACKAGE: &str = "target/site/pkg";

/// Builds the site from `frontend`, `style` and `public`. Unchanged files are not written.
pub fn build(workspace: &Workspace, tooling: Tooling) -> Result<()> {
    let tools = tools::ensure(tooling)?;
    prepare()?;
    step_with_output("compile the browser's program", || {
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
            // `split` needs relocations and names. wasm-bindgen removes them.
            "-Clink-arg=--emit-relocs",
            "-Cstrip=none",
        ]))
    })?;

    let mut produced = wasm::build(tools.as_ref())?;
    produced.extend(styles::build(tools.as_ref())?);
    produced.extend(copy_public()?);
    produced.extend(compress::all(&produced)?);
    remove_stale(&produced)?;
    info(&format!(
        "site: {SITE}, first visit {}",
        FirstVisit::measure()?
    ));
    Ok(())
}

/// Creates the site's folder, which may be empty, so that the server compiles.
pub fn prepare() -> Result<()> {
    fs::create_dir_all(PACKAGE).with_context(|| format!("cannot create {PACKAGE}"))
}

/// The compressed size of the program as the list of keys needs it. Forms and live views are chunks of their own.
pub struct FirstVisit {
    wasm: u64,
    javascript: u64,
}

impl FirstVisit {
    /// Reads the sizes of the files of the last build.
    pub fn measure() -> Result<Self> {
        let size = |name: &str| {
            let path = Path::new(PACKAGE).join(name);
            fs::metadata(&path)
                .map(|metadata| metadata.len())
                .with_context(|| format!("cannot read {}", path.display()))
        };
        Ok(Self {
            wasm: size("latchkey.wasm.br")?,
            javascript: size("latchkey.js.br")?,
        })
    }

    /// Returns the total in bytes.
    pub fn bytes(&self) -> u64 {
        self.wasm + self.javascript
    }
}

impl std::fmt::Display for FirstVisit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [total, wasm, javascript] = [self.bytes(), self.wasm, self.javascript].map(kilobytes);
        write!(f, "{total} (wasm {wasm}, JavaScript {javascript}, brotli)")
    }
}

/// Formats a size in units of 1,000 bytes, for example `180.3 KB`.
pub fn kilobytes(bytes: u64) -> String {
    format!("{}.{} KB", bytes / 1000, bytes % 1000 / 100)
}

fn copy_public() -> Result<BTreeSet<PathBuf>> {
    let from = Path::new("public");
    let mut produced = BTreeSet::new();
    for path in files::list(from)? {
        let copy = Path::new(SITE).join(path.strip_prefix(from)?);
        files::write(&copy, &files::read(&path)?)?;
        produced.insert(copy);
    }
    Ok(produced)
}

/// Removes files of earlier builds, which would be served otherwise.
fn remove_stale(produced: &BTreeSet<PathBuf>) -> Result<()> {
    for path in files::list(Path::new(SITE))?.difference(produced) {
        fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}
