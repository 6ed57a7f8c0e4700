//! `cargo xtask sbom` writes a software bill of materials in `CycloneDX` 1.6 from the lock files of the program, its tools and the browser tests. The fuzz tests have a lock file of their own, which is left out.
//!
//! It contains neither a time nor a serial number, so that the same lock files result in the same bytes.

mod crates;
mod packages;

use std::{collections::BTreeMap, path::Path};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use crate::{files, step::info, workspace::Workspace};

/// The default output file.
pub const DEFAULT_FILE: &str = "target/latchkey.cdx.json";

/// Folders with a `package-lock.json`.
const NPM_FOLDERS: [&str; 3] = ["end2end", "xtask/lighthouse", "xtask/npm"];

/// One package of a lock file.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Component {
    /// Unique in the bill. A purl (<https://github.com/package-url/purl-spec>) if the package comes from a registry.
    reference: String,
    name: String,
    version: String,
    /// An SPDX expression.
    license: Option<String>,
    /// Algorithm and digest in hexadecimal.
    hash: Option<(&'static str, String)>,
    /// Whether the package is part of the server or of the browser's program, and not only used to build or test them.
    shipped: bool,
    /// The lock files that list it.
    locks: Vec<String>,
}

/// Writes the bill of materials.
pub fn write(workspace: &Workspace, file: &Path) -> Result<()> {
    let metadata = crate::process::output(workspace.cargo("metadata").args(crates::METADATA))?;
    let bill = bill(Path::new("."), &metadata)?;
    let count = bill["components"].as_array().map_or(0, Vec::len);
    let text = serde_json::to_string_pretty(&bill)? + "\n";
    files::write(file, text.as_bytes())?;
    info(&format!("{}: {count} components", file.display()));
    Ok(())
}

/// Returns the bill of the workspace at `root`. `metadata` is the output of `cargo metadata`.
fn bill(root: &Path, metadata: &str) -> Result<Value> {
    let metadata: Value = serde_json::from_str(metadata).context("cargo metadata")?;
    let lock = text(&root.join("Cargo.lock"))?;
    let mut components = BTreeMap::new();
    let all = crates::components(&lock, &metadata)?;
    let dependencies = crates::dependencies(&metadata, &all)?;
    add(&mut components, all);
    for folder in NPM_FOLDERS {
        let name = format!("{folder}/package-lock.json");
        let lock = text(&root.join(&name))?;
        add(&mut components, packages::components(&name, &lock)?);
    }
    let product = crates::product(&metadata)?;
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": { "components": [{ "type": "application", "name": "cargo xtask sbom" }] },
            "component": product,
        },
        "components": components.values().map(Component::json).collect::<Vec<_>>(),
        "dependencies": dependencies,
    }))
}

/// Adds the components. If one is present already, its lock files are merged.
fn add(all: &mut BTreeMap<String, Component>, new: Vec<Component>) {
    for component in new {
        match all.get_mut(&component.reference) {
            Some(known) => {
                known.shipped |= component.shipped;
                for lock in component.locks {
                    if !known.locks.contains(&lock) {
                        known.locks.push(lock);
                    }
                }
            }
            None => {
                all.insert(component.reference.clone(), component);
            }
        }
    }
}

impl Component {
    fn json(&self) -> Value {
        let locks = self.locks.iter();
        let mut json = json!({
            "type": "library",
            "bom-ref": self.reference,
            "name": self.name,
            "version": self.version,
            "scope": if self.shipped { "required" } else { "excluded" },
            "properties": locks.map(|lock| json!({ "name": "latchkey:lock", "value": lock })).collect::<Vec<_>>(),
        });
        if self.reference.starts_with("pkg:") {
            json["purl"] = json!(self.reference);
        }
        if let Some(license) = &self.license {
            json["licenses"] = json!([{ "expression": license }]);
        }
        if let Some((algorithm, digest)) = &self.hash {
            json["hashes"] = json!([{ "alg": algorithm, "content": digest }]);
        }
        json
    }
}

fn text(path: &Path) -> Result<String> {
    String::from_utf8(files::read(path)?)
        .with_context(|| format!("{} is not UTF-8", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, path::PathBuf, process::Command};

    fn bill_of_the_workspace() -> (PathBuf, Value) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .current_dir(&root)
            .arg("metadata")
            .args(crates::METADATA)
            .output()
            .expect("cargo starts");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let metadata = String::from_utf8(output.stdout).expect("text");
        let bill = bill(&root, &metadata).expect("a bill");
        (root, bill)
    }

    /// Returns the references of the components that a lock file lists.
    fn listed_in(bill: &Value, lock: &str) -> BTreeSet<String> {
        let components = bill["components"].as_array().expect("a list");
        let is_in_lock = |component: &Value| {
            let properties = component["properties"].as_array().expect("a list");
            properties.iter().any(|property| property["value"] == lock)
        };
        components
            .iter()
            .filter(|component| is_in_lock(component))
            .map(|component| component["bom-ref"].as_str().expect("text").to_owned())
            .collect()
    }

    #[test]
    fn every_entry_of_every_lock_file_is_a_component() {
        let (root, bill) = bill_of_the_workspace();
        let lock = text(&root.join("Cargo.lock")).expect("read");
        let entries = lock.matches("[[package]]").count();
        assert_eq!(listed_in(&bill, "Cargo.lock").len(), entries);
        for folder in NPM_FOLDERS {
            let name = format!("{folder}/package-lock.json");
            let lock: Value =
                serde_json::from_str(&text(&root.join(&name)).expect("read")).expect("JSON");
            let packages = lock["packages"].as_object().expect("an object");
            // A package may be in several folders.
            let entries: BTreeSet<_> = packages
                .iter()
                .filter(|(path, _)| !path.is_empty())
                .map(|(path, entry)| {
                    let name = path.rsplit("node_modules/").next().expect("a name");
                    format!("{name} {}", entry["version"])
                })
                .collect();
            assert!(!entries.is_empty());
            assert_eq!(listed_in(&bill, &name).len(), entries.len(), "{name}");
        }
    }

    #[test]
    fn components_have_unique_references_licenses_hashes_and_scopes() {
        let (_, bill) = bill_of_the_workspace();
        assert_eq!(
            (&bill["bomFormat"], &bill["specVersion"]),
            (&json!("CycloneDX"), &json!("1.6"))
        );
        let components = bill["components"].as_array().expect("a list");
        let references: BTreeSet<_> = components
            .iter()
            .map(|component| component["bom-ref"].as_str())
            .collect();
        assert_eq!(
            references.len(),
            components.len(),
            "references are not unique"
        );
        let find = |name: &str| {
            components
                .iter()
                .find(|component| component["name"] == name)
                .expect("the component is listed")
        };
        let sqlx = find("sqlx-sqlite");
        assert_eq!(sqlx["scope"], "required");
        assert_eq!(sqlx["licenses"][0]["expression"], "MIT OR Apache-2.0");
        assert_eq!(
            (
                &sqlx["hashes"][0]["alg"],
                sqlx["hashes"][0]["content"].as_str().map(str::len)
            ),
            (&json!("SHA-256"), Some(64))
        );
        assert_eq!(
            find("proptest")["scope"],
            "excluded",
            "a dependency of tests only"
        );
        let esbuild = find("@esbuild/linux-x64");
        assert!(
            esbuild["purl"]
                .as_str()
                .is_some_and(|purl| purl.starts_with("pkg:npm/%40esbuild/linux-x64@"))
        );
        assert_eq!(
            esbuild["hashes"][0]["content"].as_str().map(str::len),
            Some(128)
        );
        assert_eq!(esbuild["scope"], "excluded");
        for dependency in bill["dependencies"].as_array().expect("a list") {
            let all = dependency["dependsOn"].as_array().expect("a list").iter();
            for reference in all.chain([&dependency["ref"]]) {
                assert!(
                    references.contains(&reference.as_str()),
                    "{reference} is not a component"
                );
            }
        }
    }
}
