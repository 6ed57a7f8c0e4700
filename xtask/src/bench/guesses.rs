//! Measures calls with a right secret while others guess at the same key: 5,000 wrong secrets a second from changing addresses, and 50
//! right ones from elsewhere.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    bench::{
        gate::{LOAD, calls_for, print_comparison},
        server::RunningServer,
    },
    step::{info, step},
};

const KEYS: usize = 100;
const SECONDS: &str = "20";
/// Longer than the calls and what warms them up.
const GUESSING_SECONDS: &str = "30";
const RIGHT_RATE: &str = "50";
const WRONG_RATE: &str = "5000";

/// Measures, prints the results, and fails if a right secret was refused.
pub fn measure() -> Result<()> {
    let (server, pairs) = step("a gate with 100 keys behind a proxy", || {
        RunningServer::with_pairs(KEYS, "127.0.0.1")
    })?;
    let first = first_pair(&pairs)?;
    let right = |name: &str| {
        let run = calls_for(&server, &first, "valid", SECONDS, Some(RIGHT_RATE))?;
        if run
            .responses
            .split_whitespace()
            .any(|kind| !kind.starts_with("200="))
        {
            bail!("{name}: a right secret was refused: {}", run.responses);
        }
        Ok(run)
    };
    let rest = right("at rest")?;
    print_comparison("50 right secrets a second", &rest, &rest);
    let mut guesses = Command::new("taskset");
    guesses.args(["-c", "1", LOAD, &server.address.to_string()]);
    guesses
        .arg(&pairs)
        .args(["guesses", GUESSING_SECONDS, WRONG_RATE]);
    let guesses = guesses.stdout(Stdio::piped()).spawn();
    let guesses = guesses.with_context(|| format!("cannot start {LOAD}"))?;
    let amid = right("amid guesses");
    let output = guesses.wait_with_output()?;
    print_comparison(
        "the same amid 5,000 wrong ones for the same key",
        &amid?,
        &rest,
    );
    let wrong = String::from_utf8_lossy(&output.stdout);
    info(&format!("  the wrong ones: {}", wrong.trim()));
    if wrong.contains(" 200=") || !wrong.contains(" 401=") {
        bail!("the wrong secrets were not refused");
    }
    Ok(())
}

/// Writes a file with the first key id and secret alone.
fn first_pair(pairs: &Path) -> Result<PathBuf> {
    let text = fs::read_to_string(pairs)?;
    let line = text.lines().next().context("no key")?;
    let file = pairs.with_extension("first");
    fs::write(&file, format!("{line}\n"))?;
    Ok(file)
}
