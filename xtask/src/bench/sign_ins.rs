//! Measures the gate while a thousand clients sign in with wrong passwords, each from an address of its own, beside the same gate at
//! rest. The server runs on both processors, the clients on the second, where they leave room for the server and for the client that is
//! measured: elsewhere a flood comes from other machines.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    bench::server::{BOTH, RunningServer},
    http_client::Client,
    process::output,
    step::{info, step},
};

const KEYS: usize = 100;
const CLIENTS: u32 = 1_000;
/// Stack of a client's thread in bytes.
const STACK: usize = 128 << 10;
/// Verifications that are measured, at rest and in the flood.
const CALLS: usize = 10_000;
/// The time between two verifications.
const EVERY: Duration = Duration::from_millis(2);
/// The time after which a client that was answered signs in again: what `Retry-After` says.
const AGAIN: Duration = Duration::from_secs(1);
/// The goals: the latency in the flood beside that at rest, and the memory in bytes for a server that hashes one password at a time.
const MAX_RATIO: f64 = 3.0;
const MAX_MEMORY: u64 = (64 + 19) << 20;

/// How many answers of each status there were.
type Statuses = BTreeMap<u16, u64>;

/// Measures, prints the results, and fails if a goal is missed.
pub fn measure() -> Result<()> {
    let (server, pairs) = step("a gate with 100 keys behind a proxy", || {
        RunningServer::with_pairs_on(BOTH, KEYS, "127.0.0.1")
    })?;
    let key = key_headers(&pairs)?;
    verifications(&server, &key, CALLS / 10)?;
    let rest = verifications(&server, &key, CALLS)?;
    let memory_at_rest = server.peak_memory()?;
    let flood = Flood::start(&server)?;
    let busy = verifications(&server, &key, CALLS);
    let statuses = flood.stop()?;
    let busy = busy?;
    let memory = server.peak_memory()?;
    let ratio = busy.p99 / rest.p99;
    info(&format!(
        "  at rest: p50 {:.0} µs, p99 {:.0} µs; while {CLIENTS} clients sign in: p50 {:.0} µs, p99 {:.0} µs ({ratio:.2} ×)",
        rest.p50, rest.p99, busy.p50, busy.p99
    ));
    info(&format!(
        "  sign-ins by status: {statuses:?}; {} MB of memory at most, {} MB before",
        memory >> 20,
        memory_at_rest >> 20
    ));
    if !statuses.contains_key(&422) || !statuses.contains_key(&503) {
        bail!("the clients filled no queue");
    }
    if ratio > MAX_RATIO || memory > MAX_MEMORY {
        bail!("a goal was missed: {MAX_RATIO} ×, {} MB", MAX_MEMORY >> 20);
    }
    Ok(())
}

/// Lowers the priority of every thread of this process but the first, which measures.
fn lower_priority_of_clients() -> Result<()> {
    let measuring = std::process::id().to_string();
    let mut clients = Vec::new();
    for thread in fs::read_dir("/proc/self/task").context("cannot list threads")? {
        let id = thread?.file_name();
        if *id != *measuring {
            clients.push(id);
        }
    }
    output(
        Command::new("renice")
            .args(["-n", "19", "-p"])
            .args(clients),
    )?;
    Ok(())
}

/// Latencies in microseconds.
struct Latencies {
    p50: f64,
    p99: f64,
}

/// Returns the header lines of the first key.
fn key_headers(pairs: &Path) -> Result<String> {
    let pairs = fs::read_to_string(pairs)?;
    let pair = pairs.lines().next().and_then(|line| line.split_once(' '));
    let (id, secret) = pair.context("no key")?;
    Ok(format!(
        "x-client-key: {id}\r\nx-client-secret: {secret}\r\nx-forwarded-for: 192.0.2.1\r\n"
    ))
}

/// Verifies a key `calls` times at a fixed rate. A late call counts from when it should have begun.
fn verifications(server: &RunningServer, key: &str, calls: usize) -> Result<Latencies> {
    let mut client = Client::connect(server.address)?;
    let mut times = Vec::with_capacity(calls);
    let mut due = Instant::now();
    for _ in 0..calls {
        if let Some(wait) = due.checked_duration_since(Instant::now()) {
            thread::sleep(wait);
        }
        let answer = client.send("GET", "/v1/auth", key, "")?;
        times.push(due.elapsed());
        if answer.status != 200 {
            bail!("a verification returned status {}", answer.status);
        }
        due += EVERY;
    }
    times.sort_unstable();
    let at = |percent: usize| times[times.len() * percent / 100].as_secs_f64() * 1e6;
    Ok(Latencies {
        p50: at(50),
        p99: at(99),
    })
}

/// Clients that sign in, and again a second after each answer.
struct Flood {
    stop: Arc<AtomicBool>,
    clients: Vec<thread::JoinHandle<Result<()>>>,
    statuses: Arc<Mutex<Statuses>>,
}

impl Flood {
    fn start(server: &RunningServer) -> Result<Self> {
        let mut flood = Self {
            stop: Arc::default(),
            clients: Vec::new(),
            statuses: Arc::default(),
        };
        let next = Arc::new(AtomicU32::new(0));
        for number in 0..CLIENTS {
            let (stop, next) = (flood.stop.clone(), next.clone());
            let (statuses, address) = (flood.statuses.clone(), server.address);
            let client = thread::Builder::new().stack_size(STACK);
            let client = client.spawn(move || {
                let mut client = Client::connect(address)?;
                // They come spread over a second.
                thread::sleep(AGAIN * number / CLIENTS);
                while !stop.load(Ordering::Relaxed) {
                    let [_, a, b, c] = next.fetch_add(1, Ordering::Relaxed).to_be_bytes();
                    let headers =
                        format!("accept: application/json\r\nx-forwarded-for: 10.{a}.{b}.{c}\r\n");
                    let form = format!("email=p{number}%40example.com&password=wrong-password-1");
                    let answer = client.send("POST", "/api/sign_in", &headers, &form)?;
                    let mut statuses = statuses.lock().unwrap_or_else(PoisonError::into_inner);
                    *statuses.entry(answer.status).or_default() += 1;
                    drop(statuses);
                    thread::sleep(AGAIN);
                }
                Ok(())
            });
            flood.clients.push(client?);
        }
        lower_priority_of_clients()?;
        // The connections are there, and the queue is full.
        thread::sleep(2 * AGAIN);
        Ok(flood)
    }

    /// Returns the numbers of answers by status.
    fn stop(self) -> Result<Statuses> {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            match client.join() {
                Ok(done) => done?,
                Err(_) => bail!("a client failed"),
            }
        }
        let statuses = self.statuses.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(statuses.clone())
    }
}
