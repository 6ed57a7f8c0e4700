//! One process owns an SQLite file: its index of keys would not see what another one changes.
//!
//! The database file itself is locked, so that neither another spelling of its path (a link, an escape in the URL) nor a
//! deleted lock file lets a second process in. The lock is that of flock(2). On Linux it has nothing to do with the
//! fcntl(2) locks by which SQLite's connections keep out of each other's way; but a process loses those when it closes
//! *any* descriptor of the file. So the lock is taken before SQLite opens the file, and given back after it is closed.

use super::Stop;
use crate::cli::backup::PART;
use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};
use store::sqlite_path;

/// How often the file may be replaced while it is being locked.
const TRIES: u32 = 10;

/// Held while the process lives; the operating system gives it back, whatever the end is.
#[derive(Debug)]
pub struct Lock {
    /// Locked as long as they are open.
    files: Vec<File>,
}

impl Lock {
    /// How many files are locked.
    pub const fn locked(&self) -> usize {
        self.files.len()
    }

    /// Takes the database at `url`, and makes its file where there is none; a server such as PostgreSQL needs no lock.
    ///
    /// # Errors
    /// Where another process has it.
    pub fn take(url: &str) -> Result<Self, Stop> {
        let path =
            sqlite_path(url).map_err(|error| Stop::failed("LATCHKEY_DATABASE_URL", error))?;
        match path {
            // A new and empty database would hide what was in the old one.
            Some(path) if !path.exists() && beside(&path, PART).exists() => {
                Err(Stop::Failed(format!(
                    "{} is missing because a restore was interrupted; run latchkey restore again",
                    path.display()
                )))
            }
            Some(path) => Self::take_file(&path),
            None => Ok(Self { files: Vec::new() }),
        }
    }

    /// Takes the database in a file.
    ///
    /// # Errors
    /// As [`Lock::take`].
    pub fn take_file(path: &Path) -> Result<Self, Stop> {
        let shown = path.display();
        let cannot = |error| {
            Stop::failed(
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
        let in_use = || {
            Stop::Failed(format!(
                "{shown} is in use by another latchkey; stop that one first, or use another LATCHKEY_DATABASE_URL"
            ))
        };
        let mut files = Vec::new();
        for _ in 0..TRIES {
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
                Err(TryLockError::WouldBlock) => return Err(in_use()),
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
            }
            // A restore may have put another file in its place meanwhile.
            if is_at(&file, path).map_err(cannot)? {
                files.push(file);
                break;
            }
        }
        if files.is_empty() {
            return Err(in_use());
        }
        // Versions before this one lock a file beside the database instead.
        match OpenOptions::new().write(true).open(beside(path, ".lock")) {
            Ok(old) => match old.try_lock() {
                Ok(()) => files.push(old),
                Err(TryLockError::WouldBlock) => return Err(in_use()),
                Err(TryLockError::Error(error)) => return Err(cannot(error)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(cannot(error)),
        }
        Ok(Self { files })
    }
}

/// Whether the path still leads to the file.
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
        let refusal = Lock::take(url).expect_err("taken").to_string();
        assert!(refusal.contains("in use") && !refusal.contains('\n'));
    }

    #[test]
    fn a_database_has_one_owner_at_a_time_whatever_its_path_is_called() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let url = format!("sqlite://{}/new/latchkey.db", folder.display());
        let first = Lock::take(&url).expect("free");
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
        Lock::take(&url).expect("free again");
    }

    #[test]
    fn there_is_no_lock_file_whose_removal_lets_another_process_in() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/latchkey.db", folder.path().display());
        let first = Lock::take(&url).expect("free");
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
    fn a_process_of_an_earlier_version_is_not_joined() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/latchkey.db", folder.path().display());
        let old = File::create(folder.path().join("latchkey.db.lock")).expect("a file");
        old.try_lock().expect("free");
        refused(&url);
        drop(old);
        Lock::take(&url).expect("free");
    }

    #[tokio::test]
    async fn the_lock_does_not_stand_in_the_way_of_sqlite_and_every_file_is_private() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/latchkey.db", folder.path().display());
        let lock = Lock::take(&url).expect("free");
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
    fn onlyfiles_are_locked_and_a_uri_within_the_url_is_refused() {
        for url in ["sqlite::memory:", "postgres://h/d"] {
            assert_eq!(Lock::take(url).expect("nothing to lock").locked(), 0);
        }
        let refusal = Lock::take("sqlite:file:data/latchkey.db?mode=rwc").expect_err("a URI");
        assert!(!refusal.to_string().contains('\n'), "{refusal}");
    }
}
