//! The program and its glue: `frontend.wasm` cut into parts, then through wasm-bindgen, wasm-opt and esbuild.

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
    site::{PACKAGE, split, tools::Tools},
    step::step,
};

const COMPILED: &str = "target/wasm32-unknown-unknown/wasm-release/frontend.wasm";

/// Where the steps leave their results: the parts, the glue beside the first of them, and what goes into the site.
const PARTS: &str = "target/site-work/parts";
const BOUND: &str = "target/site-work/bound";
const FINISHED: &str = "target/site-work/finished";

/// What rustc turns on for every WebAssembly program, and every browser since 2022 has.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Makes `latchkey.wasm`, `latchkey.js` and the files of the later pages; answers what it made.
pub fn make(tools: Option<&Tools>) -> Result<BTreeSet<PathBuf>> {
    let compiled = files::read(Path::new(COMPILED))?;
    let versions = tools.map_or(&b"none"[..], |tools| &tools.versions);
    let stamp = Stamp::new(
        "program",
        &[&compiled, versions, FEATURES.concat().as_bytes()],
    );
    if !stamp.is_fresh(&[&Path::new(FINISHED).join("latchkey.js")]) {
        for folder in [PARTS, BOUND, FINISHED] {
            empty(Path::new(folder))?;
        }
        step("split", || {
            split::split(&compiled, stamp.version(), Path::new(PARTS))
        })?;
        step("wasm-bindgen", bind)?;
        match tools {
            Some(tools) => {
                step("wasm-opt", || optimise(tools))?;
                step("esbuild", || minify(tools))?;
            }
            None => leave_as_it_is()?,
        }
        copy(PARTS, split::MANIFEST, split::MANIFEST)?;
        stamp.set()?;
    }
    let mut produced = BTreeSet::new();
    for path in files::beneath(Path::new(FINISHED))? {
        let copy = Path::new(PACKAGE).join(path.strip_prefix(FINISHED)?);
        files::write(&copy, &files::read(&path)?)?;
        produced.insert(copy);
    }
    Ok(produced)
}

fn empty(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))
}

/// Copies a file of one of the work's folders into the finished one.
fn copy(folder: &str, name: &str, finished: &str) -> Result<()> {
    files::write(
        &Path::new(FINISHED).join(finished),
        &files::read(&Path::new(folder).join(name))?,
    )
}

fn bind() -> Result<()> {
    Bindgen::new()
        .input_path(Path::new(PARTS).join(split::MAIN))
        .web(true)?
        .out_name("latchkey")
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        // The later pages take them.
        .keep_lld_exports(true)
        // The page names the file itself.
        .omit_default_module_path(true)
        .generate(BOUND)?;
    let loader = Path::new(BOUND).join(split::LOADER);
    files::write(
        &loader,
        &files::read(&Path::new(PARTS).join(split::LOADER))?,
    )
}

/// The files of the later pages.
fn later() -> Result<Vec<String>> {
    Ok(files::beneath(Path::new(PARTS))?
        .iter()
        .filter(|path| path.extension().is_some_and(|kind| kind == "wasm"))
        .filter_map(|path| path.file_name()?.to_str())
        .filter(|name| *name != split::MAIN)
        .map(str::to_owned)
        .collect())
}

fn optimise(tools: &Tools) -> Result<()> {
    let bound = Path::new(BOUND).join("latchkey_bg.wasm");
    let mut programs = vec![(bound, "latchkey.wasm".to_owned())];
    programs.extend(
        later()?
            .into_iter()
            .map(|name| (Path::new(PARTS).join(&name), name)),
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

fn minify(tools: &Tools) -> Result<()> {
    let mut command = tools.esbuild();
    // `--bundle` brings in the loader, and the snippets of JavaScript that crates carry.
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

/// Without the tools: larger, more files, and the same otherwise.
fn leave_as_it_is() -> Result<()> {
    copy(BOUND, "latchkey_bg.wasm", "latchkey.wasm")?;
    for path in files::beneath(Path::new(BOUND))? {
        if path.extension().is_some_and(|kind| kind == "js") {
            let name = path.strip_prefix(BOUND)?.to_string_lossy().into_owned();
            copy(BOUND, &name, &name)?;
        }
    }
    for name in later()? {
        copy(PARTS, &name, &name)?;
    }
    Ok(())
}
