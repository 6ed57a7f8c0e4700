//! The command line.

pub mod audit;
pub mod backup;
mod clock;
mod pepper;
pub mod user;

use crate::{
    config::{Config, HELP, unknown_variables},
    demo, start,
    start::Stop,
};
use clap::{Parser, Subcommand};
use std::{io::Write, process::ExitCode};

/// A dashboard for API keys, and the gate that verifies them.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, after_help = HELP)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the dashboard and the gate (the default)
    #[command(after_help = HELP)]
    Serve,
    /// Serve a temporary database with a realistic account, on this machine alone
    #[command(after_help = HELP)]
    Demo,
    /// Make the database, or bring it up to date, and stop
    #[command(after_help = HELP)]
    Migrate,
    /// Look after the people who sign in
    #[command(subcommand)]
    User(UserCommand),
    /// Copy an SQLite database into a new file; a server may run meanwhile
    #[command(after_help = HELP)]
    Backup(backup::Backup),
    /// Put a copy of a backup in the place of an SQLite database, while no server runs; the old one is kept beside it
    #[command(after_help = HELP)]
    Restore(backup::Restore),
    /// Look after the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Rotate the pepper, and see what is still under older ones
    #[command(subcommand)]
    Pepper(PepperCommand),
    /// Look after the time that the database has seen
    #[command(subcommand)]
    Clock(ClockCommand),
}

#[derive(Debug, Subcommand)]
enum PepperCommand {
    /// Put a new pepper in front of the file of `LATCHKEY_PEPPER_FILE`. It is used from the next start on; the older ones stay, and what
    /// was made under them keeps working
    #[command(after_help = HELP)]
    Rotate,
    /// Print each pepper's name and what was made under it. A server may run meanwhile
    #[command(after_help = HELP)]
    Status(pepper::Status),
}

#[derive(Debug, Subcommand)]
enum ClockCommand {
    /// Believe the machine's clock again, although the database has seen a later time: after a clock was ahead for more than
    /// an hour. Keys that ended meanwhile by that clock work again. The server must be stopped
    #[command(after_help = HELP)]
    Reset,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Check that no row of the log was changed, removed or swapped, and print each account's head, to be kept elsewhere;
    /// ends with 1 where one was. A server may run meanwhile
    #[command(after_help = HELP)]
    Verify(audit::Verify),
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add someone who may sign in
    #[command(after_help = HELP)]
    Add(user::Add),
    /// Print a link that resets someone's password: it works once, within 30 minutes, and ends all their sessions. A server
    /// may run meanwhile
    #[command(after_help = HELP)]
    ResetPassword(user::Whom),
    /// Let someone sign in no longer, support included, and end all their sessions at once. A server may run meanwhile
    #[command(after_help = HELP)]
    Disable(user::Whom),
    /// Let someone who was disabled sign in again. A server may run meanwhile
    #[command(after_help = HELP)]
    Enable(user::Whom),
}

/// Runs the command of the process's arguments. A wrong setting or argument ends it with 2, everything else with 1.
pub fn main() -> ExitCode {
    let command = Cli::parse().command.unwrap_or(Command::Serve);
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for warning in unknown_variables(names) {
        let _ = writeln!(std::io::stderr(), "latchkey: {warning}");
    }
    let outcome = Config::from_environment()
        .map_err(Stop::from)
        .and_then(|config| run(command, config));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            // Where nobody can read it, the exit code says it.
            let _ = writeln!(std::io::stderr(), "latchkey: {stop}");
            match stop {
                Stop::Wrong(_) => ExitCode::from(2),
                Stop::Failed(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn run(command: Command, config: Config) -> Result<(), Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::failed("the runtime cannot start", error))?;
    let outcome = runtime.block_on(async {
        match command {
            Command::Serve => Box::pin(start::serve(config)).await,
            Command::Demo => Box::pin(demo::serve(config)).await,
            Command::Migrate => start::migrate(&config).await,
            Command::User(UserCommand::Add(add)) => user::add(add, &config).await,
            Command::User(UserCommand::ResetPassword(whom)) => {
                user::reset_password(whom, &config).await
            }
            Command::User(UserCommand::Disable(whom)) => user::disable(whom, &config).await,
            Command::User(UserCommand::Enable(whom)) => user::enable(whom, &config).await,
            Command::Backup(backup) => backup::backup(backup, &config).await,
            Command::Restore(restore) => backup::restore(restore, &config).await,
            Command::Audit(AuditCommand::Verify(verify)) => audit::verify(verify, &config).await,
            Command::Pepper(PepperCommand::Rotate) => pepper::rotate(&config).await,
            Command::Pepper(PepperCommand::Status(status)) => {
                pepper::status(&status, &config).await
            }
            Command::Clock(ClockCommand::Reset) => clock::reset(&config).await,
        }
    });
    // A forced stop does not wait for what still runs.
    runtime.shutdown_background();
    outcome
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound_and_its_help_names_every_variable() {
        let mut command = Cli::command();
        Cli::command().debug_assert();
        let help = command.render_help().to_string();
        for name in [
            "LISTEN",
            "DATABASE_URL",
            "PEPPER_FILE",
            "PEPPER",
            "JOURNAL",
            "PUBLIC_URL",
            "TRUSTED_PROXIES",
            "DATABASE_CONNECTIONS",
            "FAIL_CLOSED_AFTER",
            "METRICS_TOKEN",
            "LOG_FORMAT",
        ] {
            assert!(help.contains(&format!("LATCHKEY_{name}")), "{name}");
        }
    }
}
