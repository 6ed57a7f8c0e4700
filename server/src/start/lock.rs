//! One process owns an SQLite file: its index of keys would not see what another one changes.

use super::Stop;
use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

/// Held while the process lives; the operating system gives it back, whatever the end is.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Takes the database at `url`; a server such as PostgreSQL needs no lock.
    ///
    /// # Errors
    /// Where another process has it.
    pub fn take(url: &str) -> Result<Self, Stop> {
        let Some(database) = sqlite_path(url) else {
            return Ok(Self { _file: None });
        };
        let path = beside(&database);
        let cannot = |error| {
            Stop::failed(
                &format!("LATCHKEY_DATABASE_URL: {} cannot be locked", path.display()),
                error,
            )
        };
        if let Some(folder) = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
        {
            fs::create_dir_all(folder).map_err(cannot)?;
        }
        let file = File::create(&path).map_err(cannot)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::WouldBlock) => Err(Stop::Failed(format!(
                "{} is in use by another latchkey; stop that one first, or use another LATCHKEY_DATABASE_URL",
                database.display()
            ))),
            Err(TryLockError::Error(error)) => Err(cannot(error)),
        }
    }
}

fn sqlite_path(url: &str) -> Option<PathBuf> {
    let rest = url.strip_prefix("sqlite:")?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| path.into())
}

fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_has_one_owner_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}/new/latchkey.db", folder.path().display());
        let first = Lock::take(&url).expect("free");
        let refusal = Lock::take(&url).expect_err("taken").to_string();
        assert!(refusal.contains("in use") && !refusal.contains('\n'));
        drop(first);
        Lock::take(&url).expect("free again");
    }

    #[test]
    fn only_files_are_locked() {
        for (url, path) in [
            ("sqlite://data/latchkey.db", Some("data/latchkey.db")),
            ("sqlite:///var/lib/l.db?mode=rwc", Some("/var/lib/l.db")),
            ("sqlite:l.db", Some("l.db")),
            ("sqlite::memory:", None),
            ("postgres://h/d", None),
        ] {
            assert_eq!(sqlite_path(url), path.map(PathBuf::from), "{url}");
        }
    }
}
