//! Components from a `package-lock.json`. npm packages only build and test; none is shipped.

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

use super::Component;

/// Returns a component for each entry of the lock file. A package in several folders has several entries.
pub fn components(lock_name: &str, lock: &str) -> Result<Vec<Component>> {
    let lock: Value = serde_json::from_str(lock).with_context(|| lock_name.to_owned())?;
    let packages = lock["packages"]
        .as_object()
        .with_context(|| format!("{lock_name} has no `packages`"))?;
    packages
        .iter()
        // The empty path is the folder itself.
        .filter(|(path, _)| !path.is_empty())
        .map(|(path, entry)| {
            let name = path
                .rsplit("node_modules/")
                .next()
                .unwrap_or(path)
                .to_owned();
            let version = entry["version"]
                .as_str()
                .with_context(|| format!("{path} has no version"))?;
            Ok(Component {
                reference: format!("pkg:npm/{}@{version}", name.replace('@', "%40")),
                version: version.to_owned(),
                license: entry["license"].as_str().map(str::to_owned),
                hash: entry["integrity"].as_str().map(digest).transpose()?,
                shipped: false,
                locks: vec![lock_name.to_owned()],
                name,
            })
        })
        .collect()
}

/// Converts a digest from npm's format (`sha512-` and base64) to `CycloneDX`'s.
fn digest(integrity: &str) -> Result<(&'static str, String)> {
    let digest = integrity
        .strip_prefix("sha512-")
        .with_context(|| format!("`{integrity}` is not a SHA-512 digest"))?;
    let bytes = STANDARD
        .decode(digest)
        .with_context(|| format!("`{integrity}` is not base64"))?;
    Ok(("SHA-512", hex::encode(bytes)))
}
