//! The id of this process among those that use a PostgreSQL database.
//!
//! The id is stored in a file that the process keeps locked. A process that can lock the file knows that its predecessor has
//! ended; it takes over the id and the registration, so no other node waits until the predecessor's lease ends. The file also holds the machine's boot
//! id and its own inode, so that a copy of the file proves nothing.

use crate::config::{Config, PepperSource};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};
use uuid::Uuid;

/// Where Linux keeps the id of the current boot.
const BOOT_ID_FILE: &str = "/proc/sys/kernel/random/boot_id";

/// The id, and the lock on its file.
#[derive(Debug)]
pub struct NodeId {
    pub id: Uuid,
    _file: Option<File>,
}

impl NodeId {
    /// Returns the id in the file beside the pepper's, or `new` where the file is locked or cannot be used.
    pub fn take(config: &Config, new: Uuid) -> Self {
        let path = match &config.pepper {
            PepperSource::File(pepper) => pepper.with_file_name("node"),
            PepperSource::Value(_) => {
                return Self {
                    id: new,
                    _file: None,
                };
            }
        };
        Self::from_file(&path, new).unwrap_or_else(|error| {
            tracing::debug!(%error, path = %path.display(), "the id of the previous process is not available");
            Self {
                id: new,
                _file: None,
            }
        })
    }

    fn from_file(path: &Path, new: Uuid) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(path)?;
        file.try_lock()?;
        let metadata = file.metadata()?;
        let boot = fs::read_to_string(BOOT_ID_FILE)?;
        let location = format!("{} {}:{}", boot.trim(), metadata.dev(), metadata.ino());
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let previous = text
            .trim_end()
            .split_once(' ')
            .filter(|(_, written)| *written == location)
            .and_then(|(id, _)| id.parse().ok());
        if previous.is_none() {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{new} {location}")?;
            file.sync_all()?;
        }
        Ok(Self {
            id: previous.unwrap_or(new),
            _file: Some(file),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn a_process_takes_the_id_of_its_predecessor_once_that_has_ended() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("node");
        let first = NodeId::from_file(&path, id(1)).expect("made");
        assert_eq!(first.id, id(1));
        assert!(NodeId::from_file(&path, id(2)).is_err(), "it lives");
        drop(first);
        assert_eq!(NodeId::from_file(&path, id(3)).expect("read").id, id(1));
    }

    #[test]
    fn a_copy_of_the_file_gets_a_new_id() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("node");
        drop(NodeId::from_file(&path, id(1)).expect("made"));
        let copy = folder.path().join("copy");
        fs::copy(&path, &copy).expect("copied");
        assert_eq!(NodeId::from_file(&copy, id(2)).expect("read").id, id(2));
        assert_eq!(NodeId::from_file(&copy, id(3)).expect("read").id, id(2));
    }
}
