//! Finds a toolchain that builds both the server and the browser's program (WebAssembly).

mod debian;

use std::{
    env, fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    process::{self, command_with_clean_environment, find_program},
    step::{step, step_with_output},
    system,
};

/// The target of the browser's program.
pub const WASM: &str = "wasm32-unknown-unknown";

/// Returns the name of a toolchain that builds WebAssembly (`None`: the default one), after installing what is missing.
///
/// `LATCHKEY_TOOLCHAIN` names one explicitly. Otherwise, in this order: the toolchain that an earlier run made from Debian
/// packages, the default one, the default one with rustup's WebAssembly library added, one made from Debian packages.
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
    let rustup = find_program("rustup").is_some();
    if rustup && step("add rustup's WebAssembly target", || Ok(add_target()))? && builds_wasm(None)?
    {
        return Ok(None);
    }
    if rustup && system::can_install() {
        step_with_output(
            "make a toolchain with WebAssembly from Debian packages",
            debian::make,
        )?;
        if builds_wasm(Some(debian::NAME))? {
            return Ok(Some(debian::NAME.to_owned()));
        }
        bail!("the toolchain made from Debian packages cannot build {WASM}");
    }
    bail!("this Rust cannot build {WASM}; install its library with `rustup target add {WASM}`")
}

/// Returns a command for `cargo` or `rustc` of a toolchain, as from a shell.
pub fn command(program: &str, toolchain: Option<&str>) -> Command {
    let mut command = command_with_clean_environment(program);
    if let Some(name) = toolchain {
        command.env("RUSTUP_TOOLCHAIN", name);
    }
    command
}

/// Whether the toolchain compiles and links an empty library, for which it needs a standard library of its own version and
/// a linker.
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

/// Adds the target with rustup. Returns `false` if that fails, for example without a connection.
fn add_target() -> bool {
    command_with_clean_environment("rustup")
        .args(["target", "add", WASM])
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success())
}
