//! Cuts the program where the app says so (`app/src/page/lazy.rs`): what only a later page needs becomes files of its own,
//! which the glue fetches when that page is opened.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use crate::files;

/// The program without the later pages, beneath the folder that [`split`] was given.
pub const MAIN: &str = "main.wasm";

/// What the glue calls to fetch the rest.
pub const LOADER: &str = "__wasm_split.js";

/// Which files belong to which chunk; the server reads it, and tells browsers early. Under the name that cargo-leptos
/// gives it, Leptos would look for a loader beside it, which is inside the glue here.
pub const MANIFEST: &str = "chunks.json";

/// Writes the parts into the folder. Every later file has `version` in its name: a page that was opened before a
/// deployment finds none instead of one that does not fit.
pub fn split(compiled: &[u8], version: &str, folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let main = folder.join(MAIN);
    let link = format!("./{LOADER}");
    let mut options = Options::new(compiled);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.main_module = "./latchkey.js";
    options.link_name = &link;
    options.emit_dwarf = false;
    let parts =
        transform(options).map_err(|error| anyhow!("cannot split the program: {error:?}"))?;

    let loader = folder.join(LOADER);
    let mut glue = String::from_utf8(files::read(&loader)?).context("the loader is not text")?;
    for part in &parts.split_modules {
        let name = stem(part)?;
        let new = versioned(name, version);
        fs::rename(part, folder.join(format!("{new}.wasm")))
            .with_context(|| format!("cannot rename {}", part.display()))?;
        glue = glue.replace(&format!("\"./{name}.wasm\""), &format!("\"./{new}.wasm\""));
    }
    files::write(&loader, glue.as_bytes())?;

    let chunks: BTreeMap<_, Vec<_>> = parts
        .prefetch_map
        .iter()
        .map(|(chunk, names)| {
            (
                chunk,
                names.iter().map(|name| versioned(name, version)).collect(),
            )
        })
        .collect();
    // Names are letters, digits and underscores: their `Debug` is JSON.
    files::write(&folder.join(MANIFEST), format!("{chunks:?}").as_bytes())
}

fn stem(path: &Path) -> Result<&str> {
    path.file_stem()
        .and_then(|name| name.to_str())
        .with_context(|| format!("{} has no name", path.display()))
}

fn versioned(name: &str, version: &str) -> String {
    format!("{name}-{version}")
}
