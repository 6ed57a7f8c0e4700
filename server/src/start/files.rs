//! What is odd about the files that the settings name: said at the start, and no reason to stop.

use crate::config::{Config, PepperSource};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use store::sqlite_path;

/// A sentence for each thing.
pub fn oddities(config: &Config) -> Vec<String> {
    let Ok(Some(database)) = sqlite_path(&config.database_url) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let folder = folder(&database);
    if let PepperSource::File(pepper) = &config.pepper
        && self::folder(pepper) == folder
    {
        found.push(format!(
            "the pepper {} is in the same folder as the database: who copies the folder, for a backup or as a thief, has all \
             that it takes to make keys; keep it elsewhere and set LATCHKEY_PEPPER_FILE",
            pepper.display()
        ));
    }
    if let Ok(metadata) = fs::metadata(&database) {
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            found.push(format!(
                "the database {} has mode {mode:04o}, with which others can use it; run chmod 600 on it and the files beside it",
                database.display()
            ));
        }
    }
    found
}

fn folder(path: &Path) -> Option<PathBuf> {
    let parent = path.parent()?;
    let parent = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    fs::canonicalize(parent).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs::Permissions, os::unix::fs::symlink};

    fn oddities_of(database: &Path, pepper: &Path) -> Vec<String> {
        let url = format!("sqlite://{}", database.display());
        let config = Config::read(|name| match name {
            "LATCHKEY_DATABASE_URL" => Some(url.clone().into()),
            "LATCHKEY_PEPPER_FILE" => Some(pepper.into()),
            _ => None,
        });
        oddities(&config.expect("settings"))
    }

    #[test]
    fn a_pepper_beside_the_database_is_told_whatever_the_folder_is_called() {
        let folder = tempfile::tempdir().expect("a folder");
        let [data, secrets, link] =
            ["data", "secrets", "link"].map(|name| folder.path().join(name));
        fs::create_dir(&data).expect("made");
        fs::create_dir(&secrets).expect("made");
        symlink(&data, &link).expect("made");
        let database = data.join("latchkey.db");
        fs::write(&database, "").expect("made");
        fs::set_permissions(&database, Permissions::from_mode(0o600)).expect("own file");
        for pepper in [data.join("pepper"), link.join("pepper")] {
            let told = oddities_of(&database, &pepper);
            assert!(
                told.len() == 1 && told[0].contains("same folder"),
                "{told:?}"
            );
        }
        assert!(oddities_of(&database, &secrets.join("pepper")).is_empty());

        fs::set_permissions(&database, Permissions::from_mode(0o644)).expect("own file");
        let told = oddities_of(&database, &secrets.join("pepper"));
        assert!(told.len() == 1 && told[0].contains("chmod 600"), "{told:?}");
    }
}
