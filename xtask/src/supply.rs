//! The supply chain: known vulnerabilities, licences and sources of what is built in, by cargo-deny.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    process::{self, find},
    step::{note, step},
    workspace::Workspace,
};

/// Says that advisories are not to be checked.
const VARIABLE: &str = "LATCHKEY_ADVISORIES";
/// Where cargo-deny is put if it is nowhere else.
const TOOLS: &str = "target/tools/cargo-deny";

/// What cargo-deny is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    /// Everything. What cannot be checked is a failure.
    Everything,
    /// All but advisories, which need a database that is fetched from GitHub; nothing where cargo-deny is not installed.
    WithoutAdvisories,
}

/// Checks advisories, bans, licences and sources, and installs cargo-deny for it where it is missing.
///
/// # Errors
/// Where something is found, cargo-deny cannot be installed, or its database cannot be fetched, unless
/// `LATCHKEY_ADVISORIES=skip` is set: what was not checked is printed then.
pub fn check(workspace: &Workspace) -> Result<()> {
    let asked = asked(env::var_os(VARIABLE).as_deref())?;
    let deny = match (asked, installed()) {
        (_, Some(deny)) => deny,
        (Asked::Everything, None) => install(workspace).with_context(|| {
            format!("without cargo-deny no advisory is checked; {VARIABLE}=skip goes on without")
        })?,
        (Asked::WithoutAdvisories, None) => {
            note(&format!(
                "cargo deny: NOT CHECKED: advisories, bans, licenses, sources ({VARIABLE}=skip, and it is not installed)"
            ));
            return Ok(());
        }
    };
    step("cargo deny", || run(workspace, &deny, asked))?;
    if asked == Asked::WithoutAdvisories {
        note(&format!(
            "cargo deny: NOT CHECKED: advisories ({VARIABLE}=skip)"
        ));
    }
    Ok(())
}

fn asked(variable: Option<&OsStr>) -> Result<Asked> {
    match variable.map(OsStr::as_encoded_bytes) {
        None | Some(b"" | b"check") => Ok(Asked::Everything),
        Some(b"skip") => Ok(Asked::WithoutAdvisories),
        Some(_) => bail!("{VARIABLE} is `check` (the default) or `skip`"),
    }
}

fn run(workspace: &Workspace, deny: &Path, asked: Asked) -> Result<()> {
    let mut cargo = workspace.cargo("deny");
    cargo
        .env("PATH", process::path_with(deny)?)
        .args(["check", "bans", "licenses", "sources"]);
    if asked == Asked::Everything {
        cargo.arg("advisories");
    }
    process::output(&mut cargo).with_context(|| match asked {
        Asked::Everything => {
            format!("where its database cannot be had, {VARIABLE}=skip goes on without advisories")
        }
        Asked::WithoutAdvisories => "a dependency breaks a rule of deny.toml".to_owned(),
    })?;
    Ok(())
}

fn installed() -> Option<PathBuf> {
    let own = Path::new(TOOLS).join("bin/cargo-deny");
    find("cargo-deny").or_else(|| fs::canonicalize(own).ok())
}

fn install(workspace: &Workspace) -> Result<PathBuf> {
    let mut cargo = workspace.cargo("install");
    cargo.args(["--locked", "--root", TOOLS, "cargo-deny"]);
    step("install cargo-deny, once, in some minutes", || {
        process::output(&mut cargo)
    })?;
    let program = Path::new(TOOLS).join("bin/cargo-deny");
    fs::canonicalize(&program).with_context(|| format!("cannot find {}", program.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisories_are_checked_unless_it_is_told_otherwise() {
        let of = |text: &str| asked(Some(OsStr::new(text))).ok();
        assert_eq!(asked(None).ok(), Some(Asked::Everything));
        assert_eq!(of(""), Some(Asked::Everything));
        assert_eq!(of("check"), Some(Asked::Everything));
        assert_eq!(of("skip"), Some(Asked::WithoutAdvisories));
        for other in ["0", "no", "Skip", "skip "] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
