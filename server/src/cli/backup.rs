//! `latchkey backup` and `latchkey restore`.

mod replace;

use super::audit;
use crate::{
    config::Config,
    console::{self, CommandError},
    pepper,
    start::{DatabaseLock, RESTORE_SUFFIX},
};
use clap::Args;
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};
use store::{IntegrityCheck, SealKeys, Store, StoreError, sqlite_path, sqlite_url};

const VARIABLE: &str = "LATCHKEY_DATABASE_URL";

/// Arguments of `backup`.
#[derive(Debug, Args)]
pub struct Backup {
    /// The new file; it must not exist
    file: PathBuf,
}

/// Arguments of `restore`.
#[derive(Debug, Args)]
pub struct Restore {
    /// A file that `latchkey backup` made
    file: PathBuf,
}

/// Copies an SQLite database to a new file. The server may be running.
///
/// # Errors
/// If the file exists, the copy is damaged, or the database is PostgreSQL.
pub async fn backup(backup: Backup, config: &Config) -> Result<(), CommandError> {
    if database_file(config)?.is_none() {
        return Err(CommandError::Failed(
            "PostgreSQL is backed up with its own tools: pg_dump --format=custom --file=FILE, as docs/backup.md describes"
                .into(),
        ));
    }
    let bytes = copy(&config.database_url, &backup.file).await?;
    console::print_result(format_args!(
        "{}: {bytes} bytes. Neither the pepper nor the revocation journal is in it: keep those elsewhere.",
        backup.file.display()
    ))
}

/// Copies the database at `url` to a new file. Returns its length in bytes.
///
/// # Errors
/// If the file exists or the copy is damaged.
pub async fn copy(url: &str, file: &Path) -> Result<u64, CommandError> {
    let shown = file.display().to_string();
    if file.symlink_metadata().is_ok() {
        return Err(CommandError::Failed(format!(
            "{shown} exists already; name a new file"
        )));
    }
    let store = Store::open_to_read(url).await.map_err(|error| {
        CommandError::failed("LATCHKEY_DATABASE_URL: the database cannot be read", error)
    })?;
    // Under another name until it is complete.
    let part = beside(file, ".part");
    let copied = async {
        remove(&part)?;
        create(&part)?;
        store.copy_to(&part).await.map_err(io::Error::other)?;
        let url = url_of(&part)?;
        let copy = Store::open_to_read(&url).await.map_err(io::Error::other)?;
        // The quick check is enough: the copy's indexes were built from its tables a moment ago.
        let intact = copy.check(IntegrityCheck::Quick).await;
        copy.close().await;
        intact.map_err(io::Error::other)?;
        let bytes = fs::metadata(&part)?.len();
        fs::rename(&part, file)?;
        sync_folder_of(file)?;
        Ok::<_, io::Error>(bytes)
    }
    .await;
    store.close().await;
    copied.map_err(|error| {
        // An incomplete copy is of no use.
        let _ = remove(&part);
        CommandError::failed(&format!("{shown} was not made"), error)
    })
}

/// Replaces an SQLite database by a copy of a file, and keeps the old database.
///
/// # Errors
/// If the server is running, the file is not an intact database of Latchkey, or the database is PostgreSQL.
pub async fn restore(restore: Restore, config: &Config) -> Result<(), CommandError> {
    let Some(database) = database_file(config)? else {
        return Err(CommandError::Failed(
            "PostgreSQL is restored with its own tools: pg_restore, as docs/backup.md describes"
                .into(),
        ));
    };
    let seals = pepper::load(&config.pepper, true)?.seal_keys();
    let old = restore_file(&database, &restore.file, seals).await?;
    console::print_result(format_args!("{} is restored.", database.display()))?;
    if let Some(old) = old {
        console::print_result(format_args!(
            "The database that was there is {}.",
            old.display()
        ))?;
    }
    console::print_result(
        "What was revoked since then is revoked again at the next start, from the revocation journal.",
    )
}

/// Replaces the database by a copy of `file`, whose audit logs are verified with `seals`. Returns the path of the old
/// database, if there was one.
///
/// # Errors
/// If the server is running or the file is not an intact database. The database is unchanged then.
pub async fn restore_file(
    database: &Path,
    file: &Path,
    seals: SealKeys,
) -> Result<Option<PathBuf>, CommandError> {
    let shown = file.display().to_string();
    let cannot = |cause: &str| CommandError::failed(&format!("{shown} was not restored"), cause);
    let length = |path: &Path| fs::metadata(path).map(|metadata| metadata.len());
    length(file).map_err(|error| cannot(&error.to_string()))?;
    if length(&beside(file, "-wal")).is_ok_and(|bytes| bytes > 0) {
        return Err(cannot(
            "a write-ahead log is beside it, so it is the file of a running or killed server; take a backup with latchkey backup",
        ));
    }
    // Held until the new file is in place.
    let _lock = DatabaseLock::take_file(database)?;
    let database = fs::canonicalize(database).map_err(|error| cannot(&error.to_string()))?;
    let part = beside(&database, RESTORE_SUFFIX);
    let checked = async {
        replace::remove_all(&part)?;
        let mut from = File::open(file)?;
        let mut to = create(&part)?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()?;
        drop(to);
        check(&part, seals).await
    }
    .await;
    let replaced = checked.and_then(|()| replace::replace(&part, &database));
    replaced.map_err(|error| {
        // The database is unchanged or moved back.
        let _ = replace::remove_all(&part);
        cannot(&error.to_string())
    })
}

/// Checks that a file is an intact database of this version or an earlier one, and migrates it.
async fn check(path: &Path, seals: SealKeys) -> io::Result<()> {
    let url = url_of(path)?;
    match Store::open_to_read(&url).await {
        Ok(store) => store.close().await,
        Err(StoreError::Outdated) => {}
        Err(error @ (StoreError::Migration(_) | StoreError::Unreleased)) => {
            return Err(io::Error::other(error));
        }
        Err(error) => {
            return Err(io::Error::other(format!(
                "it is not a Latchkey database: {error}"
            )));
        }
    }
    let store = Store::open(&url).await.map_err(io::Error::other)?;
    store.set_seal_keys(seals);
    let found = async {
        store.check(IntegrityCheck::Full).await?;
        audit::report(&store, &audit::KnownHeads::new()).await
    }
    .await;
    store.close().await;
    match found {
        Err(error) => Err(io::Error::other(error)),
        Ok(report) if !report.broken.is_empty() => Err(io::Error::other(report.broken.join("; "))),
        Ok(_) => Ok(()),
    }
}

fn database_file(config: &Config) -> Result<Option<PathBuf>, CommandError> {
    sqlite_path(&config.database_url).map_err(|error| CommandError::failed(VARIABLE, error))
}

fn url_of(path: &Path) -> io::Result<String> {
    sqlite_url(path).ok_or_else(|| io::Error::other("its path is not UTF-8"))
}

/// Creates an empty file with mode 0600.
fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Syncs the directory of a file to disk.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}
