//! The file of an SQLite database, and a reserve of disk space for revocations.
//!
//! On a full disk SQLite cannot even change a row, so a revocation would fail. A reserve file of [`RESERVE_BYTES`] bytes beside
//! the database is removed when a transaction fails for lack of space, and the transaction is retried once. Until there is
//! room again, counts and decisions are not written, so that they do not use the space that the reserve has freed.

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

/// Size of the reserve in bytes. A revocation with its records writes about 15 pages of 4 KiB to the write-ahead log.
pub const RESERVE_BYTES: u64 = 2 * 1024 * 1024;

/// The file of an SQLite database.
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    /// Device and inode of the file that was opened.
    identity: Option<(u64, u64)>,
    /// A [`Fault`] as a number; 0 without one.
    fault: AtomicU8,
    reserve: Mutex<Reserve>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reserve {
    /// It was not asked for.
    Disabled,
    /// The file exists.
    Present,
    /// There was no room for the file, or it was released.
    Missing,
}

impl Disk {
    /// Describes the open file at `path`.
    pub(crate) fn new(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            identity: identity(path),
            fault: AtomicU8::new(0),
            reserve: Mutex::new(Reserve::Disabled),
        }
    }

    /// Returns the fault of the last transaction.
    pub fn fault(&self) -> Option<Fault> {
        Fault::from_number(self.fault.load(Ordering::Relaxed))
    }

    /// Whether the reserve exists; `None` if it was not asked for.
    pub fn has_reserve(&self) -> Option<bool> {
        match *self.lock() {
            Reserve::Disabled => None,
            Reserve::Present => Some(true),
            Reserve::Missing => Some(false),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Reserve> {
        self.reserve.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reserve_path(&self) -> PathBuf {
        with_suffix(&self.path, ".reserve")
    }

    /// Records the result of a transaction and passes it on.
    ///
    /// A commit ends an I/O error or a read-only state. A full disk counts as full until [`Disk::check`] finds room, and a file
    /// as gone until it is at its path again; a damaged file stays damaged.
    pub(crate) fn observe<T>(&self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        match &result {
            Ok(_) => {
                if matches!(self.fault(), Some(Fault::Io | Fault::ReadOnly)) {
                    self.fault.store(0, Ordering::Relaxed);
                }
            }
            Err(error) => {
                let cause = match error {
                    StoreError::OutcomeUnknown(cause) => cause,
                    error => error,
                };
                if let StoreError::Unwritable { fault, .. } = cause {
                    self.fault.store(*fault as u8, Ordering::Relaxed);
                }
            }
        }
        result
    }

    /// Refuses a write while the path leads to another file or to none: SQLite would commit it to the file that was moved or
    /// deleted.
    pub(crate) fn require_file(&self) -> Result<(), StoreError> {
        if !self.is_moved() {
            return Ok(());
        }
        let fault = Fault::Moved;
        self.fault.store(fault as u8, Ordering::Relaxed);
        Err(StoreError::Unwritable {
            fault,
            cause: sqlx::Error::Io(io::ErrorKind::NotFound.into()),
        })
    }

    /// Like [`Disk::require_file`], and refuses a write that can wait while the disk is full.
    pub(crate) fn require_room(&self) -> Result<(), StoreError> {
        self.require_file()?;
        match self.fault() {
            Some(fault @ Fault::DiskFull) => Err(StoreError::Unwritable {
                fault,
                cause: sqlx::Error::Io(io::ErrorKind::StorageFull.into()),
            }),
            _ => Ok(()),
        }
    }

    /// Removes the reserve if `error` is a lack of space. Returns whether the transaction may be retried.
    pub(crate) async fn make_room(self: &std::sync::Arc<Self>, error: &StoreError) -> bool {
        if !error.is_out_of_space() {
            return false;
        }
        let disk = self.clone();
        blocking(move || disk.release()).await.unwrap_or(false)
    }

    /// Removes the reserve, so that a small transaction fits on a full disk. Returns whether there was one.
    pub(crate) fn release(&self) -> bool {
        let mut reserve = self.lock();
        if *reserve != Reserve::Present {
            return false;
        }
        self.fault.store(Fault::DiskFull as u8, Ordering::Relaxed);
        let path = self.reserve_path();
        let removed = fs::remove_file(&path);
        if removed.is_ok() {
            *reserve = Reserve::Missing;
            // Some file systems free the space only at the next sync.
            let _ = sync_folder(&path);
        }
        removed.is_ok()
    }

    /// Removes the reserve if the file at `path` is on the same disk, so that something can be written to it. Returns whether
    /// there was a reserve.
    pub fn release_for(&self, path: &Path) -> bool {
        let device = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.dev());
        let here = device(&self.path);
        here.is_some() && here == device(path) && self.release()
    }

    /// Creates the reserve, now and later whenever it is missing and there is room for it.
    ///
    /// # Errors
    /// If it cannot be created now.
    pub(crate) fn keep_reserve(&self) -> io::Result<()> {
        let mut reserve = self.lock();
        *reserve = Reserve::Missing;
        self.make(&mut reserve)
    }

    /// Records that the file is gone or at its path again, or that a full disk has room again, and restores a missing reserve once
    /// there is room for two of it.
    pub(crate) fn check(&self) {
        if self.require_file().is_err() {
            return;
        }
        if self.fault() == Some(Fault::Moved) {
            self.fault.store(0, Ordering::Relaxed);
        }
        let mut reserve = self.lock();
        let full = self.fault() == Some(Fault::DiskFull);
        if *reserve != Reserve::Missing && !full {
            return;
        }
        if free(&self.path).is_none_or(|free| free < 2 * RESERVE_BYTES) {
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
            *reserve = Reserve::Present;
        } else {
            // An incomplete reserve only takes space.
            let _ = fs::remove_file(&path);
        }
        made
    }

    /// Whether the path of the database now leads to another file or to none.
    fn is_moved(&self) -> bool {
        self.identity.is_some() && self.identity != identity(&self.path)
    }
}

/// Runs blocking file operations on a thread for them.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
}

/// Returns the path with a suffix, as SQLite names the files beside a database.
fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Syncs the folder of a file, which makes created and removed names durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder)?.sync_all()
}

/// Size in bytes up to which a file's pages are checked at each start: reading them takes a fraction of a second.
const MAX_CHECKED_AT_START: u64 = 64 * 1024 * 1024;

/// Whether the pages of a file should be checked before it is used: the last process did not close it, or it is small. SQLite
/// removes its write-ahead log when the last connection is closed.
pub(crate) fn is_suspect(path: &Path) -> bool {
    let length = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    let pages = length(path);
    pages > 0 && (pages <= MAX_CHECKED_AT_START || length(&with_suffix(path, "-wal")) > 0)
}

/// Creates an empty file with mode 0600 unless it exists; the files that SQLite creates beside it get its mode. An existing
/// file is not opened: closing it would release the locks of this process.
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

/// Returns the free bytes on the disk of a file.
fn free(path: &Path) -> Option<u64> {
    let disk = statvfs(path).ok()?;
    disk.f_bavail.checked_mul(disk.f_frsize)
}

fn write_reserve(path: &Path) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() == RESERVE_BYTES) {
        return Ok(());
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)?;
    // Random bytes, which a file system cannot compress.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut block = vec![0; 64 * 1024];
    let mut written = 0;
    while written < RESERVE_BYTES {
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
        assert_eq!(metadata.len(), RESERVE_BYTES);
        assert!(metadata.blocks() * 512 >= RESERVE_BYTES, "it is sparse");
        assert_eq!(metadata.mode() & 0o777, 0o600);

        assert!(disk.release());
        assert!(!reserve.exists());
        assert!(!disk.release(), "there was only one");
        // Until there is room again, nothing that can wait is written.
        disk.observe(Ok(())).expect("passed on");
        assert!(disk.require_room().is_err());
        disk.check();
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
