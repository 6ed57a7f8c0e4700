//! Calls of cargo, all with the same toolchain and environment.

use std::{path::Path, process::Command};

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
        let mut command = process::command_with_clean_environment(program);
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
