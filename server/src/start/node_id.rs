//! The id of this process among those that own a PostgreSQL database in turn.
//!
//! It stands in a file that the process locks while it lives. Who can lock the file knows that the process before it is
//! dead, takes its id, and need not wait until its lease ends. The file says on which boot of the machine it was written
//! and which file it is, so that a copy of it proves nothing.

use crate::config::{Config, PepperSource};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
};
use uuid::Uuid;

/// What Linux calls each boot.
const BOOT_ID: &str = "/proc/sys/kernel/random/boot_id";

/// The id, and the lock on its file.
#[derive(Debug)]
pub struct NodeId {
    /// The id.
    pub id: Uuid,
    _file: Option<File>,
}

impl NodeId {
    /// The id in the file beside the pepper's, or `new` where there is none that this process can have to itself.
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
            tracing::debug!(%error, path = %path.display(), "no id of a process before this one");
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
        let boot = fs::read_to_string(BOOT_ID)?;
        let place = format!("{} {}:{}", boot.trim(), metadata.dev(), metadata.ino());
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        let before = text
            .trim_end()
            .split_once(' ')
            .filter(|(_, written)| *written == place)
            .and_then(|(id, _)| id.parse().ok());
        if before.is_none() {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "{new} {place}")?;
            file.sync_all()?;
        }
        Ok(Self {
            id: before.unwrap_or(new),
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
    fn a_process_has_the_id_of_a_dead_one_and_not_of_one_that_lives() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("node");
        let first = NodeId::from_file(&path, id(1)).expect("made");
        assert_eq!(first.id, id(1));
        assert!(NodeId::from_file(&path, id(2)).is_err(), "it lives");
        drop(first);
        assert_eq!(NodeId::from_file(&path, id(3)).expect("read").id, id(1));
    }

    #[test]
    fn a_copy_of_the_file_is_another_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("node");
        drop(NodeId::from_file(&path, id(1)).expect("made"));
        let copy = folder.path().join("copy");
        fs::copy(&path, &copy).expect("copied");
        assert_eq!(NodeId::from_file(&copy, id(2)).expect("read").id, id(2));
        assert_eq!(NodeId::from_file(&copy, id(3)).expect("read").id, id(2));
    }
}
