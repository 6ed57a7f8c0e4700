//! Checks dependencies for known vulnerabilities, licenses and sources with cargo-deny.

use std::{env, ffi::OsStr, path::Path};

use anyhow::{Context as _, Result, bail};

use crate::{
    cargo_tool, process,
    step::{info, step},
    workspace::Workspace,
};

/// `skip` skips the advisories.
const VARIABLE: &str = "LATCHKEY_ADVISORIES";
const TOOL: &str = "cargo-deny";
/// The checks to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// Everything. A check that cannot run is a failure.
    Full,
    /// Everything except advisories, whose database is fetched from GitHub. Nothing if cargo-deny is not installed.
    WithoutAdvisories,
}

/// Checks advisories, bans, licenses and sources, and installs cargo-deny if it is missing.
///
/// # Errors
/// If a check fails, if cargo-deny cannot be installed, or if its database cannot be fetched. With
/// `LATCHKEY_ADVISORIES=skip` the last two are not errors: the checks that were skipped are printed.
pub fn check(workspace: &Workspace) -> Result<()> {
    let scope = scope(env::var_os(VARIABLE).as_deref())?;
    let deny = match (scope, cargo_tool::installed(TOOL)) {
        (_, Some(deny)) => deny,
        (Scope::Full, None) => cargo_tool::ensure(workspace, TOOL, None)
            .with_context(|| format!("advisories need cargo-deny; {VARIABLE}=skip skips them"))?,
        (Scope::WithoutAdvisories, None) => {
            info(&format!(
                "cargo deny: NOT CHECKED: advisories, bans, licenses, sources ({VARIABLE}=skip, and cargo-deny is not installed)"
            ));
            return Ok(());
        }
    };
    step("cargo deny", || run(workspace, &deny, scope))?;
    if scope == Scope::WithoutAdvisories {
        info(&format!(
            "cargo deny: NOT CHECKED: advisories ({VARIABLE}=skip)"
        ));
    }
    Ok(())
}

fn scope(variable: Option<&OsStr>) -> Result<Scope> {
    match variable.map(OsStr::as_encoded_bytes) {
        None | Some(b"" | b"check") => Ok(Scope::Full),
        Some(b"skip") => Ok(Scope::WithoutAdvisories),
        Some(_) => bail!("{VARIABLE} must be `check` (the default) or `skip`"),
    }
}

fn run(workspace: &Workspace, deny: &Path, scope: Scope) -> Result<()> {
    let mut cargo = workspace.cargo("deny");
    cargo
        .env("PATH", process::path_with(deny)?)
        .args(["check", "bans", "licenses", "sources"]);
    if scope == Scope::Full {
        cargo.arg("advisories");
    }
    process::output(&mut cargo).with_context(|| match scope {
        Scope::Full => {
            format!("if the advisory database cannot be fetched, {VARIABLE}=skip skips advisories")
        }
        Scope::WithoutAdvisories => "a dependency breaks a rule of deny.toml".to_owned(),
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisories_are_checked_unless_the_variable_is_skip() {
        let parsed = |text: &str| scope(Some(OsStr::new(text))).ok();
        assert_eq!(scope(None).ok(), Some(Scope::Full));
        assert_eq!(parsed(""), Some(Scope::Full));
        assert_eq!(parsed("check"), Some(Scope::Full));
        assert_eq!(parsed("skip"), Some(Scope::WithoutAdvisories));
        for other in ["0", "no", "Skip", "skip "] {
            assert_eq!(parsed(other), None, "{other}");
        }
    }
}
