//! Measures the gate with all middleware and with usage counted, compared to a bare axum server that reads the same request
//! and returns the same headers. The server runs on one processor, the client on another.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    bench::server::{PEPPER, RunningServer},
    http_client::Client,
    process::output,
    step::{info, step},
};

pub const LOAD: &str = "target/release/examples/load";
const VERIFY: &str = "target/release/examples/verify";
/// Numbers of keys in the index.
const ONE: usize = 1;
const MANY: usize = 10_000;
const MILLION: usize = 1_000_000;
/// Seconds of calls that are not measured.
const WARM_UP: &str = "2";
/// Seconds of calls that are measured: usage is written to the rollups once a minute.
const MEASURED: &str = "60";
/// Calls per second in the open loop.
const FIXED_RATE: &str = "20000";
/// The number of keys that are revoked.
const REVOKED: usize = 50;

/// The results of one run of `load`.
pub struct Run {
    /// CPU time of the server per call, in microseconds.
    cpu: f64,
    /// The number of calls.
    pub calls: f64,
    /// Calls per second.
    pub rate: f64,
    /// The 99th percentile of the latency in microseconds.
    p99: f64,
    /// The numbers of responses by kind.
    pub responses: String,
}

/// Measures the gate, and prints the results.
pub fn measure() -> Result<()> {
    let (many, pairs) = step("a gate with 10,000 keys", || {
        RunningServer::with_pairs(MANY, "")
    })?;
    let axum = RunningServer::baseline(b"")?;
    info(&format!("ready after {:.0} ms", milliseconds(many.ready)));
    let base = calls(&axum, &pairs, "valid", None)?;
    let valid = calls(&many, &pairs, "valid", None)?;
    print_comparison("bare axum", &base, &base);
    print_comparison("10,000 keys", &valid, &base);
    let base_steady = calls(&axum, &pairs, "valid", Some(FIXED_RATE))?;
    print_comparison("bare axum, 20,000 calls/s", &base_steady, &base_steady);
    let steady = calls(&many, &pairs, "valid", Some(FIXED_RATE))?;
    print_comparison("10,000 keys, 20,000 calls/s", &steady, &base_steady);
    measure_verification(&many, &pairs, MANY)?;
    measure_revocation(&many, &pairs)?;
    drop((axum, many));

    let (proxied, pairs) = step("a gate with 10,000 keys behind a proxy", || {
        RunningServer::with_pairs(MANY, "127.0.0.1")
    })?;
    let correct = calls(&proxied, &pairs, "valid", None)?;
    print_comparison("correct secrets", &correct, &correct);
    print_comparison(
        "wrong secrets",
        &calls(&proxied, &pairs, "wrong", None)?,
        &correct,
    );
    print_comparison(
        "unknown ids",
        &calls(&proxied, &pairs, "unknown", None)?,
        &correct,
    );
    drop(proxied);

    let (one, pairs) = step("a gate with one key", || RunningServer::with_pairs(ONE, ""))?;
    let memory = one.memory()?;
    let single = calls(&one, &pairs, "valid", None)?;
    print_comparison("one key", &single, &single);
    drop(one);
    let (million, pairs) = step("a gate with a million keys", || {
        RunningServer::with_pairs(MILLION, "")
    })?;
    info(&format!(
        "ready after {:.0} ms; {} bytes of memory per key",
        milliseconds(million.ready),
        million.memory()?.saturating_sub(memory) / MILLION as u64
    ));
    print_comparison(
        "a million keys",
        &calls(&million, &pairs, "valid", None)?,
        &single,
    );
    measure_verification(&million, &pairs, MILLION)
}

pub fn print_comparison(name: &str, run: &Run, base: &Run) {
    info(&format!(
        "  {name}: {:.2} µs of CPU time per call ({:.2} ×), {:.0} calls/s ({:.2} ×), p99 {:.0} µs ({:.2} ×); {}",
        run.cpu,
        run.cpu / base.cpu,
        run.rate,
        run.rate / base.rate,
        run.p99,
        run.p99 / base.p99,
        run.responses
    ));
}

pub fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Runs `load`, after a run to warm up.
fn calls(server: &RunningServer, pairs: &Path, kind: &str, rate: Option<&str>) -> Result<Run> {
    calls_for(server, pairs, kind, MEASURED, rate)
}

/// The same for a number of seconds.
pub fn calls_for(
    server: &RunningServer,
    pairs: &Path,
    kind: &str,
    seconds: &str,
    rate: Option<&str>,
) -> Result<Run> {
    let load = |seconds: &str| {
        let mut command = Command::new("taskset");
        command.args(["-c", "1", LOAD, &server.address.to_string()]);
        command.arg(pairs).args([kind, seconds]).args(rate);
        output(&mut command)
    };
    load(WARM_UP)?;
    let before = server.cpu_time()?;
    let printed = load(seconds)?;
    let used = server.cpu_time()? - before;
    let figure = |name: &str| {
        printed
            .split_whitespace()
            .find_map(|word| {
                word.strip_prefix(name)?
                    .strip_prefix('=')?
                    .parse::<f64>()
                    .ok()
            })
            .with_context(|| format!("no {name} in `{printed}`"))
    };
    let calls = figure("calls")?;
    Ok(Run {
        cpu: used * 1e6 / calls,
        calls,
        rate: calls / figure("seconds")?,
        p99: figure("p99")?,
        responses: printed
            .split_whitespace()
            .skip(4)
            .collect::<Vec<_>>()
            .join(" "),
    })
}

/// Returns the two header lines of each of the last pairs in the file.
fn credential_headers(pairs: &Path) -> Result<Vec<String>> {
    Ok(fs::read_to_string(pairs)?
        .lines()
        .rev()
        .take(REVOKED)
        .filter_map(|line| line.split_once(' '))
        .map(|(id, secret)| format!("x-client-key: {id}\r\nx-client-secret: {secret}\r\n"))
        .collect())
}

/// Revokes keys by themselves, and calls with each immediately afterwards. Returns the median of the times.
pub fn measure_revocation(server: &RunningServer, pairs: &Path) -> Result<Duration> {
    let mut client = Client::connect(server.address)?;
    let (mut times, mut accepted) = (Vec::new(), 0);
    for pair in credential_headers(pairs)? {
        let began = Instant::now();
        let response = client.send("DELETE", "/v1/keys/current", &pair, "")?;
        times.push(began.elapsed());
        if !(200..300).contains(&response.status) {
            bail!("a revocation returned status {}", response.status);
        }
        accepted += usize::from(client.send("GET", "/v1/whoami", &pair, "")?.status != 401);
    }
    times.sort_unstable();
    info(&format!(
        "  {} revocations, acknowledged after {:.1} ms (median); {accepted} later calls were accepted",
        times.len(),
        milliseconds(times[times.len() / 2])
    ));
    Ok(times[times.len() / 2])
}

/// Measures verification without HTTP.
fn measure_verification(server: &RunningServer, pairs: &Path, keys: usize) -> Result<()> {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", VERIFY]);
    command
        .arg(format!("sqlite://{}", server.database().display()))
        .arg(pairs)
        .env("LATCHKEY_PEPPER", PEPPER);
    let printed = output(&mut command)?;
    info(&format!(
        "  verification without HTTP, {keys} keys: {}",
        printed.trim().replace('\n', "; ")
    ));
    Ok(())
}
