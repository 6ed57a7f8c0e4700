//! Files that are written only if they change, and stamps that record the inputs of a build step.

use std::{
    collections::BTreeSet,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// Writes the file unless it has these contents already: the server embeds the site, and rewriting an unchanged file would
/// recompile it.
pub fn write(path: &Path, contents: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|present| present == contents) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))
}

/// Reads a file. The error contains the path.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Lists all files in a folder and its subfolders. A folder that does not exist is empty.
pub fn list(folder: &Path) -> Result<BTreeSet<PathBuf>> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop().filter(|folder| folder.is_dir()) {
        for entry in
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(path);
            }
        }
    }
    Ok(found)
}

/// Records the inputs of a build step, so that it is not repeated for the same inputs.
pub struct Stamp {
    file: PathBuf,
    key: String,
}

impl Stamp {
    /// Creates the stamp of a step with these inputs.
    pub fn new(name: &str, inputs: &[&[u8]]) -> Self {
        let mut hasher = DefaultHasher::new();
        inputs.hash(&mut hasher);
        Self {
            file: Path::new("target/site-stamps").join(name),
            key: format!("{:016x}", hasher.finish()),
        }
    }

    /// Returns a hash of the inputs, in hexadecimal.
    pub fn version(&self) -> &str {
        &self.key
    }

    /// Whether the step was done for the same inputs, and its outputs exist.
    pub fn is_fresh(&self, outputs: &[&Path]) -> bool {
        outputs.iter().all(|path| path.is_file())
            && fs::read_to_string(&self.file).is_ok_and(|key| key == self.key)
    }

    /// Records that the step is done.
    pub fn save(&self) -> Result<()> {
        write(&self.file, self.key.as_bytes())
    }
}
