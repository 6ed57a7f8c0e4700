//! `latchkey backup` and `latchkey restore`.

mod replace;

pub use replace::PART;

use crate::{
    cli::audit,
    config::Config,
    pepper,
    start::{self, Lock, Stop},
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

/// A file to be made.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to be made; it must not exist
    file: PathBuf,
}

/// A file to be read.
#[derive(Debug, Args)]
pub struct Restore {
    /// A file that `latchkey backup` made
    file: PathBuf,
}

/// Writes a copy of an SQLite database into a new file. A server may run meanwhile.
///
/// # Errors
/// Where the file exists, the copy is not whole, or it is a database of PostgreSQL.
pub async fn backup(backup: Backup, config: &Config) -> Result<(), Stop> {
    if database_file(config)?.is_none() {
        return Err(Stop::Failed(
            "PostgreSQL is backed up with its own tools: pg_dump --format=custom --file=FILE, as docs/backup.md describes"
                .into(),
        ));
    }
    let bytes = copy(&config.database_url, &backup.file).await?;
    start::print(format_args!(
        "{}: {bytes} bytes. Neither the pepper nor the revocation journal is in it: keep those elsewhere.",
        backup.file.display()
    ))
}

/// Copies the database at `url` into a new file; returns how many bytes it has.
///
/// # Errors
/// As [`backup`].
pub async fn copy(url: &str, file: &Path) -> Result<u64, Stop> {
    let shown = file.display().to_string();
    if file.symlink_metadata().is_ok() {
        return Err(Stop::Failed(format!(
            "{shown} exists already; name a new file"
        )));
    }
    let store = Store::open_to_read(url).await.map_err(|error| {
        Stop::failed("LATCHKEY_DATABASE_URL: the database cannot be read", error)
    })?;
    // Under another name until it is whole.
    let part = beside(file, ".part");
    let copied = async {
        remove(&part)?;
        create(&part)?;
        store.copy_to(&part).await.map_err(io::Error::other)?;
        let url = url_of(&part)?;
        let copy = Store::open_to_read(&url).await.map_err(io::Error::other)?;
        // Its indexes were just made from its tables.
        let whole = copy.check(IntegrityCheck::Quick).await;
        copy.close().await;
        whole.map_err(io::Error::other)?;
        let bytes = fs::metadata(&part)?.len();
        fs::rename(&part, file)?;
        sync_folder_of(file)?;
        Ok::<_, io::Error>(bytes)
    }
    .await;
    store.close().await;
    copied.map_err(|error| {
        // What is left of it is of no use.
        let _ = remove(&part);
        Stop::failed(&format!("{shown} was not made"), error)
    })
}

/// Puts a copy of a file in the place of an SQLite database, and keeps the database that was there.
///
/// # Errors
/// Where a server runs, the file is no whole database of Latchkey, or it is a database of PostgreSQL.
pub async fn restore(restore: Restore, config: &Config) -> Result<(), Stop> {
    let Some(database) = database_file(config)? else {
        return Err(Stop::Failed(
            "PostgreSQL is restored with its own tools: pg_restore, as docs/backup.md describes"
                .into(),
        ));
    };
    let seals = pepper::load(&config.pepper, true)?.seal_keys();
    let kept = restore_file(&database, &restore.file, seals).await?;
    start::print(format_args!("{} is restored.", database.display()))?;
    if let Some(kept) = kept {
        start::print(format_args!(
            "The database that was there is {}.",
            kept.display()
        ))?;
    }
    start::print(
        "What was revoked since then is revoked again at the next start, from the revocation journal.",
    )
}

/// Replaces the database by a copy of `file`, whose audit logs are proved with `seals`; returns where the old one is kept, if there was one.
///
/// # Errors
/// As [`restore`]. The database is as it was then.
pub async fn restore_file(
    database: &Path,
    file: &Path,
    seals: SealKeys,
) -> Result<Option<PathBuf>, Stop> {
    let shown = file.display().to_string();
    let cannot = |cause: &str| Stop::failed(&format!("{shown} was not restored"), cause);
    let length = |path: &Path| fs::metadata(path).map(|metadata| metadata.len());
    length(file).map_err(|error| cannot(&error.to_string()))?;
    if length(&beside(file, "-wal")).is_ok_and(|bytes| bytes > 0) {
        return Err(cannot(
            "a write-ahead log is beside it, so it is the file of a running or killed server; take a backup with latchkey backup",
        ));
    }
    // Held until the new file is in its place.
    let _lock = Lock::take_file(database)?;
    let database = fs::canonicalize(database).map_err(|error| cannot(&error.to_string()))?;
    let part = beside(&database, replace::PART);
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
    let put = checked.and_then(|()| replace::put(&part, &database));
    put.map_err(|error| {
        // The database itself was not touched, or is back.
        let _ = replace::remove_all(&part);
        cannot(&error.to_string())
    })
}

/// Whether a file is a whole database of this version or an earlier one; brings it up to date.
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
                "it is no database of Latchkey: {error}"
            )));
        }
    }
    let store = Store::open(&url).await.map_err(io::Error::other)?;
    store.set_seal_keys(seals);
    let found = async {
        store.check(IntegrityCheck::Full).await?;
        audit::report(&store, &audit::Kept::new()).await
    }
    .await;
    store.close().await;
    match found {
        Err(error) => Err(io::Error::other(error)),
        Ok(report) if !report.broken.is_empty() => Err(io::Error::other(report.broken.join("; "))),
        Ok(_) => Ok(()),
    }
}

fn database_file(config: &Config) -> Result<Option<PathBuf>, Stop> {
    sqlite_path(&config.database_url).map_err(|error| Stop::failed(VARIABLE, error))
}

fn url_of(path: &Path) -> io::Result<String> {
    sqlite_url(path).ok_or_else(|| io::Error::other("its path is not UTF-8"))
}

/// An empty file for its owner alone.
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

/// Makes the names in a file's folder durable.
fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}
