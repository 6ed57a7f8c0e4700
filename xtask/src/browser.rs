//! Runs the browser tests in `end2end`: all of them in Chromium with Playwright, one journey in Firefox.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::{
    latchkey, npm,
    postgres::Postgres,
    process::{self, command_with_clean_environment, find_program, output},
    step::{info, step, step_with_output},
    system,
};

const FOLDER: &str = "end2end";

/// Runs the tests against [`latchkey::PROGRAM`], which is passed as `LATCHKEY_BIN`. `LATCHKEY_CHROMIUM` names the system's
/// browser; without it, the tests use Playwright's.
pub fn test(postgres: &Postgres, filter: Option<&str>) -> Result<()> {
    npm::install(Path::new(FOLDER)).context("the browser tests need Node.js and their packages")?;
    step("type check of the browser tests", || {
        output(npx("tsc").arg("--noEmit")).context("the types of the browser tests do not match")
    })?;
    let mut playwright = npx("playwright");
    playwright.arg("test");
    if let Some(browser) = ensure_browser()? {
        playwright.env("LATCHKEY_CHROMIUM", browser);
    }
    let program = fs::canonicalize(latchkey::PROGRAM)
        .with_context(|| format!("cannot find {}", latchkey::PROGRAM))?;
    playwright
        .env("LATCHKEY_BIN", &program)
        .env(Postgres::URL_VARIABLE, postgres.url());
    if let Some(filter) = filter {
        playwright.args(["--pass-with-no-tests", "--grep", filter]);
    }
    step_with_output("browser tests", || process::run(&mut playwright))?;
    test_firefox(&program, filter)
}

/// Runs the tests in `end2end/firefox`. `LATCHKEY_FIREFOX` names the browser. Without Firefox they are skipped, except in CI.
fn test_firefox(program: &Path, filter: Option<&str>) -> Result<()> {
    let firefox = match ensure_firefox() {
        Ok(firefox) => firefox,
        Err(error) if env::var_os("CI").is_some() => return Err(error),
        Err(error) => {
            info(&format!("browser tests in Firefox: skipped, {error}"));
            return Ok(());
        }
    };
    let mut playwright = npx("playwright");
    playwright
        .args(["test", "--config", "firefox"])
        .env("LATCHKEY_FIREFOX", firefox)
        .env("LATCHKEY_BIN", program);
    if let Some(filter) = filter {
        playwright.args(["--pass-with-no-tests", "--grep", filter]);
    }
    step_with_output("browser tests in Firefox", || process::run(&mut playwright))
}

/// Returns the path of Firefox, after installing Debian's package if possible.
fn ensure_firefox() -> Result<PathBuf> {
    if let Some(named) = env::var_os("LATCHKEY_FIREFOX") {
        return Ok(named.into());
    }
    let installed = || {
        ["firefox-esr", "firefox"]
            .into_iter()
            .find_map(find_program)
    };
    if let Some(firefox) = installed() {
        return Ok(firefox);
    }
    if system::can_install() {
        system::install(&["firefox-esr"])?;
    }
    installed().context("Firefox is not installed")
}

/// Returns the path of the system's Chromium, after installing it if possible, or `None` if Playwright's is used.
pub fn ensure_browser() -> Result<Option<PathBuf>> {
    if let Some(named) = env::var_os("LATCHKEY_CHROMIUM") {
        return Ok(Some(named.into()));
    }
    if let Some(browser) = system_browser() {
        return Ok(Some(browser));
    }
    if system::can_install() {
        system::install(&["chromium"])?;
        return system_browser()
            .context("Debian's package chromium contains no browser")
            .map(Some);
    }
    step("install Playwright's Chromium", || {
        output(npx("playwright").args(["install", "chromium"]))
            .context("Chromium is not installed, and Playwright cannot download it")
    })?;
    Ok(None)
}

fn system_browser() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(find_program)
}

/// Returns a command for a program of the folder's npm packages.
fn npx(program: &str) -> Command {
    let mut command = command_with_clean_environment("npx");
    command.current_dir(FOLDER).args(["--no-install", program]);
    command
}
