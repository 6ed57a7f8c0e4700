//! The lock on an SQLite file. Only one process may have it, because its key index would miss the changes of another one.
//!
//! The lock is on the database file itself, so that neither another spelling of its path (a link, an escape in the URL) nor
//! the removal of a lock file lets a second process in. It is a lock of flock(2). On Linux that is independent of the fcntl(2)
//! locks of SQLite; but a process loses its fcntl(2) locks when it closes *any* descriptor of the file. So the lock is taken
//! before SQLite opens the file, and released after SQLite has closed it.

use crate::console::CommandError;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};
use store::sqlite_path;

/// The suffix of a file that is being restored; the database has been moved away while it exists.
pub const RESTORE_SUFFIX: &str = ".restoring";
/// How often the file may be replaced while it is being locked.
const MAX_ATTEMPTS: u32 = 10;

/// The lock. The operating system releases it at the latest when the process ends.
#[derive(Debug)]
pub struct DatabaseLock {
    /// Files that are locked while they are open.
    files: Vec<File>,
}

impl DatabaseLock {
    /// Returns the number of locked files.
    pub const fn locked(&self) -> usize {
        self.files.len()
    }

    /// Locks the database at `url`, and creates its file if it does not exist. PostgreSQL needs no lock.
    ///
    /// # Errors
    /// If another process holds the lock, or a restore was interrupted.
    pub fn take(url: &str) -> Result<Self, CommandError> {
        match Self::try_take(url)? {
            Some(lock) => Ok(lock),
            None => Err(in_use(&file_of(url)?.unwrap_or_default())),
        }
    }

    /// Like [`DatabaseLock::take`]; `None` where another process holds the lock.
    ///
    /// # Errors
    /// If the file cannot be locked, or a restore was interrupted.
    pub fn try_take(url: &str) -> Result<Option<Self>, CommandError> {
        match file_of(url)? {
            // An empty database in its place would hide the data.
            Some(path) if !path.exists() && beside(&path, RESTORE_SUFFIX).exists() => {
                Err(CommandError::Failed(format!(
                    "{} is missing because a restore was interrupted; run latchkey restore again",
                    path.display()
                )))
            }
            Some(path) => Self::try_take_file(&path),
            None => Ok(Some(Self { files: Vec::new() })),
        }
    }

    /// Locks the database in a file, and creates it if it does not exist.
    ///
    /// # Errors
    /// If another process holds the lock.
    pub fn take_file(path: &Path) -> Result<Self, CommandError> {
        Self::try_take_file(path)?.ok_or_else(|| in_use(path))
    }

    fn try_take_file(path: &Path) -> Result<Option<Self>, CommandError> {
        let shown = path.display();
        let cannot = |error| {
            CommandError::failed(
                &format!("LATCHKEY_DATABASE_URL: {shown} cannot be locked"),
                error,
            )
        };
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder).map_err(cannot)?;
        }
        let mut files = Vec::new();
        for _ in 0..MAX_ATTEMPTS {
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o600)
                .open(path)
                .map_err(cannot)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
            }
            // A restore may have replaced the file meanwhile.
            if is_at(&file, path).map_err(cannot)? {
                files.push(file);
                break;
            }
        }
        if files.is_empty() {
            return Ok(None);
        }
        // Earlier versions lock a file beside the database instead.
        match OpenOptions::new().write(true).open(beside(path, ".lock")) {
            Ok(old) => match old.try_lock() {
                Ok(()) => files.push(old),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(cannot(error)),
        }
        Ok(Some(Self { files }))
    }
}

fn file_of(url: &str) -> Result<Option<PathBuf>, CommandError> {
    sqlite_path(url).map_err(|error| CommandError::failed("LATCHKEY_DATABASE_URL", error))
}

fn in_use(path: &Path) -> CommandError {
    CommandError::Failed(format!(
        "{} is in use by another latchkey; stop that one first, or use another LATCHKEY_DATABASE_URL",
        path.display()
    ))
}

/// Whether a path still leads to a file.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    let file = file.metadata()?;
    match fs::metadata(path) {
        Ok(other) => Ok((file.dev(), file.ino()) == (other.dev(), other.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use store::Store;

    fn refused(url: &str) {
        let refusal = DatabaseLock::take(url).expect_err("taken").to_string();
        assert!(refusal.contains("in use") && !refusal.contains('\n'));
    }

    #[test]
    fn a_database_is_locked_under_every_spelling_of_its_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let url = format!("sqlite://{}/new/latchkey.db", folder.display());
        let first = DatabaseLock::take(&url).expect("free");
        symlink(folder.join("new/latchkey.db"), folder.join("link.db")).expect("a link");
        symlink(folder.join("new"), folder.join("other")).expect("a link");
        fs::hard_link(folder.join("new/latchkey.db"), folder.join("hard.db")).expect("a link");
        for path in [
            "new/latchkey.db",
            "new/../new/./latchkey.db",
            "new/latchke%79.db",
            "%6Eew/latchkey.db?mode=rwc",
            "link.db",
            "other/latchkey.db",
            "hard.db",
        ] {
            refused(&format!("sqlite://{}/{path}", folder.display()));
            refused(&format!("sqlite:{}/{path}", folder.display()));
        }
        drop(first);
        DatabaseLock::take(&url).expect("free again");
    }

    #[test]
    fn removing_other_files_does_not_release_the_lock() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/latchkey.db", folder.path().display());
        let first = DatabaseLock::take(&url).expect("free");
        for entry in fs::read_dir(folder.path()).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path != folder.path().join("latchkey.db") {
                fs::remove_file(path).expect("removed");
            }
        }
        refused(&url);
        drop(first);
    }

    #[test]
    fn the_lock_file_of_an_earlier_version_is_respected() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/latchkey.db", folder.path().display());
        let old = File::create(folder.path().join("latchkey.db.lock")).expect("a file");
        old.try_lock().expect("free");
        refused(&url);
        drop(old);
        DatabaseLock::take(&url).expect("free");
    }

    #[tokio::test]
    async fn sqlite_works_under_the_lock_and_every_file_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/latchkey.db", folder.path().display());
        let lock = DatabaseLock::take(&url).expect("free");
        let store = Store::open(&url).await.expect("opens");
        store
            .probe_write(domain::time::Timestamp(1))
            .await
            .expect("written");
        let other = Store::open_to_read(&url).await.expect("opens beside it");
        other.ping().await.expect("read");
        let mut files = 0;
        for entry in fs::read_dir(folder.path()).expect("a folder") {
            let entry = entry.expect("an entry");
            let mode = entry.metadata().expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
            files += 1;
        }
        assert_eq!(files, 3, "the database, its log and the log's index");
        other.close().await;
        store.close().await;
        drop(lock);
    }

    #[test]
    fn only_files_are_locked_and_a_uri_within_the_url_is_refused() {
        for url in ["sqlite::memory:", "postgres://h/d"] {
            assert_eq!(
                DatabaseLock::take(url).expect("nothing to lock").locked(),
                0
            );
        }
        let refusal =
            DatabaseLock::take("sqlite:file:data/latchkey.db?mode=rwc").expect_err("a URI");
        assert!(!refusal.to_string().contains('\n'), "{refusal}");
    }
}
