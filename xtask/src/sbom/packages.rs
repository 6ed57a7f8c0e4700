//! The packages of a `package-lock.json`: they build and test, and nothing of them is shipped.

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::Component;

/// Every package of the lock file; one that lies in several folders is there several times.
pub fn components(name_of_lock: &str, lock: &str) -> Result<Vec<Component>> {
    let lock: Value = serde_json::from_str(lock).with_context(|| name_of_lock.to_owned())?;
    let packages = lock["packages"]
        .as_object()
        .with_context(|| format!("{name_of_lock} lists packages"))?;
    packages
        .iter()
        // The folder itself has no name.
        .filter(|(path, _)| !path.is_empty())
        .map(|(path, entry)| {
            let name = path
                .rsplit("node_modules/")
                .next()
                .unwrap_or(path)
                .to_owned();
            let version = entry["version"]
                .as_str()
                .with_context(|| format!("{path} has a version"))?;
            Ok(Component {
                reference: format!("pkg:npm/{}@{version}", name.replace('@', "%40")),
                version: version.to_owned(),
                license: entry["license"].as_str().map(str::to_owned),
                hash: entry["integrity"].as_str().map(digest).transpose()?,
                shipped: false,
                locks: vec![name_of_lock.to_owned()],
                name,
            })
        })
        .collect()
}

/// A digest as npm writes it (`sha512-` and base64), as `CycloneDX` does.
fn digest(integrity: &str) -> Result<(&'static str, String)> {
    let digest = integrity
        .strip_prefix("sha512-")
        .with_context(|| format!("`{integrity}` is no SHA-512"))?;
    let bytes = STANDARD
        .decode(digest)
        .with_context(|| format!("`{integrity}` is no base64"))?;
    Ok(("SHA-512", hex::encode(bytes)))
}
