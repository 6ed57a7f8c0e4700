//! Files that are written only when they change, and stamps of what they were made from.

use std::{
    collections::BTreeSet,
    fs,
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

/// Writes the file unless it already holds these bytes: the server embeds the site, and an unchanged file must not
/// make it compile again.
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

/// The file's bytes; the error names it.
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Every file beneath a folder, in order. A folder that is not there has none.
pub fn beneath(folder: &Path) -> Result<BTreeSet<PathBuf>> {
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

/// The memory of one piece of work: it is not done twice for the same inputs.
pub struct Stamp {
    file: PathBuf,
    key: String,
}

impl Stamp {
    /// A stamp for work of this name, made from these inputs.
    pub fn new(name: &str, inputs: &[&[u8]]) -> Self {
        let mut hasher = DefaultHasher::new();
        inputs.hash(&mut hasher);
        Self {
            file: Path::new("target/site-stamps").join(name),
            key: format!("{:016x}", hasher.finish()),
        }
    }

    /// A name for these inputs.
    pub fn version(&self) -> &str {
        &self.key
    }

    /// Whether the work was done for the same inputs, and what it made is still there.
    pub fn is_fresh(&self, outputs: &[&Path]) -> bool {
        outputs.iter().all(|path| path.is_file())
            && fs::read_to_string(&self.file).is_ok_and(|key| key == self.key)
    }

    /// Remembers that the work is done.
    pub fn set(&self) -> Result<()> {
        write(&self.file, self.key.as_bytes())
    }
}
