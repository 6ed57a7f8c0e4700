//! One SQLite database in the place of another.
//!
//! SQLite finds a write-ahead log by the name of its database, and would play the old one's into the new one. So the log
//! leaves together with its database, and both do before the new one comes. Between, there is no database; a server that
//! starts then finds the new one under the name [`PART`], and stops.

use super::{beside, remove, sync_folder_of};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// What stands behind the name of a database that is about to come in its place.
pub const PART: &str = ".restoring";
/// The files that SQLite keeps beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];
/// How many databases are kept aside at most.
const MOST_KEPT: u32 = 1_000;

/// Removes a database with the files beside it.
pub fn remove_all(database: &Path) -> io::Result<()> {
    for companion in COMPANIONS {
        remove(&beside(database, companion))?;
    }
    remove(database)
}

/// Moves `new`, which is whole and closed, to `database`; returns where the one is that was there.
///
/// # Errors
/// Where the disk fails; the old database is back then.
pub fn put(new: &Path, database: &Path) -> io::Result<Option<PathBuf>> {
    for companion in COMPANIONS {
        remove(&beside(new, companion))?;
    }
    let kept = free_name(database)?;
    let moved = rename_all(database, &kept)
        .and_then(|()| sync_folder_of(database))
        .and_then(|()| fs::rename(new, database));
    if let Err(error) = moved {
        let _ = rename_all(&kept, database);
        return Err(error);
    }
    sync_folder_of(database)?;
    if fs::metadata(&kept)?.len() == 0 {
        remove_all(&kept)?;
        return Ok(None);
    }
    Ok(Some(kept))
}

/// Moves a database with the files beside it: itself first, so that it never stands without its log.
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
    (1..=MOST_KEPT)
        .map(|n| beside(database, &format!(".replaced-{n}")))
        .find(|path| path.symlink_metadata().is_err())
        .ok_or_else(|| io::Error::other("too many databases are kept aside"))
}
