//! The tests in a browser, by Playwright, in `end2end`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{
    machine, npm,
    postgres::Postgres,
    process::{self, find, output},
    server,
    step::{loud, step},
    workspace::clean,
};

const FOLDER: &str = "end2end";

/// Runs the tests against [`server::PROGRAM`]. They find it by `LATCHKEY_BIN`, and a browser of the system by
/// `LATCHKEY_CHROMIUM`; without that variable they use Playwright's own.
pub fn test(postgres: &Postgres, filter: Option<&str>) -> Result<()> {
    npm::install(Path::new(FOLDER)).context("the browser tests need Node.js and their packages")?;
    step("types of the browser tests", || {
        output(installed("tsc").arg("--noEmit")).context("the browser tests do not hold together")
    })?;
    let mut playwright = installed("playwright");
    playwright.arg("test");
    if let Some(browser) = ensure_browser()? {
        playwright.env("LATCHKEY_CHROMIUM", browser);
    }
    let program = fs::canonicalize(server::PROGRAM)
        .with_context(|| format!("cannot find {}", server::PROGRAM))?;
    playwright
        .env("LATCHKEY_BIN", program)
        .env(Postgres::VARIABLE, postgres.url());
    if let Some(filter) = filter {
        playwright.args(["--pass-with-no-tests", "--grep", filter]);
    }
    loud("tests in a browser", || process::run(&mut playwright))
}

/// The system's Chromium, installed if it can be; `None` for Playwright's own.
pub fn ensure_browser() -> Result<Option<PathBuf>> {
    if let Some(named) = std::env::var_os("LATCHKEY_CHROMIUM") {
        return Ok(Some(named.into()));
    }
    if let Some(browser) = system_browser() {
        return Ok(Some(browser));
    }
    if machine::can_install() {
        machine::install(&["chromium"])?;
        return system_browser()
            .context("Debian's chromium brought no browser")
            .map(Some);
    }
    step("Playwright's own Chromium", || {
        output(installed("playwright").args(["install", "chromium"]))
            .context("no Chromium here, and Playwright cannot fetch its own")
    })?;
    Ok(None)
}

fn system_browser() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(find)
}

/// A program of the folder's packages.
fn installed(program: &str) -> Command {
    let mut npx = clean("npx");
    npx.current_dir(FOLDER).args(["--no-install", program]);
    npx
}
