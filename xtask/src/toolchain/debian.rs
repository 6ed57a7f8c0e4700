//! A toolchain from Debian's packages, for machines that reach Debian's servers and not rustup's.
//!
//! Debian ships a recent compiler for its browsers (`rustc-web`) together with the sources of the standard library; the
//! WebAssembly library is compiled from those and put where the compiler looks for it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
};

use anyhow::{Context as _, Result};

use crate::{
    machine,
    process::{find, output},
    toolchain::command,
    workspace::{WASM, clean},
};

/// The name under which rustup knows it.
pub const NAME: &str = "debian";

const PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "rust-web-clippy",
    "rustfmt-web",
];

/// Whether an earlier run has made it.
pub fn is_linked() -> bool {
    find("rustup").is_some()
        && output(clean("rustup").args(["toolchain", "list"])).is_ok_and(|list| {
            list.lines()
                .any(|line| line.split_whitespace().next() == Some(NAME))
        })
}

/// Installs the packages, links them as a toolchain, and compiles the library. About a minute on two cores.
pub fn make() -> Result<()> {
    machine::install(&PACKAGES)?;
    // The compiler calls `rust-lld`, a link to one version of lld, which only a recommended package brings.
    let linker = fs::read_link("/usr/bin/rust-lld")
        .context("Debian's compiler names no linker for WebAssembly")?;
    let linker = linker
        .file_name()
        .context("rust-lld links to no file")?
        .to_string_lossy()
        .into_owned();
    machine::install(&[&linker])?;
    output(clean("rustup").args(["toolchain", "link", NAME, "/usr"]))?;

    let build = env::temp_dir().join(format!("latchkey-std-{}", process::id()));
    let made = compile_library(&build);
    // A folder that stays in the temporary directory is no reason to fail.
    let _ = fs::remove_dir_all(&build);
    made
}

fn compile_library(build: &Path) -> Result<()> {
    output(
        command("cargo", Some(NAME))
            .args([
                "init",
                "--quiet",
                "--lib",
                "--vcs",
                "none",
                "--name",
                "std_for_wasm",
            ])
            .arg(build),
    )?;
    output(
        command("cargo", Some(NAME))
            .current_dir(build)
            .args([
                "build",
                "--quiet",
                "--release",
                "--target",
                WASM,
                "-Zbuild-std=std,panic_abort,panic_unwind,test",
            ])
            .env("RUSTC_BOOTSTRAP", "1")
            // Without the bitcode, `lto = true` has nothing to optimise.
            .env("RUSTFLAGS", "-Cembed-bitcode=yes")
            .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1")
            .env("CARGO_TARGET_DIR", build.join("target")),
    )
    .context("cannot compile the standard library for WebAssembly")?;

    let target = library_folder()?;
    fs::create_dir_all(&target).with_context(|| format!("cannot create {}", target.display()))?;
    let compiled = build.join("target").join(WASM).join("release/deps");
    for entry in
        fs::read_dir(&compiled).with_context(|| format!("cannot read {}", compiled.display()))?
    {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path
            .extension()
            .is_some_and(|extension| extension == "rlib")
            && !name.starts_with("libstd_for_wasm-")
        {
            let copy = target.join(&name);
            fs::copy(&path, &copy).with_context(|| format!("cannot write {}", copy.display()))?;
        }
    }
    Ok(())
}

/// Where the compiler looks for it, emptied: libraries of an older compiler would stand in the way.
fn library_folder() -> Result<PathBuf> {
    let mut rustc: Command = command("rustc", Some(NAME));
    let folder =
        PathBuf::from(output(rustc.args(["--print", "target-libdir", "--target", WASM]))?.trim());
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    Ok(folder)
}
