//! Makes a toolchain from Debian packages, for machines with access to Debian's servers but not to rustup's.
//!
//! Debian packages a recent compiler for its browsers (`rustc-web`) and the sources of the standard library. The standard
//! library for WebAssembly is compiled from them and copied to the folder where the compiler looks for it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{self, Command},
};

use anyhow::{Context as _, Result};

use crate::{
    process::{command_with_clean_environment, find_program, output},
    system,
    toolchain::{WASM, command},
};

/// The toolchain's name in rustup.
pub const NAME: &str = "debian";

const PACKAGES: [&str; 6] = [
    "rustc-web",
    "cargo-web",
    "rust-web-src",
    "rust-web-llvm",
    "rust-web-clippy",
    "rustfmt-web",
];

/// Whether an earlier run has made the toolchain.
pub fn is_linked() -> bool {
    find_program("rustup").is_some()
        && output(command_with_clean_environment("rustup").args(["toolchain", "list"])).is_ok_and(
            |list| {
                list.lines()
                    .any(|line| line.split_whitespace().next() == Some(NAME))
            },
        )
}

/// Installs the packages, links them as a toolchain, and compiles the standard library, in about a minute on two cores.
pub fn make() -> Result<()> {
    system::install(&PACKAGES)?;
    // The compiler calls `rust-lld`, a link to one version of lld, whose package is only recommended.
    let linker = fs::read_link("/usr/bin/rust-lld")
        .context("/usr/bin/rust-lld is not a link to a linker")?;
    let linker = linker
        .file_name()
        .context("/usr/bin/rust-lld does not link to a file")?
        .to_string_lossy()
        .into_owned();
    system::install(&[&linker])?;
    output(command_with_clean_environment("rustup").args(["toolchain", "link", NAME, "/usr"]))?;

    let build = env::temp_dir().join(format!("latchkey-std-{}", process::id()));
    let result = compile_library(&build);
    // A folder left in the temporary directory is not an error.
    let _ = fs::remove_dir_all(&build);
    result
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
            // `lto = true` requires the bitcode.
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

/// Returns the folder where the compiler looks for the library, without the libraries of an older compiler.
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
