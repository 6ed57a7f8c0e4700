//! Splits the program at its lazy islands: their code becomes chunks, files that are loaded by the pages that contain them.

use std::{fs, path::Path};

use anyhow::{Context as _, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

use crate::files;

/// The program without the chunks.
pub const MAIN: &str = "main.wasm";

/// The JavaScript that loads the chunks.
pub const LOADER: &str = "__wasm_split.js";

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
    files::write(&loader, javascript.as_bytes())
}

fn stem(path: &Path) -> Result<&str> {
    path.file_stem()
        .and_then(|name| name.to_str())
        .with_context(|| format!("{} has no name", path.display()))
}

fn versioned(name: &str, version: &str) -> String {
    format!("{name}-{version}")
}
