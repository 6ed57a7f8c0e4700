//! Replacing an SQLite database.
//!
//! SQLite finds the write-ahead log by the database's name, and would replay the old log into the new database. So the old
//! database is moved away together with its log before the new one takes its name. In between there is no database; a server
//! that starts then finds the new one under the name with `.restoring`, and exits.

use super::{beside, remove, sync_folder_of};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// The suffixes of the files that SQLite keeps beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];
/// Maximum number of old databases.
const MAX_OLD_DATABASES: u32 = 1_000;

/// Removes a database and its companion files.
pub fn remove_all(database: &Path) -> io::Result<()> {
    for companion in COMPANIONS {
        remove(&beside(database, companion))?;
    }
    remove(database)
}

/// Moves `new`, which is intact and closed, to `database`. Returns the new path of the old database, if there was one.
///
/// # Errors
/// If the disk fails; the old database is moved back then.
pub fn replace(new: &Path, database: &Path) -> io::Result<Option<PathBuf>> {
    for companion in COMPANIONS {
        remove(&beside(new, companion))?;
    }
    let old = free_name(database)?;
    let moved = rename_all(database, &old)
        .and_then(|()| sync_folder_of(database))
        .and_then(|()| fs::rename(new, database));
    if let Err(error) = moved {
        let _ = rename_all(&old, database);
        return Err(error);
    }
    sync_folder_of(database)?;
    if fs::metadata(&old)?.len() == 0 {
        remove_all(&old)?;
        return Ok(None);
    }
    Ok(Some(old))
}

/// Moves a database and its companion files; the database first, so that it never has its name without its log.
fn rename_all(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    for companion in COMPANIONS {
        match fs::rename(beside(from, companion), beside(to, companion)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn free_name(database: &Path) -> io::Result<PathBuf> {
    (1..=MAX_OLD_DATABASES)
        .map(|n| beside(database, &format!(".replaced-{n}")))
        .find(|path| path.symlink_metadata().is_err())
        .ok_or_else(|| io::Error::other("there are too many old databases beside it"))
}
