//! Calls of cargo, all with the same toolchain and environment.

use std::{env, ffi::OsString, path::Path, process::Command};

use anyhow::Result;

use crate::{process, toolchain};

/// The crates that run on the server, with their features. Every cargo call that compiles them names all of them, so that
/// features unify the same way and nothing is compiled twice.
pub const SERVER_SIDE: [&str; 28] = [
    "--package",
    "domain",
    "--package",
    "contract",
    "--package",
    "latchkey-client",
    "--package",
    "store",
    "--package",
    "verification",
    "--package",
    "telemetry",
    "--package",
    "oidc",
    "--package",
    "management",
    "--package",
    "app",
    "--package",
    "server",
    "--package",
    "model",
    "--package",
    "testing",
    "--package",
    "test-server",
    "--features",
    "app/ssr",
];

/// The target of the browser's program.
pub const WASM: &str = "wasm32-unknown-unknown";

/// The workspace, with the toolchain that builds both the server and the browser's program.
pub struct Workspace {
    toolchain: Option<String>,
}

impl Workspace {
    /// Finds a toolchain that can build WebAssembly, or installs what is missing.
    pub fn open() -> Result<Self> {
        Ok(Self {
            toolchain: toolchain::ensure()?,
        })
    }

    /// Returns a command that calls cargo with the project's toolchain, as from a shell.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = toolchain::command("cargo", self.toolchain.as_deref());
        cargo.arg(subcommand);
        cargo
    }

    /// Returns a command for a program that calls cargo itself, with the project's toolchain.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = command_with_clean_environment(program);
        if let Some(name) = &self.toolchain {
            command.env("RUSTUP_TOOLCHAIN", name);
        }
        command
    }

    /// Returns the compiler's version and the toolchain's name for display.
    pub fn describe(&self) -> Result<String> {
        let version = process::output(
            toolchain::command("rustc", self.toolchain.as_deref()).arg("--version"),
        )?;
        let name = self.toolchain.as_deref().unwrap_or("default");
        Ok(format!("{} (toolchain: {name})", version.trim()))
    }
}

/// Returns a command without the variables that the outer `cargo run` and rustup set for this process, because they would
/// configure the inner cargo. Variables set by the user (`CARGO_HOME`, `CARGO_TERM_COLOR`, `RUSTFLAGS`) stay.
pub fn command_with_clean_environment(program: impl AsRef<std::ffi::OsStr>) -> Command {
    const EXACT: [&str; 14] = [
        "CARGO",
        "CARGO_BIN_NAME",
        "CARGO_BUILD_TARGET",
        "CARGO_BUILD_TARGET_DIR",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_DIR",
        "OUT_DIR",
        "RUSTC",
        "RUSTC_BOOTSTRAP",
        "RUSTDOC",
        "RUSTUP_TOOLCHAIN",
        "RUSTUP_TOOLCHAIN_SOURCE",
        "RUST_RECURSION_COUNT",
    ];
    let mut command = Command::new(program);
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if EXACT.contains(&&*text)
            || text.starts_with("CARGO_PKG_")
            || text.starts_with("CARGO_MANIFEST_")
        {
            command.env_remove(&name);
        }
    }
    for name in ["LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"] {
        if let Some(paths) = env::var_os(name) {
            match without_toolchains(&paths) {
                Some(rest) => command.env(name, rest),
                None => command.env_remove(name),
            };
        }
    }
    command
}

/// Removes the folders of rustup's toolchains and of this program's own build from a search path.
fn without_toolchains(paths: &OsString) -> Option<OsString> {
    let foreign = |path: &Path| {
        path.components()
            .any(|part| part.as_os_str() == "toolchains" || part.as_os_str() == "xtask")
    };
    let rest: Vec<_> = env::split_paths(paths)
        .filter(|path| !path.as_os_str().is_empty() && !foreign(path))
        .collect();
    if rest.is_empty() {
        None
    } else {
        env::join_paths(rest).ok()
    }
}
