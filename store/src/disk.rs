//! The file of an SQLite database, and room on its disk for what must not fail.
//!
//! On a full disk SQLite cannot even change a row, so a revocation would fail. A reserve file beside the database holds
//! [`RESERVE`] bytes; it is removed when a transaction meets a full disk, which is then tried once more. Until there is
//! room again, counts and decisions are not written, so that they do not use up what the reserve has freed.

use crate::{Fault, StoreError};
use rustix::fs::statvfs;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU8, Ordering},
    },
};

/// Bytes of the reserve. A revocation with its records writes about 15 pages of 4 KiB to the write-ahead log.
pub const RESERVE: u64 = 2 * 1024 * 1024;

/// The file of an SQLite database.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    /// Device and number of the file that was opened.
    identity: Option<(u64, u64)>,
    /// A [`Fault`]; 0 while there is none.
    fault: AtomicU8,
    reserve: Mutex<Reserve>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reserve {
    /// Nobody asked for one.
    Unwanted,
    /// The file is there.
    Kept,
    /// There was no room for it, or it was released.
    Missing,
}

impl Disk {
    /// The file at `path`, which is open.
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            identity: identity(path),
            fault: AtomicU8::new(0),
            reserve: Mutex::new(Reserve::Unwanted),
        }
    }

    /// What was wrong with the last transaction.
    pub fn fault(&self) -> Option<Fault> {
        Fault::from_number(self.fault.load(Ordering::Relaxed))
    }

    /// Whether the reserve is there; `None` where nobody asked for one.
    pub fn has_reserve(&self) -> Option<bool> {
        match *self.lock() {
            Reserve::Unwanted => None,
            Reserve::Kept => Some(true),
            Reserve::Missing => Some(false),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Reserve> {
        self.reserve.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve_path(&self) -> PathBuf {
        beside(&self.path, ".reserve")
    }

    /// Records the result of a transaction and passes it on.
    ///
    /// A commit ends an I/O error or a read-only state. A full disk counts as full until [`Disk::tend`] finds room; a file
    /// that is damaged or gone stays so.
    pub(crate) fn observe<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        match &result {
            Ok(_) => {
                if matches!(self.fault(), Some(Fault::Io | Fault::ReadOnly)) {
                    self.fault.store(0, Ordering::Relaxed);
                }
            }
            Err(error) => {
                let cause = match error {
                    StoreError::Uncertain(cause) => cause,
                    error => error,
                };
                if let StoreError::Unwritable { fault, .. } = cause {
                    self.fault.store(*fault as u8, Ordering::Relaxed);
                }
            }
        }
        result
    }

    /// Refuses a write that can wait while the disk is full.
    pub(crate) fn require_room(&self) -> Result<(), StoreError> {
        match self.fault() {
            Some(fault @ Fault::DiskFull) => Err(StoreError::Unwritable {
                fault,
                cause: sqlx::Error::Io(io::ErrorKind::StorageFull.into()),
            }),
            _ => Ok(()),
        }
    }

    /// Removes the reserve where `error` says that there is no room. Whether the transaction may be tried again.
    pub(crate) async fn make_room(self: &std::sync::Arc<Self>, error: &StoreError) -> bool {
        if !error.is_out_of_space() {
            return false;
        }
        let disk = self.clone();
        tokio::task::spawn_blocking(move || disk.release())
            .await
            .unwrap_or(false)
    }

    /// Removes the reserve, so that something small can be written to a full disk. Whether there was one.
    pub fn release(&self) -> bool {
        let mut reserve = self.lock();
        if *reserve != Reserve::Kept {
            return false;
        }
        self.fault.store(Fault::DiskFull as u8, Ordering::Relaxed);
        let path = self.reserve_path();
        let removed = fs::remove_file(&path);
        if removed.is_ok() {
            *reserve = Reserve::Missing;
            // Some file systems give room back at the next sync alone.
            let _ = sync_folder(&path);
        }
        removed.is_ok()
    }

    /// Makes the reserve, from now on and whenever there is room for it.
    ///
    /// # Errors
    /// Where it cannot be made now.
    pub(crate) fn keep_reserve(&self) -> io::Result<()> {
        let mut reserve = self.lock();
        *reserve = Reserve::Missing;
        self.make(&mut reserve)
    }

    /// Makes the reserve again where it is missing and there is room for it twice; notes that a full disk has room, and that
    /// the file is gone.
    pub(crate) fn tend(&self) {
        if self.is_moved() {
            self.fault.store(Fault::Moved as u8, Ordering::Relaxed);
            return;
        }
        let mut reserve = self.lock();
        let full = self.fault() == Some(Fault::DiskFull);
        if *reserve != Reserve::Missing && !full {
            return;
        }
        if free(&self.path).is_none_or(|free| free < 2 * RESERVE) {
            return;
        }
        if *reserve == Reserve::Missing && self.make(&mut reserve).is_err() {
            return;
        }
        if full {
            self.fault.store(0, Ordering::Relaxed);
        }
    }

    fn make(&self, reserve: &mut Reserve) -> io::Result<()> {
        let path = self.reserve_path();
        let made = write_reserve(&path);
        if made.is_ok() {
            *reserve = Reserve::Kept;
        } else {
            // What there is of it would be missing elsewhere.
            let _ = fs::remove_file(&path);
        }
        made
    }

    /// Whether another file, or none, is now where the database was opened.
    pub(crate) fn is_moved(&self) -> bool {
        self.identity.is_some() && self.identity != identity(&self.path)
    }
}

/// The path with a suffix, as SQLite names the files beside a database.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Makes the names in a file's folder durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

/// Largest file whose pages are checked at each start: reading them takes a fraction of a second.
const SMALL: u64 = 64 * 1024 * 1024;

/// Whether the pages of a file should be checked before anything relies on them: the last process did not close it, or to
/// do so costs next to nothing. SQLite removes its write-ahead log when the last connection is closed.
pub(crate) fn is_suspect(path: &Path) -> bool {
    let length = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    let pages = length(path);
    pages > 0 && (pages <= SMALL || length(&beside(path, "-wal")) > 0)
}

/// Makes an empty file with mode 0600 where there is none; the files that SQLite makes beside it get its mode. A file that
/// exists is not opened: closing it would cost this process its locks.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    match made {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn identity(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(path).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// Bytes that this process may still write to the disk of a file.
fn free(path: &Path) -> Option<u64> {
    let disk = statvfs(path).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

fn write_reserve(path: &Path) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() == RESERVE) {
        return Ok(());
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    // Nothing that a file system could compress.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut block = vec![0; 64 * 1024];
    let mut written = 0;
    while written < RESERVE {
        for word in block.chunks_exact_mut(8) {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            word.copy_from_slice(&state.to_le_bytes());
        }
        file.write_all(&block)?;
        written += block.len() as u64;
    }
    file.sync_all()?;
    sync_folder(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> StoreError {
        StoreError::Unwritable {
            fault: Fault::DiskFull,
            cause: sqlx::Error::WorkerCrashed,
        }
    }

    #[test]
    fn the_reserve_is_released_once_and_comes_back_with_the_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("latchkey.db");
        fs::write(&path, "").expect("a file");
        let disk = Disk::new(&path);
        assert_eq!((disk.has_reserve(), disk.release()), (None, false));

        disk.keep_reserve().expect("room");
        let reserve = folder.path().join("latchkey.db.reserve");
        let metadata = fs::metadata(&reserve).expect("there");
        assert_eq!(metadata.len(), RESERVE);
        assert!(metadata.blocks() * 512 >= RESERVE, "it is sparse");
        assert_eq!(metadata.mode() & 0o777, 0o600);

        assert!(disk.release());
        assert!(!reserve.exists());
        assert!(!disk.release(), "there was only one");
        // Until there is room again, nothing that can wait is written.
        disk.observe(Ok(())).expect("passed on");
        assert!(disk.require_room().is_err());
        disk.tend();
        assert!(reserve.exists() && disk.require_room().is_ok());
        assert_eq!(disk.fault(), None);
    }

    #[test]
    fn a_fault_is_over_with_the_next_commit_unless_the_disk_is_full() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::new(&folder.path().join("latchkey.db"));
        let failed = |error| disk.observe::<()>(Err(error)).expect_err("passed on");
        failed(StoreError::Unwritable {
            fault: Fault::Io,
            cause: sqlx::Error::WorkerCrashed,
        });
        assert_eq!(disk.fault(), Some(Fault::Io));
        disk.observe(Ok(())).expect("passed on");
        assert_eq!(disk.fault(), None);
        failed(full());
        disk.observe(Ok(())).expect("passed on");
        assert_eq!(disk.fault(), Some(Fault::DiskFull));
    }
}
