//! The program as a process of its own.

use std::process::Command;

/// The program without the environment of the tests: it warns of every variable `LATCHKEY_…` that is not its own, and the
/// tests' own settings are not.
pub fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    command.env_clear();
    command
}
