//! The program and its glue: `frontend.wasm` through wasm-bindgen, wasm-opt and esbuild.

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
    site::{PACKAGE, tools::Tools},
    step::step,
};

const COMPILED: &str = "target/wasm32-unknown-unknown/wasm-release/frontend.wasm";

/// Where the steps leave their results before they are complete.
const WORK: &str = "target/site-work";

/// What rustc turns on for every WebAssembly program, and every browser since 2022 has.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Makes `latchkey.wasm` and `latchkey.js` of the site; answers what it made.
pub fn make(tools: Option<&Tools>) -> Result<BTreeSet<PathBuf>> {
    let [wasm, glue] = ["latchkey.wasm", "latchkey.js"].map(|name| Path::new(PACKAGE).join(name));
    let compiled = files::read(Path::new(COMPILED))?;
    let versions = tools.map_or(&b"none"[..], |tools| &tools.versions);
    let stamp = Stamp::new(
        "program",
        &[&compiled, versions, FEATURES.concat().as_bytes()],
    );
    if !stamp.is_fresh(&[&wasm, &glue]) {
        step("wasm-bindgen", bind)?;
        if let Some(tools) = tools {
            step("wasm-opt", || optimise(tools))?;
            step("esbuild", || minify(tools))?;
        }
        files::write(
            &wasm,
            &files::read(&work(if tools.is_some() {
                "latchkey.wasm"
            } else {
                "latchkey_bg.wasm"
            }))?,
        )?;
        files::write(
            &glue,
            &files::read(&work(if tools.is_some() {
                "latchkey.min.js"
            } else {
                "latchkey.js"
            }))?,
        )?;
    }
    let mut produced = BTreeSet::from([wasm, glue]);
    if tools.is_none() {
        // esbuild would have put them into the glue.
        produced.extend(copy_snippets()?);
    }
    stamp.set()?;
    Ok(produced)
}

fn work(name: &str) -> PathBuf {
    Path::new(WORK).join(name)
}

fn bind() -> Result<()> {
    if Path::new(WORK).exists() {
        fs::remove_dir_all(WORK).with_context(|| format!("cannot empty {WORK}"))?;
    }
    Bindgen::new()
        .input_path(COMPILED)
        .web(true)?
        .out_name("latchkey")
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The page names the file itself.
        .omit_default_module_path(true)
        .generate(WORK)
}

fn optimise(tools: &Tools) -> Result<()> {
    let mut command = tools.wasm_opt();
    command
        .args([
            "-Oz",
            "--strip-debug",
            "--strip-producers",
            "--strip-target-features",
        ])
        .args(FEATURES);
    output(
        command
            .arg(work("latchkey_bg.wasm"))
            .arg("-o")
            .arg(work("latchkey.wasm")),
    )?;
    Ok(())
}

fn minify(tools: &Tools) -> Result<()> {
    let mut command = tools.esbuild();
    // `--bundle` brings in the snippets of JavaScript that crates carry.
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
            .arg("--outfile=target/site-work/latchkey.min.js")
            .arg(work("latchkey.js")),
    )?;
    Ok(())
}

fn copy_snippets() -> Result<BTreeSet<PathBuf>> {
    let mut produced = BTreeSet::new();
    for path in files::beneath(&work("snippets"))? {
        let copy = Path::new(PACKAGE).join(path.strip_prefix(WORK)?);
        files::write(&copy, &files::read(&path)?)?;
        produced.insert(copy);
    }
    Ok(produced)
}
