//! `latchkey copy`.

use super::audit::{self, KnownHeads};
use crate::{
    config::Config,
    console::{self, CommandError},
    pepper,
    start::DatabaseLock,
};
use clap::Args;
use std::{fmt, path::PathBuf};
use store::{CopyReport, SealKeys, Store, sqlite_path};

/// Arguments of `copy`.
#[derive(Args)]
pub struct CopyDatabase {
    /// URL of the SQLite database, whose server must be stopped [default: `LATCHKEY_DATABASE_URL`]
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// URL of the PostgreSQL database, which must be empty [default: `LATCHKEY_DATABASE_URL`, or the URL in its file: arguments
    /// of processes can be read by other users, passwords in them too]
    #[arg(long, value_name = "URL")]
    to: Option<String>,
}

/// The URLs are redacted: they may have passwords.
impl fmt::Debug for CopyDatabase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CopyDatabase([redacted])")
    }
}

/// Copies an SQLite database to an empty PostgreSQL database.
///
/// # Errors
/// If a server uses the SQLite file, an audit log in it is broken, or the other database is not empty. Nothing is copied then.
pub async fn copy(copy: CopyDatabase, config: &Config) -> Result<(), CommandError> {
    let from = copy.from.as_ref().unwrap_or(&config.database_url);
    let to = copy.to.as_ref().unwrap_or(&config.database_url);
    let seals = pepper::load(&config.pepper, true)?.seal_keys();
    let copied = copy_database(from, to, seals).await?;
    console::print_result(format_args!(
        "{} rows of {} tables are copied, and were compared.",
        copied.rows, copied.tables
    ))?;
    console::print_result(
        "Start Latchkey with the PostgreSQL URL now, and with the same pepper and revocation journal. Do not start it with the \
         SQLite file any more: what is changed there is missing in PostgreSQL.",
    )
}

/// Copies the SQLite database at `from`, whose audit logs are verified with `seals`, to the empty PostgreSQL database at `to`.
///
/// # Errors
/// As [`copy`].
pub async fn copy_database(
    from: &str,
    to: &str,
    seals: SealKeys,
) -> Result<CopyReport, CommandError> {
    let file = source_file(from)?;
    if !(to.starts_with("postgres://") || to.starts_with("postgresql://")) {
        return Err(CommandError::Failed(
            "--to: not a PostgreSQL database; give postgres://USER:PASSWORD@HOST/DATABASE, or set LATCHKEY_DATABASE_URL to it"
                .into(),
        ));
    }
    // Taking the lock would create the file.
    if !file.exists() {
        return Err(CommandError::Failed(format!(
            "--from: {} does not exist",
            file.display()
        )));
    }
    let Some(_lock) = DatabaseLock::try_take(from)? else {
        return Err(CommandError::Failed(format!(
            "--from: {} is in use by another latchkey; stop that one first, because its changes during the copy would be lost",
            file.display()
        )));
    };
    let source = Store::open_to_read(from)
        .await
        .map_err(|error| CommandError::failed("--from: the database cannot be read", error))?;
    source.set_seal_keys(seals);
    let copied = copy_verified(&source, to).await;
    source.close().await;
    copied
}

async fn copy_verified(source: &Store, to: &str) -> Result<CopyReport, CommandError> {
    let report = audit::report(source, &KnownHeads::new())
        .await
        .map_err(|error| CommandError::failed("--from: the audit log cannot be read", error))?;
    if let Some(broken) = report.broken.first() {
        return Err(CommandError::failed("--from", broken));
    }
    source
        .copy_to_postgres(to)
        .await
        .map_err(|error| CommandError::failed("the database was not copied", error))
}

fn source_file(from: &str) -> Result<PathBuf, CommandError> {
    let file = sqlite_path(from).map_err(|error| CommandError::failed("--from", error))?;
    file.ok_or_else(|| {
        CommandError::Failed(
            "--from: not an SQLite file; give sqlite://PATH, or set LATCHKEY_DATABASE_URL to it. PostgreSQL is copied with its \
             own tools, as docs/backup.md describes"
                .into(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_urls_of_a_copy_are_not_printed() {
        let copy = CopyDatabase {
            from: Some("sqlite://latchkey.db".into()),
            to: Some("postgres://latchkey:opensesame@127.0.0.1/latchkey".into()),
        };
        assert_eq!(format!("{copy:?}"), "CopyDatabase([redacted])");
    }
}
