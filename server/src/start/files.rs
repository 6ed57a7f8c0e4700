//! Warnings about the permissions and places of the files that the settings name.

use crate::config::{Config, PepperSource};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use store::sqlite_path;

/// Returns one sentence for each warning.
pub fn warnings(config: &Config) -> Vec<String> {
    let Ok(Some(database)) = sqlite_path(&config.database_url) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let folder = folder(&database);
    if let PepperSource::File(pepper) = &config.pepper
        && self::folder(pepper) == folder
    {
        found.push(format!(
            "the pepper {} is in the same folder as the database: a copy of the folder, such as a stolen backup, is all that it \
             takes to forge keys; move it elsewhere and set LATCHKEY_PEPPER_FILE",
            pepper.display()
        ));
    }
    if let Ok(metadata) = fs::metadata(&database) {
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o077 != 0 {
            found.push(format!(
                "the database {} has mode {mode:04o}, which lets other users access it; run chmod 600 on it and the files beside it",
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

    fn warnings_of(database: &Path, pepper: &Path) -> Vec<String> {
        let url = format!("sqlite://{}", database.display());
        let config = Config::read(|name| match name {
            "LATCHKEY_DATABASE_URL" => Some(url.clone().into()),
            "LATCHKEY_PEPPER_FILE" => Some(pepper.into()),
            _ => None,
        });
        warnings(&config.expect("settings"))
    }

    #[test]
    fn a_pepper_in_the_databases_folder_is_reported_also_through_a_link() {
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
            let warnings = warnings_of(&database, &pepper);
            assert!(
                warnings.len() == 1 && warnings[0].contains("same folder"),
                "{warnings:?}"
            );
        }
        assert!(warnings_of(&database, &secrets.join("pepper")).is_empty());

        fs::set_permissions(&database, Permissions::from_mode(0o644)).expect("own file");
        let warnings = warnings_of(&database, &secrets.join("pepper"));
        assert!(
            warnings.len() == 1 && warnings[0].contains("chmod 600"),
            "{warnings:?}"
        );
    }
}
