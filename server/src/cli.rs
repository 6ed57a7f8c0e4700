//! The command line.

pub mod audit;
pub mod backup;
pub mod clock;
pub mod copy;
mod mail;
mod node;
mod oidc;
mod pepper;
pub mod user;

use crate::{
    config::{Config, help, unknown_variables},
    console::CommandError,
    demo, start,
};
use clap::{Parser, Subcommand};
use std::{io::Write, process::ExitCode};

/// A dashboard for API keys, and the gate that verifies them.
#[derive(Debug, Parser)]
#[command(name = "latchkey", version, after_help = help())]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the dashboard and the gate (the default)
    #[command(after_help = help())]
    Serve,
    /// Serve a temporary database with a realistic account, on this machine alone
    #[command(after_help = help())]
    Demo,
    /// Create or migrate the database, and exit
    #[command(after_help = help())]
    Migrate,
    /// Manage the people who sign in
    #[command(subcommand)]
    User(UserCommand),
    /// Copy an SQLite database to a new file; the server may be running
    #[command(after_help = help())]
    Backup(backup::Backup),
    /// Replace an SQLite database by a backup; the server must be stopped, and the old database is kept beside it
    #[command(after_help = help())]
    Restore(backup::Restore),
    /// Copy an SQLite database to an empty PostgreSQL database, all or nothing; the server must be stopped
    #[command(after_help = help())]
    Copy(copy::CopyDatabase),
    /// Verify the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Rotate the pepper, and show what still needs older ones
    #[command(subcommand)]
    Pepper(PepperCommand),
    /// Reset the latest time that the database has recorded
    #[command(subcommand)]
    Clock(ClockCommand),
    /// List the processes that use a PostgreSQL database, and remove one that will not return
    #[command(subcommand)]
    Node(NodeCommand),
    /// Test the mail server of `LATCHKEY_SMTP_URL`
    #[command(subcommand)]
    Mail(MailCommand),
    /// Check the identity provider of single sign-on
    #[command(subcommand)]
    Oidc(OidcCommand),
}

#[derive(Debug, Subcommand)]
enum NodeCommand {
    /// Print the processes that use the PostgreSQL database, one per line: the name, whether the process renews its lease, and
    /// whether it has every change. Takes some seconds; the servers may be running
    #[command(after_help = help())]
    List,
    /// Remove a process that ended without leaving and will not return, once its lease has ended, so that others no longer wait
    /// for it. One that renews its lease is not removed. The servers may be running
    #[command(after_help = help())]
    Remove(node::Remove),
}

#[derive(Debug, Subcommand)]
enum MailCommand {
    /// Send a test mail directly, and print the mail server's answer. The server may be running
    #[command(after_help = help())]
    Test(mail::Test),
}

#[derive(Debug, Subcommand)]
enum OidcCommand {
    /// Read the provider's configuration and keys, and print them with the redirect URI to register, or what is wrong. The server
    /// may be running
    #[command(after_help = help())]
    Check,
}

#[derive(Debug, Subcommand)]
enum PepperCommand {
    /// Add a new pepper to the file of `LATCHKEY_PEPPER_FILE`. It is used from the next start on; the older ones stay in the
    /// file, and what was made with them keeps working
    #[command(after_help = help())]
    Rotate,
    /// Print each pepper's name and what needs it. The server may be running
    #[command(after_help = help())]
    Status(pepper::Status),
}

#[derive(Debug, Subcommand)]
enum ClockCommand {
    /// Accept the machine's clock although the database has recorded a later time, after the clock was ahead for more than an
    /// hour. Keys that expired by the wrong clock work again. The server must be stopped
    #[command(after_help = help())]
    Reset,
}

#[derive(Debug, Subcommand)]
enum AuditCommand {
    /// Check that no row of the log was changed, removed or moved, and print the head of each account's log, to be kept
    /// elsewhere. Exits with 1 if a log is broken. The server may be running
    #[command(after_help = help())]
    Verify(audit::Verify),
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a person who may sign in. The server may be running
    #[command(after_help = help())]
    Add(user::Add),
    /// Print all people who may sign in, one per line: the address, the roles, and how they sign in. The server may be running
    #[command(after_help = help())]
    List,
    /// Print a link that resets a person's password: it works once, within 30 minutes, and ends all of the person's sessions.
    /// The server may be running
    #[command(after_help = help())]
    ResetPassword(user::PersonArgs),
    /// Prevent a person (support included) from signing in, and end all of the person's sessions. The server may be running
    #[command(after_help = help())]
    Disable(user::PersonArgs),
    /// Allow a disabled person to sign in again. The server may be running
    #[command(after_help = help())]
    Enable(user::PersonArgs),
    /// Remove a person's link to the identity provider, and end the sessions that were started through it. The server may be
    /// running
    #[command(after_help = help())]
    Unlink(user::PersonArgs),
    /// Remove a person's second factor, for someone who has lost it, and end all of the person's sessions. The server may be running
    #[command(after_help = help())]
    ResetFactors(user::PersonArgs),
}

/// Runs the command in the process's arguments. The exit code is 2 for an invalid setting or argument, 1 for other errors.
pub fn main() -> ExitCode {
    let command = Cli::parse().command.unwrap_or(Command::Serve);
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    for warning in unknown_variables(names) {
        let _ = writeln!(std::io::stderr(), "latchkey: {warning}");
    }
    let outcome = Config::from_environment()
        .map_err(CommandError::from)
        .and_then(|config| run(command, config));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without a terminal the exit code is the only report.
            let _ = writeln!(std::io::stderr(), "latchkey: {error}");
            match error {
                CommandError::Config(_) => ExitCode::from(2),
                CommandError::Failed(_) => ExitCode::FAILURE,
            }
        }
    }
}

fn run(command: Command, config: Config) -> Result<(), CommandError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| CommandError::failed("the runtime cannot start", error))?;
    let outcome = runtime.block_on(async {
        match command {
            Command::Serve => Box::pin(start::serve(config)).await,
            Command::Demo => Box::pin(demo::serve(config)).await,
            Command::Migrate => start::migrate(&config).await,
            Command::User(UserCommand::Add(add)) => user::add(add, &config).await,
            Command::User(UserCommand::List) => user::list(&config).await,
            Command::User(UserCommand::ResetPassword(person)) => {
                user::reset_password(person, &config).await
            }
            Command::User(UserCommand::Disable(person)) => user::disable(person, &config).await,
            Command::User(UserCommand::Enable(person)) => user::enable(person, &config).await,
            Command::User(UserCommand::Unlink(person)) => user::unlink(person, &config).await,
            Command::User(UserCommand::ResetFactors(person)) => {
                user::reset_factors(person, &config).await
            }
            Command::Backup(backup) => backup::backup(backup, &config).await,
            Command::Restore(restore) => backup::restore(restore, &config).await,
            Command::Copy(copy) => copy::copy(copy, &config).await,
            Command::Audit(AuditCommand::Verify(verify)) => audit::verify(verify, &config).await,
            Command::Pepper(PepperCommand::Rotate) => pepper::rotate(&config).await,
            Command::Pepper(PepperCommand::Status(status)) => {
                pepper::status(&status, &config).await
            }
            Command::Clock(ClockCommand::Reset) => clock::reset(&config).await,
            Command::Node(NodeCommand::List) => node::list(&config).await,
            Command::Node(NodeCommand::Remove(remove)) => node::remove(&remove, &config).await,
            Command::Mail(MailCommand::Test(test)) => mail::test(&test, &config).await,
            Command::Oidc(OidcCommand::Check) => oidc::check(&config).await,
        }
    });
    // A forced stop does not wait for tasks that are still running.
    runtime.shutdown_background();
    outcome
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use crate::config::Config;
    use clap::{Arg, Command, CommandFactory};
    use std::{cell::RefCell, collections::BTreeSet};

    /// Returns a command and all of its subcommands that can be run.
    fn runnable(command: &Command) -> Vec<Command> {
        let subcommands = command.get_subcommands().flat_map(runnable);
        let own = (!command.is_subcommand_required_set()).then(|| command.clone());
        own.into_iter().chain(subcommands).collect()
    }

    #[test]
    fn the_help_of_every_command_names_every_variable_that_is_read() {
        Cli::command().debug_assert();
        let read = RefCell::new(BTreeSet::new());
        let config = Config::read(|name| {
            read.borrow_mut().insert(name.to_owned());
            None
        });
        assert!(config.is_ok() && read.borrow().len() > 20);
        let commands = runnable(&Cli::command());
        assert!(commands.len() > 12, "{}", commands.len());
        for mut command in commands {
            let help = command.render_help().to_string();
            for name in read.borrow().iter() {
                let line = format!("  {name}");
                assert!(
                    help.lines().any(|other| other == line),
                    "{} lacks {name}",
                    command.get_name()
                );
            }
        }
    }

    /// The documents that tell an operator what to run.
    const DOCUMENTS: [(&str, &str); 4] = [
        ("README.md", include_str!("../../README.md")),
        ("backup.md", include_str!("../../docs/backup.md")),
        ("operating.md", include_str!("../../docs/operating.md")),
        ("people.md", include_str!("../../docs/people.md")),
    ];

    /// The lines of a document's code, between words or fenced, that call `latchkey`. A shell's redirection and comment are left out.
    fn calls(document: &str) -> impl Iterator<Item = &str> {
        let code = document.split('`').skip(1).step_by(2);
        let lines = code.flat_map(str::lines);
        let lines = lines.filter_map(|line| line.strip_prefix("latchkey "));
        lines.filter_map(|line| line.split(['#', '>']).next())
    }

    #[test]
    fn every_command_in_the_documents_exists_with_its_options() {
        for (name, document) in DOCUMENTS {
            let mut found = 0;
            for call in calls(document) {
                found += 1;
                let mut command = Cli::command();
                let mut words = call.split_whitespace().peekable();
                while let Some(next) = words.peek().and_then(|word| command.find_subcommand(word)) {
                    command = next.clone();
                    words.next();
                }
                let what = format!("{name}: latchkey {call}");
                assert!(!command.is_subcommand_required_set(), "{what}");
                let takes_value = command.get_positionals().next().is_some();
                let goes_on_with_value = words.peek().is_some_and(|word| !word.starts_with("--"));
                assert!(takes_value || !goes_on_with_value, "{what}");
                let options: BTreeSet<&str> =
                    words.filter_map(|word| word.strip_prefix("--")).collect();
                let known = command.get_arguments().filter_map(Arg::get_long);
                let known: BTreeSet<&str> = known.chain(["help"]).collect();
                assert!(options.is_subset(&known), "{what}");
                // Without any option, the text is about the command and shows no call.
                let mut required = command.get_arguments().filter(|one| one.is_required_set());
                let is_complete =
                    required.all(|one| one.get_long().is_none_or(|long| options.contains(long)));
                assert!(options.is_empty() || is_complete, "{what}");
            }
            assert!(found > 2, "{name} names no commands");
        }
    }
}
