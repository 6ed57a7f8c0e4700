//! Splits the program at the functions that the app marks as lazy: code that only some pages need becomes a chunk, a file that
//! is loaded when such a page is opened.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use crate::files;

/// The program without the chunks.
pub const MAIN: &str = "main.wasm";

/// The JavaScript that loads the chunks.
pub const LOADER: &str = "__wasm_split.js";

/// The files of each chunk, which the server reads for preloading. If it had the name that cargo-leptos uses, Leptos would
/// expect a separate loader, which is bundled here.
pub const MANIFEST: &str = "chunks.json";

/// Writes the program and its chunks into the folder. The names of chunks contain `version`, so that a page that was opened
/// before a deployment does not load a chunk of another version.
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
    let mut javascript =
        String::from_utf8(files::read(&loader)?).context("the loader is not text")?;
    for part in &parts.split_modules {
        let name = stem(part)?;
        let new = versioned(name, version);
        fs::rename(part, folder.join(format!("{new}.wasm")))
            .with_context(|| format!("cannot rename {}", part.display()))?;
        javascript =
            javascript.replace(&format!("\"./{name}.wasm\""), &format!("\"./{new}.wasm\""));
    }
    files::write(&loader, javascript.as_bytes())?;

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
    // Names consist of letters, digits, `-` and `_`, so that the `Debug` format is valid JSON.
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
