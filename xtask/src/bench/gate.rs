//! What a decision costs: the gate, with all its layers and with usage counted, beside a bare axum server that reads the
//! same request and answers the same bytes. Server on one processor, calls from the other.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    bench::{
        client::Client,
        running::{PEPPER, Running},
    },
    process::output,
    step::{note, step},
};

const LOAD: &str = "target/release/examples/load";
const VERIFY: &str = "target/release/examples/verify";
/// How many keys the index holds.
const ONE: usize = 1;
const MANY: usize = 10_000;
const MILLION: usize = 1_000_000;
/// Seconds before calls count, and of those that count: once in each minute what was counted is added up.
const WARM_UP: &str = "2";
const COUNTED: &str = "60";
/// Calls a second in the open loop.
const STEADY: &str = "20000";
/// Keys that are revoked.
const REVOKED: usize = 50;

/// What came of one run of calls.
struct Run {
    /// Microseconds of the server's processor for a call.
    cost: f64,
    /// Calls a second.
    rate: f64,
    /// Microseconds until the answer, for 99 of 100 calls.
    p99: f64,
    /// What the calls answered.
    said: String,
}

/// Measures, and says what came of it.
pub fn measure() -> Result<()> {
    let (many, pairs) = step("a gate with 10,000 keys", || Running::with_pairs(MANY, ""))?;
    let yardstick = Running::yardstick(&answer(&many, &pairs)?)?;
    note(&format!("ready after {:.0} ms", milliseconds(many.ready)));
    let base = calls(&yardstick, &pairs, "valid", None)?;
    let valid = calls(&many, &pairs, "valid", None)?;
    say("bare axum", &base, &base);
    say("10,000 keys", &valid, &base);
    let base_steady = calls(&yardstick, &pairs, "valid", Some(STEADY))?;
    say(
        "bare axum, 20,000 calls a second",
        &base_steady,
        &base_steady,
    );
    let steady = calls(&many, &pairs, "valid", Some(STEADY))?;
    say("10,000 keys, 20,000 calls a second", &steady, &base_steady);
    decide(&many, &pairs, MANY)?;
    revoke(&many, &pairs)?;
    drop((yardstick, many));

    let (proxied, pairs) = step("the same behind a proxy", || {
        Running::with_pairs(MANY, "127.0.0.1")
    })?;
    let right = calls(&proxied, &pairs, "valid", None)?;
    say("right secrets", &right, &right);
    say(
        "wrong secrets",
        &calls(&proxied, &pairs, "wrong", None)?,
        &right,
    );
    say(
        "unknown ids",
        &calls(&proxied, &pairs, "unknown", None)?,
        &right,
    );
    drop(proxied);

    let (one, pairs) = step("a gate with one key", || Running::with_pairs(ONE, ""))?;
    let memory = one.memory()?;
    let single = calls(&one, &pairs, "valid", None)?;
    say("one key", &single, &single);
    drop(one);
    let (million, pairs) = step("a gate with a million keys", || {
        Running::with_pairs(MILLION, "")
    })?;
    note(&format!(
        "ready after {:.0} ms; {} bytes of memory a key",
        milliseconds(million.ready),
        million.memory()?.saturating_sub(memory) / MILLION as u64
    ));
    say(
        "a million keys",
        &calls(&million, &pairs, "valid", None)?,
        &single,
    );
    decide(&million, &pairs, MILLION)
}

fn say(what: &str, run: &Run, base: &Run) {
    note(&format!(
        "  {what}: {:.2} µs of processor a call ({:.2} ×), {:.0} calls/s ({:.2} ×), p99 {:.0} µs ({:.2} ×); {}",
        run.cost,
        run.cost / base.cost,
        run.rate,
        run.rate / base.rate,
        run.p99,
        run.p99 / base.p99,
        run.said
    ));
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Lets `load` call, first to warm up.
fn calls(server: &Running, pairs: &Path, kind: &str, rate: Option<&str>) -> Result<Run> {
    let load = |seconds: &str| {
        let mut command = Command::new("taskset");
        command.args(["-c", "1", LOAD, &server.address.to_string()]);
        command.arg(pairs).args([kind, seconds]).args(rate);
        output(&mut command)
    };
    load(WARM_UP)?;
    let before = server.processor()?;
    let said = load(COUNTED)?;
    let used = server.processor()? - before;
    let figure = |name: &str| {
        said.split_whitespace()
            .find_map(|word| {
                word.strip_prefix(name)?
                    .strip_prefix('=')?
                    .parse::<f64>()
                    .ok()
            })
            .with_context(|| format!("no {name} in `{said}`"))
    };
    let calls = figure("calls")?;
    Ok(Run {
        cost: used * 1e6 / calls,
        rate: calls / figure("seconds")?,
        p99: figure("p99")?,
        said: said
            .split_whitespace()
            .skip(4)
            .collect::<Vec<_>>()
            .join(" "),
    })
}

/// The two header lines of each pair, from the end of the file.
fn lines(pairs: &Path) -> Result<Vec<String>> {
    Ok(fs::read_to_string(pairs)?
        .lines()
        .rev()
        .take(REVOKED)
        .filter_map(|line| line.split_once(' '))
        .map(|(id, secret)| format!("x-client-key: {id}\r\nx-client-secret: {secret}\r\n"))
        .collect())
}

/// What the gate answers to a right pair.
fn answer(server: &Running, pairs: &Path) -> Result<Vec<u8>> {
    let lines = lines(pairs)?;
    let pair = lines.first().context("no pair")?;
    let answer = Client::connect(server.address)?.send("GET", "/v1/whoami", pair, "")?;
    if answer.status != 200 {
        bail!("the gate answered {}", answer.status);
    }
    Ok(answer.body)
}

/// Lets keys revoke themselves, and asks for each at once.
fn revoke(server: &Running, pairs: &Path) -> Result<()> {
    let mut client = Client::connect(server.address)?;
    let (mut times, mut passed) = (Vec::new(), 0);
    for pair in lines(pairs)? {
        let began = Instant::now();
        let gone = client.send("DELETE", "/v1/keys/current", &pair, "")?;
        times.push(began.elapsed());
        if !(200..300).contains(&gone.status) {
            bail!("a revocation answered {}", gone.status);
        }
        passed += usize::from(client.send("GET", "/v1/whoami", &pair, "")?.status != 401);
    }
    times.sort_unstable();
    note(&format!(
        "  {} revocations, answered after {:.1} ms (median); {passed} calls behind them passed",
        times.len(),
        milliseconds(times[times.len() / 2])
    ));
    Ok(())
}

/// The decision alone, without HTTP.
fn decide(server: &Running, pairs: &Path, keys: usize) -> Result<()> {
    let mut command = Command::new("taskset");
    command.args(["-c", "1", VERIFY]);
    command
        .arg(format!("sqlite://{}", server.database().display()))
        .arg(pairs)
        .env("LATCHKEY_PEPPER", PEPPER);
    let said = output(&mut command)?;
    note(&format!(
        "  the decision alone, {keys} keys: {}",
        said.trim().replace('\n', "; ")
    ));
    Ok(())
}
