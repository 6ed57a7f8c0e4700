//! Components from `Cargo.lock` and `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

use super::Component;

/// The arguments of `cargo metadata`.
pub const METADATA: [&str; 3] = ["--locked", "--format-version", "1"];
const LOCK: &str = "Cargo.lock";
/// The crates that are shipped with their dependencies.
const SHIPPED: [&str; 2] = ["server", "frontend"];

/// Returns a component for each package of the lock file.
pub fn components(lock: &str, metadata: &Value) -> Result<Vec<Component>> {
    let licenses = licenses(metadata)?;
    let shipped = shipped(metadata)?;
    lock.split("[[package]]")
        .skip(1)
        .map(|entry| {
            let field = |name: &str| {
                let start = format!("{name} = \"");
                let line = entry.lines().find_map(|line| line.strip_prefix(&start));
                line.and_then(|rest| rest.strip_suffix('"'))
                    .map(str::to_owned)
            };
            let name = field("name").context("a package of Cargo.lock has no name")?;
            let version = field("version").context("a package of Cargo.lock has no version")?;
            let reference = reference(&name, &version, field("source").is_none());
            Ok(Component {
                license: licenses.get(&reference).cloned(),
                shipped: shipped.contains(&reference),
                hash: field("checksum").map(|digest| ("SHA-256", digest)),
                locks: vec![LOCK.to_owned()],
                reference,
                name,
                version,
            })
        })
        .collect()
}

/// Returns the dependencies between components.
pub fn dependencies(metadata: &Value, known: &[Component]) -> Result<Vec<Value>> {
    let known: BTreeSet<_> = known
        .iter()
        .map(|component| component.reference.as_str())
        .collect();
    let references = references(metadata)?;
    let mut all = BTreeMap::new();
    for node in nodes(metadata)? {
        let Some(reference) = references.get(text(node, "id")?) else {
            continue;
        };
        let on: BTreeSet<_> = links(node)
            .filter_map(|link| references.get(link["pkg"].as_str()?))
            .filter(|reference| known.contains(reference.as_str()))
            .collect();
        all.insert(reference, on);
    }
    Ok(all
        .into_iter()
        .map(|(reference, on)| json!({ "ref": reference, "dependsOn": on }))
        .collect())
}

/// Returns the component of the product itself.
pub fn product(metadata: &Value) -> Result<Value> {
    let server = packages(metadata)?
        .iter()
        .find(|package| package["name"] == "server");
    let server = server.context("cargo metadata does not list the server")?;
    Ok(json!({
        "type": "application",
        "name": "latchkey",
        "version": text(server, "version")?,
        "licenses": [{ "expression": text(server, "license")? }],
    }))
}

/// Returns the purl of a crate of a registry. A crate of the workspace has no purl, because a registry may have another
/// crate with the same name.
fn reference(name: &str, version: &str, is_member: bool) -> String {
    // A plus separates build metadata from the version.
    let version = version.replace('+', "%2B");
    if is_member {
        format!("latchkey:{name}@{version}")
    } else {
        format!("pkg:cargo/{name}@{version}")
    }
}

fn reference_of(package: &Value) -> Result<String> {
    let is_member = package["source"].is_null();
    Ok(reference(
        text(package, "name")?,
        text(package, "version")?,
        is_member,
    ))
}

fn licenses(metadata: &Value) -> Result<BTreeMap<String, String>> {
    let mut licenses = BTreeMap::new();
    for package in packages(metadata)? {
        if let Some(license) = package["license"].as_str() {
            // `/` is the older notation of `OR`.
            licenses.insert(
                reference_of(package)?,
                license.replace(" / ", " OR ").replace('/', " OR "),
            );
        }
    }
    Ok(licenses)
}

/// Returns the references of the shipped crates and their normal dependencies, without those of procedural macros.
fn shipped(metadata: &Value) -> Result<BTreeSet<String>> {
    let references = references(metadata)?;
    let macros: BTreeSet<_> = packages(metadata)?
        .iter()
        .filter(|package| package["targets"][0]["kind"][0] == "proc-macro")
        .filter_map(|package| package["id"].as_str())
        .collect();
    let nodes: BTreeMap<_, _> = nodes(metadata)?
        .iter()
        .filter_map(|node| Some((node["id"].as_str()?, node)))
        .collect();
    let mut open: Vec<&str> = packages(metadata)?
        .iter()
        .filter(|package| SHIPPED.iter().any(|name| package["name"] == *name))
        .filter_map(|package| package["id"].as_str())
        .collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if macros.contains(id) || !seen.insert(id) {
            continue;
        }
        let normal = nodes
            .get(id)
            .into_iter()
            .flat_map(|node| links(node))
            .filter(|link| {
                let kinds = link["dep_kinds"].as_array();
                kinds.is_some_and(|kinds| kinds.iter().any(|kind| kind["kind"].is_null()))
            });
        open.extend(normal.filter_map(|link| link["pkg"].as_str()));
    }
    Ok(seen
        .into_iter()
        .filter_map(|id| references.get(id).cloned())
        .collect())
}

/// Maps each package's id in the metadata to its reference.
fn references(metadata: &Value) -> Result<BTreeMap<&str, String>> {
    packages(metadata)?
        .iter()
        .map(|package| Ok((text(package, "id")?, reference_of(package)?)))
        .collect()
}

fn packages(metadata: &Value) -> Result<&Vec<Value>> {
    metadata["packages"]
        .as_array()
        .context("cargo metadata lists no packages")
}

fn nodes(metadata: &Value) -> Result<&Vec<Value>> {
    metadata["resolve"]["nodes"]
        .as_array()
        .context("cargo metadata resolves no dependencies")
}

fn links(node: &Value) -> impl Iterator<Item = &Value> {
    node["deps"].as_array().into_iter().flatten()
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str> {
    value[field]
        .as_str()
        .with_context(|| format!("cargo metadata has no `{field}`"))
}
