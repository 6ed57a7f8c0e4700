//! Measures usage with many values: calls from clients that never come back, with many user agents and routes.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};

use crate::{
    bench::{
        gate::{calls_for, print_comparison},
        server::RunningServer,
    },
    process::output,
    step::{info, step},
};

const KEYS: usize = 10_000;
/// Seconds of calls.
const SECONDS: &str = "180";
/// Calls per second; at the highest rate, latencies would be those of a full queue.
const RATE: &str = "20000";
const MEGABYTE: f64 = 1e6;
/// The tables of usage.
const TABLES: [&str; 5] = [
    "usage_breakdown",
    "usage_rollup",
    "usage_refusal",
    "decision",
    "sighting",
];

/// Measures, and prints the results.
pub fn measure() -> Result<()> {
    let (mut server, pairs) = step("a gate with 10,000 keys behind a proxy", || {
        RunningServer::with_pairs(KEYS, "127.0.0.1")
    })?;
    let before = size(&server.database())?;
    let run = calls_for(&server, &pairs, "varied", SECONDS, Some(RATE))?;
    print_comparison("calls with many values", &run, &run);
    let peak = number(server.peak_memory()?);
    let began = Instant::now();
    server.stop()?;
    let stopped = began.elapsed();
    let growth = number(size(&server.database())?.saturating_sub(before));
    let (seconds, calls) = (SECONDS.parse::<f64>()?, run.calls);
    info(&format!(
        "  {:.0} MB of memory at most; the database grew by {:.1} MB: {:.1} bytes per call, {:.1} MB per minute; stopped after {:.1} s",
        peak / MEGABYTE,
        growth / MEGABYTE,
        growth / calls,
        growth / MEGABYTE / (seconds / 60.0),
        Duration::as_secs_f64(&stopped),
    ));
    let mut rows = Vec::new();
    for table in TABLES {
        let count = format!("SELECT COUNT(*) FROM {table}");
        let mut sqlite = Command::new("sqlite3");
        let count = output(sqlite.arg(server.database()).arg(count))?;
        rows.push(format!("{table} {}", count.trim()));
    }
    info(&format!("  rows: {}", rows.join(", ")));
    Ok(())
}

/// Returns the size of a database and its write-ahead log in bytes.
fn size(database: &Path) -> Result<u64> {
    let log = database.with_extension("db-wal");
    let length = fs::metadata(database)
        .with_context(|| format!("cannot find {}", database.display()))?
        .len();
    Ok(length + fs::metadata(log).map_or(0, |log| log.len()))
}

#[expect(clippy::cast_precision_loss, reason = "far fewer bytes than 2^52")]
fn number(bytes: u64) -> f64 {
    bytes as f64
}
