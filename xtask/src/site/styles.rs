//! Bundles `style/main.css` and its imports into one file.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    files::{self, Stamp},
    process::output,
    site::{PACKAGE, tools::Tools},
    step::step,
};

const FOLDER: &str = "style";
const ENTRY: &str = "main.css";

/// The oldest supported browsers: the first ones with `light-dark()`.
const BROWSERS: &str = "chrome 123, firefox 120, safari 17.5";

/// Builds `latchkey.css`, and returns the paths of all files. A syntax error in the styles is an error.
pub fn build(tools: Option<&Tools>) -> Result<BTreeSet<PathBuf>> {
    if !Path::new(FOLDER).join(ENTRY).is_file() {
        bail!("{FOLDER}/{ENTRY} is missing");
    }
    match tools {
        Some(tools) => bundle(tools),
        None => copy(),
    }
}

fn bundle(tools: &Tools) -> Result<BTreeSet<PathBuf>> {
    let css = Path::new(PACKAGE).join("latchkey.css");
    let mut inputs = vec![tools.versions.clone(), BROWSERS.into()];
    for path in files::list(Path::new(FOLDER))? {
        inputs.push(path.to_string_lossy().into_owned().into_bytes());
        inputs.push(files::read(&path)?);
    }
    let inputs: Vec<&[u8]> = inputs.iter().map(Vec::as_slice).collect();
    let stamp = Stamp::new("styles", &inputs);
    if !stamp.is_fresh(&[&css]) {
        step("Lightning CSS", || {
            let mut command = tools.lightningcss()?;
            // It reports an error by a panic; the message without a backtrace is sufficient.
            command.env("RUST_BACKTRACE", "0").args([
                "--bundle",
                "--minify",
                "--targets",
                BROWSERS,
            ]);
            let text = output(command.arg(Path::new(FOLDER).join(ENTRY)))
                .context("the styles have a syntax error")?;
            files::write(&css, text.as_bytes())
        })?;
        stamp.save()?;
    }
    Ok(BTreeSet::from([css]))
}

/// Copies the files without bundling: browsers load `@import`s.
fn copy() -> Result<BTreeSet<PathBuf>> {
    let mut produced = BTreeSet::new();
    for path in files::list(Path::new(FOLDER))? {
        let own = path.strip_prefix(FOLDER)?;
        let copy = Path::new(PACKAGE).join(if own == Path::new(ENTRY) {
            Path::new("latchkey.css")
        } else {
            own
        });
        files::write(&copy, &files::read(&path)?)?;
        produced.insert(copy);
    }
    Ok(produced)
}
