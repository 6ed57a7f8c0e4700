//! The peppers: secrets of 32 bytes that are never stored in the database. Without them no key can be verified.

use crate::{
    config::{ConfigError, PepperSource},
    secret_file,
};
use management::PepperName;
use std::{
    fs::{self, OpenOptions, Permissions},
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
};
use verification::{BadPeppers, MAX_PEPPERS, Pepper, Peppers, SystemEntropy};
use zeroize::Zeroizing;

const VARIABLE: &str = "LATCHKEY_PEPPER";
const FILE_VARIABLE: &str = "LATCHKEY_PEPPER_FILE";
const ALLOWED: &str = "32 bytes in base64, as `openssl rand -base64 32` prints them; one a line, the newest first, where there \
                       are several";

/// Reads the peppers, the newest first. A file that does not exist is created, unless the database has keys: those need
/// their own pepper.
///
/// # Errors
/// Says what is wrong with the file or the value, without the value.
pub fn load(source: &PepperSource, has_keys: bool) -> Result<Peppers, ConfigError> {
    match source {
        PepperSource::Value(text) => parse(VARIABLE, "the value", text),
        PepperSource::File(path) => {
            let shown = path.display();
            if has_keys && is_missing(path) {
                return Err(ConfigError {
                    variable: FILE_VARIABLE,
                    why: format!(
                        "{shown} does not exist, and the database holds keys that need it"
                    ),
                    allowed: "the file that belongs to this database; restore it",
                });
            }
            let text = read_or_create(path).map_err(|cause| ConfigError {
                variable: FILE_VARIABLE,
                why: format!("{shown} cannot be used: {cause}"),
                allowed: secret_file::ALLOWED,
            })?;
            parse(FILE_VARIABLE, &shown.to_string(), &text)
        }
    }
}

/// Returns the pepper's file if it exists.
pub fn existing_file(source: &PepperSource) -> Option<PathBuf> {
    match source {
        PepperSource::File(path) if path.exists() => Some(path.clone()),
        _ => None,
    }
}

/// Returns a warning for a start with an empty database and an existing pepper: its keys may be in another database.
pub fn empty_database_warning(path: &Path) -> String {
    format!(
        "The database is empty, but the pepper in {} existed before. If there are keys that need it, LATCHKEY_DATABASE_URL \
         points to the wrong database.",
        path.display()
    )
}

fn parse(variable: &'static str, what: &str, text: &str) -> Result<Peppers, ConfigError> {
    Peppers::parse(text).map_err(|bad| ConfigError {
        variable,
        why: match bad {
            BadPeppers::Bad(_) | BadPeppers::Missing => format!("{what} does not hold a pepper"),
            BadPeppers::Twice => format!("{what} holds a pepper twice"),
            BadPeppers::TooMany => format!("{what} holds more than {MAX_PEPPERS} peppers"),
        },
        allowed: ALLOWED,
    })
}

/// Adds a new pepper to a file, before the others, and returns its name. The file is replaced atomically and keeps its mode
/// and owner.
///
/// # Errors
/// If the file holds no peppers or the maximum number, or cannot be replaced.
pub fn rotate(path: &Path) -> Result<PepperName, ConfigError> {
    let shown = path.display().to_string();
    let cannot = |cause: io::Error| ConfigError {
        variable: FILE_VARIABLE,
        why: format!("{shown} cannot be replaced: {cause}"),
        allowed: "a file in a folder that this user may write to; where it is mounted from elsewhere, put a new line \
                  in front of it there",
    };
    // Replaces the target of a link, not the link.
    let path = fs::canonicalize(path).map_err(cannot)?;
    let metadata = fs::metadata(&path).map_err(cannot)?;
    let old = fs::read_to_string(&path)
        .map(Zeroizing::new)
        .map_err(cannot)?;
    parse(FILE_VARIABLE, &shown, &old)?;
    let new = Pepper::generate(&SystemEntropy);
    let text = Zeroizing::new(format!("{}\n{}\n", *new.to_base64(), old.trim()));
    parse(FILE_VARIABLE, &shown, &text)?;
    replace(&path, &metadata, text.as_bytes()).map_err(cannot)?;
    Ok(new.name())
}

fn replace(path: &Path, metadata: &fs::Metadata, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("/"));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let beside = folder.join(name);
    // Left by an interrupted rotation.
    if let Err(error) = fs::remove_file(&beside)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    let done = file.write_all(text).and_then(|()| {
        let (uid, gid) = (metadata.uid(), metadata.gid());
        let made = file.metadata()?;
        if (made.uid(), made.gid()) != (uid, gid) {
            fchown(&file, Some(uid), Some(gid))?;
        }
        file.set_permissions(metadata.permissions())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    if done.is_err() {
        let _ = fs::remove_file(&beside);
        return done;
    }
    fs::File::open(folder)?.sync_all()
}

fn is_missing(path: &Path) -> bool {
    matches!(fs::metadata(path), Err(error) if error.kind() == io::ErrorKind::NotFound)
}

fn read_or_create(path: &Path) -> io::Result<Zeroizing<String>> {
    match fs::metadata(path) {
        Ok(_) => secret_file::read(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path),
        Err(error) => Err(error),
    }
}

fn create(path: &Path) -> io::Result<Zeroizing<String>> {
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
    // The mode above is subject to the umask, this one is not.
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
    fn the_file_is_created_once_with_mode_0600() {
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
        for mode in [0o604, 0o644, 0o660] {
            fs::set_permissions(&path, Permissions::from_mode(mode)).expect("own file");
            let refusal = wrong(&source);
            assert!(
                refusal.contains("chmod") && refusal.contains("0600"),
                "{refusal}"
            );
        }
    }

    #[test]
    fn a_missing_file_is_not_created_if_there_are_keys() {
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
    fn a_rotation_adds_a_new_pepper_first_and_keeps_the_mode() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pepper");
        let source = PepperSource::File(path.clone());
        let first = load(&source, false).expect("made").names();
        fs::set_permissions(&path, Permissions::from_mode(0o400)).expect("own file");
        let second = rotate(&path).expect("rotated");
        let names = load(&source, true).expect("read").names();
        assert_eq!(names, [vec![second], first].concat());
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o7777, 0o400);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
        let text = fs::read_to_string(&path).expect("there");
        load(&PepperSource::Value(text.replace('\n', ",").into()), true).expect("as a value");
    }

    #[test]
    fn an_invalid_file_is_not_rotated() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pepper");
        assert!(rotate(&path).is_err(), "there is none");
        fs::write(&path, "nonsense\n").expect("written");
        assert!(rotate(&path).is_err());
        assert_eq!(fs::read_to_string(&path).expect("there"), "nonsense\n");
    }

    #[test]
    fn a_pepper_of_another_length_is_refused_and_not_shown() {
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
