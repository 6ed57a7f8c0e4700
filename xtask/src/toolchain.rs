//! One toolchain that builds both halves: the server for this machine, the browser's half for WebAssembly.

mod debian;

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    machine, process,
    process::find,
    step::{loud, step},
    workspace::{WASM, clean},
};

/// The name of a toolchain that builds WebAssembly (`None` is the default one), after installing what lacks.
///
/// `LATCHKEY_TOOLCHAIN` names one explicitly. Otherwise, in this order: the toolchain an earlier run made from Debian's
/// packages, the default one, the default one with rustup's WebAssembly library added, one made from Debian's packages.
pub fn ensure() -> Result<Option<String>> {
    if let Ok(name) = env::var("LATCHKEY_TOOLCHAIN") {
        if builds_wasm(Some(&name))? {
            return Ok(Some(name));
        }
        bail!(
            "the toolchain `{name}` of LATCHKEY_TOOLCHAIN cannot build {WASM}; try `rustup target add {WASM} --toolchain {name}`"
        );
    }
    if debian::is_linked() && builds_wasm(Some(debian::NAME))? {
        return Ok(Some(debian::NAME.to_owned()));
    }
    if builds_wasm(None)? {
        return Ok(None);
    }
    let rustup = find("rustup").is_some();
    if rustup && step("add rustup's WebAssembly target", || Ok(add_target()))? && builds_wasm(None)?
    {
        return Ok(None);
    }
    if rustup && machine::can_install() {
        loud(
            "make a toolchain with WebAssembly from Debian's packages",
            debian::make,
        )?;
        if builds_wasm(Some(debian::NAME))? {
            return Ok(Some(debian::NAME.to_owned()));
        }
        bail!("the toolchain made from Debian's packages still cannot build {WASM}");
    }
    bail!("this Rust cannot build {WASM}; install its library with `rustup target add {WASM}`")
}

/// `cargo` or `rustc` of a toolchain, called by name as a person would.
pub fn command(program: &str, toolchain: Option<&str>) -> Command {
    let mut command = clean(program);
    if let Some(name) = toolchain {
        command.env("RUSTUP_TOOLCHAIN", name);
    }
    command
}

/// Compiles and links an empty library: a library of another compiler's version, or no linker, is as bad as none.
fn builds_wasm(toolchain: Option<&str>) -> Result<bool> {
    let probe = Path::new("target/probe");
    fs::create_dir_all(probe).context("cannot create target/probe")?;
    fs::write(probe.join("lib.rs"), "").context("cannot write target/probe/lib.rs")?;
    Ok(process::succeeds(
        command("rustc", toolchain)
            .args(["--crate-type", "cdylib", "--target", WASM, "--out-dir"])
            .arg(probe)
            .arg(probe.join("lib.rs")),
    ))
}

/// Whether rustup says it added the target; where its server is out of reach it says no.
fn add_target() -> bool {
    clean("rustup")
        .args(["target", "add", WASM])
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
}
