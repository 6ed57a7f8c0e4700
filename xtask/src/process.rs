//! Finds and runs other programs. Errors quote the command.

use std::{
    env,
    ffi::{OsStr, OsString},
    iter,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

/// Returns the path of a program in `PATH`.
pub fn find_program(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// Returns `PATH` with the program's folder in front.
pub fn path_with(program: &Path) -> Result<OsString> {
    let folder = program
        .parent()
        .context("the program's path has no folder")?;
    let known = env::var_os("PATH").unwrap_or_default();
    let folders = iter::once(folder.to_owned()).chain(env::split_paths(&known));
    env::join_paths(folders).context("cannot extend PATH")
}

/// Runs a command that prints to the terminal.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", quote(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", quote(command));
    }
    Ok(())
}

/// Runs a command and returns its standard output. The error of a failed command contains all of its output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", quote(command)))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let printed = [text.trim(), String::from_utf8_lossy(&output.stderr).trim()].join("\n");
        bail!(
            "`{}` failed ({}): {}",
            quote(command),
            output.status,
            printed.trim()
        );
    }
    Ok(text.into_owned())
}

/// Whether the command exits with success. Its output is discarded.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Returns a command without the variables that the outer `cargo run` and rustup set for this process, because they would
/// configure the inner cargo. Variables set by the user (`CARGO_HOME`, `CARGO_TERM_COLOR`, `RUSTFLAGS`) stay.
pub fn command_with_clean_environment(program: impl AsRef<OsStr>) -> Command {
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

fn quote(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy()];
    words.extend(
        command
            .get_args()
            .map(|argument| argument.to_string_lossy()),
    );
    words.join(" ")
}
