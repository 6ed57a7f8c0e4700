//! The journal's file: about 70 bytes per line.

use super::line::JournalLine;
use std::{
    fs::{self, File, Metadata, OpenOptions, TryLockError},
    io::{self, Read},
    os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

/// The first line.
const HEADER: &[u8] = b"latchkey revocation journal 1\n";

/// The journal cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadJournal {
    /// Another process uses it.
    #[error("another latchkey uses it")]
    InUse,
    /// It is another file.
    #[error("it is not a revocation journal")]
    Foreign,
    /// It is damaged before its last line, which an interrupted write cannot explain.
    #[error(
        "line {0} is damaged, so that the end of a key may be missing; unless the database was restored from a backup, move the \
         file away: a new one is made from the database"
    )]
    Damaged(usize),
    /// Its entries cannot be applied to the database.
    #[error("keys whose end the database has forgotten cannot be ended again: {0}")]
    Replay(Box<crate::ManagementError>),
    /// An I/O error.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// The end of the file, where lines are appended.
#[derive(Debug)]
pub(super) struct JournalWriter {
    file: File,
    path: PathBuf,
    end: u64,
}

impl JournalWriter {
    /// Appends lines and syncs them to the disk. After a failure, the next ones overwrite what was written.
    ///
    /// # Errors
    /// If the disk fails, or the file was moved or deleted: nothing would read the lines.
    pub(super) fn append(&mut self, lines: &[u8]) -> io::Result<()> {
        if !self.is_at_its_path()? {
            return Err(io::Error::new(
                io::ErrorKind::NotFound,
                "the file was moved, replaced or deleted",
            ));
        }
        let written = self
            .file
            .write_all_at(lines, self.end)
            .and_then(|()| self.file.sync_data());
        match written {
            Ok(()) => {
                self.end += lines.len() as u64;
                Ok(())
            }
            Err(error) => {
                // The rest of a failed write is not part of the file.
                let _ = self.file.set_len(self.end);
                Err(error)
            }
        }
    }

    /// Whether the path leads to the open file.
    fn is_at_its_path(&self) -> io::Result<bool> {
        let identity = |metadata: Metadata| (metadata.dev(), metadata.ino());
        let there = match fs::metadata(&self.path) {
            Ok(there) => there,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        Ok(identity(there) == identity(self.file.metadata()?))
    }
}

/// Opens the file exclusively, or creates it with mode 0600, and passes each line to `take`. An interrupted write at the
/// end is cut off. Afterwards the file is found at its path after a power failure too.
pub(super) fn open(
    path: &Path,
    mut take: impl FnMut(&JournalLine),
) -> Result<JournalWriter, BadJournal> {
    let folders = changed_folders(path);
    if let Some(folder) = folders.first() {
        fs::create_dir_all(folder)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(BadJournal::InUse),
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let good = if HEADER.starts_with(&bytes) {
        // New, interrupted during creation, or without lines.
        file.write_all_at(HEADER, 0)?;
        HEADER.len()
    } else {
        let Some(lines) = bytes.strip_prefix(HEADER) else {
            return Err(BadJournal::Foreign);
        };
        HEADER.len() + read(lines, &mut take)?
    };
    let end = good as u64;
    file.set_len(end)?;
    file.sync_all()?;
    for folder in folders {
        File::open(folder)?.sync_all()?;
    }
    let path = path.to_owned();
    Ok(JournalWriter { file, path, end })
}

/// Returns the folders that get an entry if the file is created: its own one, and the one above each that is missing.
fn changed_folders(path: &Path) -> Vec<&Path> {
    let mut changed = Vec::new();
    for folder in path.ancestors().skip(1) {
        let is_here = folder.as_os_str().is_empty();
        let folder = if is_here { Path::new(".") } else { folder };
        changed.push(folder);
        if folder.exists() {
            break;
        }
    }
    changed
}

/// Reads lines; returns the length of the complete ones. No complete line may follow an incomplete one.
fn read(lines: &[u8], take: &mut impl FnMut(&JournalLine)) -> Result<usize, BadJournal> {
    let mut good = 0;
    let mut at = 0;
    let mut bad = None;
    for (n, text) in lines.split_inclusive(|byte| *byte == b'\n').enumerate() {
        at += text.len();
        match text.strip_suffix(b"\n").and_then(JournalLine::read) {
            Some(line) => {
                if let Some(bad) = bad {
                    // The header is line 1.
                    return Err(BadJournal::Damaged(bad + 2));
                }
                take(&line);
                good = at;
            }
            None => bad = bad.or(Some(n)),
        }
    }
    Ok(good)
}

#[cfg(test)]
mod tests {
    use super::{super::line::KeyEnd, *};
    use domain::{
        key::{Environment, token::KeyId},
        time::Timestamp,
    };
    use std::os::unix::fs::PermissionsExt;

    fn line(n: u8) -> JournalLine {
        JournalLine {
            at: Timestamp(i64::from(n)),
            key: KeyId::from_number(Environment::Live, u128::from(n)),
            end: KeyEnd::Revoked,
            position: Some(i64::from(n)),
        }
    }

    fn text(n: u8) -> Vec<u8> {
        let mut text = String::new();
        line(n).write(&mut text);
        text.into_bytes()
    }

    fn read(path: &Path) -> Result<(JournalWriter, Vec<i64>), BadJournal> {
        let mut found = Vec::new();
        let tail = open(path, |line| found.push(line.at.0))?;
        Ok((tail, found))
    }

    fn journal(folder: &tempfile::TempDir) -> PathBuf {
        let path = folder.path().join("new/journal");
        let (mut tail, found) = read(&path).expect("made");
        assert!(found.is_empty());
        for n in 1..=3 {
            tail.append(&text(n)).expect("written");
        }
        path
    }

    #[test]
    fn written_lines_are_read_and_the_file_is_private_and_exclusive() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = journal(&folder);
        let (tail, found) = read(&path).expect("read");
        assert_eq!(found, [1, 2, 3]);
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(matches!(read(&path), Err(BadJournal::InUse)));
        drop(tail);
        read(&path).expect("free again");
    }

    #[test]
    fn a_journal_without_lines_is_opened_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("journal");
        for _ in 0..2 {
            let (tail, found) = read(&path).expect("opened");
            assert!(found.is_empty());
            drop(tail);
            assert_eq!(fs::read(&path).expect("there"), HEADER);
        }
    }

    /// A file that takes every line and cannot be synced.
    #[cfg(target_os = "linux")]
    #[test]
    fn lines_that_are_not_synced_are_not_written() {
        let path = PathBuf::from("/dev/null");
        let file = OpenOptions::new().write(true).open(&path).expect("there");
        let mut tail = JournalWriter { file, path, end: 0 };
        let written = tail.append(&text(1)).expect_err("not synced");
        assert_eq!(written.kind(), io::ErrorKind::InvalidInput);
        assert_eq!(tail.end, 0);
    }

    /// A file in a folder that cannot be synced.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_file_whose_name_is_not_synced_is_not_opened() {
        use std::os::fd::AsRawFd;
        let file = tempfile::tempfile().expect("a file");
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        let opened = read(Path::new(&path)).expect_err("not synced");
        assert!(
            matches!(&opened, BadJournal::Io(error) if error.kind() == io::ErrorKind::InvalidInput),
            "{opened}"
        );
    }

    #[test]
    fn the_names_of_new_folders_are_synced_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let names = |path: &Path| -> Vec<PathBuf> {
            let changed = changed_folders(path).into_iter();
            changed.map(Path::to_owned).collect()
        };
        assert_eq!(names(&root.join("journal")), [root]);
        let deep = root.join("one/two/journal");
        assert_eq!(
            names(&deep),
            [root.join("one/two"), root.join("one"), root.to_owned()]
        );
        read(&deep).expect("made");
        assert_eq!(names(&deep), [root.join("one/two")]);
        assert_eq!(names(Path::new("journal")), [Path::new(".")]);
    }

    #[test]
    fn nothing_is_written_to_a_file_that_was_moved_replaced_or_deleted() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = journal(&folder);
        let (mut tail, _) = read(&path).expect("read");
        let aside = path.with_extension("1");
        fs::rename(&path, &aside).expect("moved");
        tail.append(&text(4)).expect_err("moved");
        fs::copy(&aside, &path).expect("copied");
        tail.append(&text(4)).expect_err("replaced");
        fs::rename(&aside, &path).expect("moved back");
        tail.append(&text(4)).expect("at its path");
        fs::remove_file(&path).expect("deleted");
        let deleted = tail.append(&text(5)).expect_err("deleted");
        let expected = "the file was moved, replaced or deleted";
        assert_eq!(deleted.to_string(), expected);
        // Any other error stays as it is.
        let folder = path.parent().expect("a folder");
        fs::remove_dir(folder).expect("empty");
        fs::write(folder, "").expect("written");
        let unknown = tail.append(&text(5)).expect_err("not found out");
        assert_eq!(unknown.kind(), io::ErrorKind::NotADirectory);
    }

    #[test]
    fn an_interrupted_write_is_cut_off_wherever_it_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = journal(&folder);
        let whole = fs::read(&path).expect("there");
        for cut in 0..=whole.len() {
            fs::write(&path, &whole[..cut]).expect("written");
            let (mut tail, found) = read(&path).expect("read");
            let whole_lines = cut.saturating_sub(HEADER.len()) / text(1).len();
            let expected: Vec<i64> = (1..).take(whole_lines).collect();
            assert_eq!(found, expected, "cut at {cut}");
            tail.append(&text(9)).expect("written");
            drop(tail);
            let (_, found) = read(&path).expect("read");
            let expected: Vec<i64> = expected.into_iter().chain([9]).collect();
            assert_eq!(found, expected, "cut at {cut}");
        }
        // A power cut may leave zeros.
        let mut torn = whole.clone();
        torn.extend([0; 100]);
        torn.extend(b"\n\0\0");
        fs::write(&path, torn).expect("written");
        assert_eq!(read(&path).expect("read").1, [1, 2, 3]);
    }

    #[test]
    fn damage_before_the_last_line_is_reported_with_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = journal(&folder);
        let whole = fs::read(&path).expect("there");
        let second = HEADER.len() + text(1).len();
        // A complete line follows; if the second one's end is damaged, the two look like one interrupted line.
        for place in HEADER.len()..second + text(2).len() - 1 {
            let mut damaged = whole.clone();
            damaged[place] ^= 1;
            fs::write(&path, damaged).expect("written");
            let found = read(&path).expect_err("damaged");
            // A damaged line end joins two lines.
            let expected = if place < second { 2 } else { 3 };
            assert!(
                matches!(found, BadJournal::Damaged(line) if line == expected),
                "{place}: {found}"
            );
        }
        fs::write(&path, "something else\n").expect("written");
        assert!(matches!(read(&path), Err(BadJournal::Foreign)));
    }
}
