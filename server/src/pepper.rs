//! The pepper: 32 bytes that never enter the database. Whoever loses them loses every key.

use crate::config::{PepperSource, Wrong};
use keyring::{Pepper, SystemEntropy};
use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::Path,
};
use zeroize::Zeroizing;

const VARIABLE: &str = "LATCHKEY_PEPPER";
const FILE_VARIABLE: &str = "LATCHKEY_PEPPER_FILE";
const ALLOWED: &str = "32 bytes in base64, as `openssl rand -base64 32` prints them";

/// Reads the pepper. A file that does not exist yet is made, unless there are keys already: they have a pepper, and a
/// new one would take its place.
///
/// # Errors
/// Says what is wrong with the file or the value, never the value.
pub fn load(source: &PepperSource, has_keys: bool) -> Result<Pepper, Wrong> {
    match source {
        PepperSource::Value(text) => parse(VARIABLE, "the value", text),
        PepperSource::File(path) => {
            let shown = path.display();
            if has_keys && is_missing(path) {
                return Err(Wrong {
                    variable: FILE_VARIABLE,
                    why: format!(
                        "{shown} is not there, and the database holds keys that were made under it"
                    ),
                    allowed: "the file that belongs to this database; restore it",
                });
            }
            let text = read_or_make(path).map_err(|cause| Wrong {
                variable: FILE_VARIABLE,
                why: format!("{shown} cannot be used: {cause}"),
                allowed: "a file that only the server's user can read (mode 0600), in a folder where it may be made",
            })?;
            parse(FILE_VARIABLE, &shown.to_string(), &text)
        }
    }
}

fn parse(variable: &'static str, what: &str, text: &str) -> Result<Pepper, Wrong> {
    Pepper::parse_base64(text.trim()).map_err(|_| Wrong {
        variable,
        why: format!("{what} does not hold a pepper"),
        allowed: ALLOWED,
    })
}

fn is_missing(path: &Path) -> bool {
    matches!(fs::metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

fn read_or_make(path: &Path) -> io::Result<Zeroizing<String>> {
    match fs::metadata(path) {
        Ok(metadata) => {
            let mode = metadata.permissions().mode();
            if mode & 0o077 != 0 {
                return Err(io::Error::other(format!(
                    "its mode {:04o} lets others read it; run `chmod 600`",
                    mode & 0o7777
                )));
            }
            fs::read_to_string(path).map(Zeroizing::new)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
        Err(error) => Err(error),
    }
}

fn make(path: &Path) -> io::Result<Zeroizing<String>> {
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        fs::create_dir_all(folder)?;
    }
    let text = Pepper::generate(&SystemEntropy).to_base64();
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    // The mode above is subject to the umask, this is not.
    file.set_permissions(Permissions::from_mode(0o600))?;
    file.write_all(text.as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, engine::general_purpose::STANDARD};

    fn wrong(source: &PepperSource) -> String {
        load(source, false).err().expect("refused").to_string()
    }

    #[test]
    fn the_file_is_made_once_and_only_for_its_owner() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("new/pepper");
        let source = PepperSource::File(path.clone());
        load(&source, false).expect("made");
        let first = fs::read(&path).expect("there");
        load(&source, false).expect("read");
        assert_eq!(fs::read(&path).expect("there"), first);
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o7777, 0o600);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pepper");
        let source = PepperSource::File(path.clone());
        load(&source, false).expect("made");
        for mode in [0o640, 0o604, 0o644, 0o660] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("own file");
            assert!(wrong(&source).contains("chmod 600"));
        }
    }

    #[test]
    fn a_lost_file_is_not_replaced_where_there_are_keys() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pepper");
        let source = PepperSource::File(path.clone());
        let refusal = load(&source, true).err().expect("refused").to_string();
        assert!(refusal.contains("restore") && !refusal.contains('\n'));
        assert!(!path.exists());
        load(&source, false).expect("made");
        load(&source, true).expect("read");
    }

    #[test]
    fn a_wrong_length_is_refused_and_not_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pepper");
        for bytes in [0_usize, 16, 31, 33] {
            let text = STANDARD.encode(vec![0xA7; bytes]);
            fs::write(&path, &text).expect("written");
            fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("own file");
            let of_file = wrong(&PepperSource::File(path.clone()));
            let of_value = wrong(&PepperSource::Value(text.clone().into()));
            assert!(text.is_empty() || !(of_file + &of_value).contains(&text));
        }
    }
}
