//! Other programs: found, run, and quoted when they fail.

use std::{
    env,
    ffi::OsString,
    iter,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

/// The program's path, if it can be started by name.
pub fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
}

/// The search path with the program's folder in front.
pub fn path_with(program: &Path) -> Result<OsString> {
    let folder = program.parent().context("a program lies in a folder")?;
    let known = env::var_os("PATH").unwrap_or_default();
    let folders = iter::once(folder.to_owned()).chain(env::split_paths(&known));
    env::join_paths(folders).context("cannot extend PATH")
}

/// Runs a command that speaks to the person itself. An error names the command and its exit code.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("cannot start `{}`", quote(command)))?;
    if !status.success() {
        bail!("`{}` failed ({status})", quote(command));
    }
    Ok(())
}

/// Runs a command whose output matters only if it fails, and answers what it wrote to standard output.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start `{}`", quote(command)))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        let said = [text.trim(), String::from_utf8_lossy(&output.stderr).trim()].join("\n");
        bail!(
            "`{}` failed ({}): {}",
            quote(command),
            output.status,
            said.trim()
        );
    }
    Ok(text.into_owned())
}

/// Whether the command ends well; what it says is dropped.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
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
