//! Builds the WebAssembly program and its JavaScript: `frontend.wasm` is split, then processed by wasm-bindgen, wasm-opt and
//! esbuild.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::{
    files::{self, Stamp},
    process::output,
    site::{PACKAGE, imports, split, tools::Tools},
    step::step,
};

const COMPILED: &str = "target/wasm32-unknown-unknown/wasm-release/frontend.wasm";

/// The output of `split`.
const SPLIT: &str = "target/site-work/split";
/// The output of wasm-bindgen.
const BOUND: &str = "target/site-work/bound";
/// The files for the site.
const FINISHED: &str = "target/site-work/finished";

/// Features that rustc enables for WebAssembly, and that browsers have had since 2022.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Builds `latchkey.wasm`, `latchkey.js` and the chunks, and returns the paths of all files.
pub fn build(tools: Option<&Tools>) -> Result<BTreeSet<PathBuf>> {
    let compiled = files::read(Path::new(COMPILED))?;
    let versions = tools.map_or(&b"none"[..], |tools| &tools.versions);
    let stamp = Stamp::new(
        "program",
        &[&compiled, versions, FEATURES.concat().as_bytes()],
    );
    if !stamp.is_fresh(&[&Path::new(FINISHED).join("latchkey.js")]) {
        for folder in [SPLIT, BOUND, FINISHED] {
            clear(Path::new(folder))?;
        }
        step("split", || {
            split::split(&compiled, stamp.version(), Path::new(SPLIT))
        })?;
        step("wasm-bindgen", wasm_bindgen)?;
        match tools {
            Some(tools) => {
                step("wasm-opt", || wasm_opt(tools))?;
                step("esbuild", || esbuild(tools))?;
            }
            None => copy_unoptimized()?,
        }
        stamp.save()?;
    }
    let mut produced = BTreeSet::new();
    for path in files::list(Path::new(FINISHED))? {
        let copy = Path::new(PACKAGE).join(path.strip_prefix(FINISHED)?);
        files::write(&copy, &files::read(&path)?)?;
        produced.insert(copy);
    }
    Ok(produced)
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

/// Copies a file to `FINISHED`.
fn copy(folder: &str, name: &str, finished: &str) -> Result<()> {
    files::write(
        &Path::new(FINISHED).join(finished),
        &files::read(&Path::new(folder).join(name))?,
    )
}

fn wasm_bindgen() -> Result<()> {
    let output = Bindgen::new()
        .input_path(Path::new(SPLIT).join(split::MAIN))
        .web(true)?
        .out_name("latchkey")
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The chunks import them.
        .keep_lld_exports(true)
        // The page passes the file's name.
        .omit_default_module_path(true)
        .generate_output()?;
    imports::emit_shortened(output, Path::new(BOUND), "latchkey.js")?;
    let loader = Path::new(BOUND).join(split::LOADER);
    files::write(
        &loader,
        &files::read(&Path::new(SPLIT).join(split::LOADER))?,
    )
}

/// Returns the file names of the chunks.
fn chunks() -> Result<Vec<String>> {
    Ok(files::list(Path::new(SPLIT))?
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "wasm"))
        .filter_map(|path| path.file_name()?.to_str())
        .filter(|name| *name != split::MAIN)
        .map(str::to_owned)
        .collect())
}

fn wasm_opt(tools: &Tools) -> Result<()> {
    let bound = Path::new(BOUND).join("latchkey_bg.wasm");
    let mut programs = vec![(bound, "latchkey.wasm".to_owned())];
    programs.extend(
        chunks()?
            .into_iter()
            .map(|name| (Path::new(SPLIT).join(&name), name)),
    );
    for (program, finished) in programs {
        let mut command = tools.wasm_opt();
        command
            .args([
                "-Oz",
                "--strip-debug",
                "--strip-producers",
                "--strip-target-features",
            ])
            .args(FEATURES)
            .arg(program)
            .arg("-o")
            .arg(Path::new(FINISHED).join(finished));
        output(&mut command)?;
    }
    Ok(())
}

fn esbuild(tools: &Tools) -> Result<()> {
    let mut command = tools.esbuild();
    // `--bundle` includes the loader and the JavaScript snippets of crates.
    command.args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2022",
        "--legal-comments=none",
        "--log-level=warning",
    ]);
    output(
        command
            .arg(format!("--outfile={FINISHED}/latchkey.js"))
            .arg(Path::new(BOUND).join("latchkey.js")),
    )?;
    Ok(())
}

/// Copies the files without optimization: they are larger and more, and behave the same.
fn copy_unoptimized() -> Result<()> {
    copy(BOUND, "latchkey_bg.wasm", "latchkey.wasm")?;
    for path in files::list(Path::new(BOUND))? {
        if path.extension().is_some_and(|kind| kind == "js") {
            let name = path.strip_prefix(BOUND)?.to_string_lossy().into_owned();
            copy(BOUND, &name, &name)?;
        }
    }
    for name in chunks()? {
        copy(SPLIT, &name, &name)?;
    }
    Ok(())
}
