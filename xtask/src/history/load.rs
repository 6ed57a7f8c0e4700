//! Clients that call every node.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Result;

use crate::{
    history::{
        keys::{CalledKeys, Key, Keys},
        random::Random,
        register::{Call, Verdict, Violation},
    },
    http_client::{Client, Response},
    kill::load::between,
};

/// The cheapest endpoint that verifies a key.
const CALL: &str = "/v1/auth";
/// How long a client waits for the answer to a call. A suspended node has the next call waiting when it goes on.
const CALL_TIMEOUT: Duration = Duration::from_millis(400);
/// The pause of a client between two calls, which leaves processor time to the nodes.
const CALL_PAUSE: Duration = Duration::from_millis(1);
/// The pause of a client whose node does not answer.
const RETRY_PAUSE: Duration = Duration::from_millis(20);
/// How long owners may take to finish their changes before they are waited for no longer.
const MAX_QUIETING: Duration = Duration::from_secs(5);
/// Calls between two updates of the keys that are called.
const CALLS_PER_REFRESH: usize = 16;

/// The state that all clients share.
pub struct Load {
    began: Instant,
    pub nodes: Vec<SocketAddr>,
    pub app: String,
    /// A lease, and the difference of two clocks.
    pub lease: Duration,
    pub keys: Keys,
    stopping: AtomicBool,
    /// Whether the owners wait.
    quiet: AtomicBool,
    /// The number of owners who do not wait.
    busy: AtomicUsize,
    /// Even while every node is healthy.
    phase: AtomicU64,
    pub totals: Totals,
    found: Mutex<Option<Found>>,
}

/// Counts of a run.
#[derive(Default)]
pub struct Totals {
    /// By node.
    pub accepted: Vec<AtomicU64>,
    pub refused: AtomicU64,
    /// Calls without a verdict: no answer, or no lease.
    pub unavailable: AtomicU64,
    pub acknowledged: AtomicU64,
    /// Revocations that failed, were not answered, or whose client closed the connection.
    pub unacknowledged: AtomicU64,
    /// How long acknowledged revocations took while every node was healthy.
    healthy: Mutex<Vec<Duration>>,
    /// How long they took otherwise.
    troubled: Mutex<Vec<Duration>>,
    /// Answers that no call should get, by status and code.
    unexpected: Mutex<BTreeMap<String, u64>>,
}

/// A violation, and when it was found.
#[derive(Clone)]
pub struct Found {
    pub violation: Violation,
    pub after: Duration,
    pub key: Arc<Key>,
}

impl Load {
    /// Nodes with an application, each of which answers from what is older than `lease` no longer.
    pub fn new(nodes: Vec<SocketAddr>, app: String, lease: Duration) -> Self {
        Self {
            began: Instant::now(),
            app,
            lease,
            keys: Keys::default(),
            stopping: AtomicBool::new(false),
            quiet: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            phase: AtomicU64::new(1),
            totals: Totals {
                accepted: nodes.iter().map(|_| AtomicU64::new(0)).collect(),
                ..Totals::default()
            },
            nodes,
            found: Mutex::default(),
        }
    }

    /// Returns the time since the run began.
    pub fn now(&self) -> Duration {
        self.began.elapsed()
    }

    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Lets the owners wait before their next change, and waits until none of them is changing anything.
    pub fn be_quiet(&self) {
        self.quiet.store(true, Ordering::SeqCst);
        let began = Instant::now();
        while self.busy.load(Ordering::SeqCst) > 0 && began.elapsed() < MAX_QUIETING {
            self.wait(Duration::from_millis(5));
        }
    }

    /// Lets the owners go on.
    pub fn go_on(&self) {
        self.quiet.store(false, Ordering::SeqCst);
    }

    /// Makes a change, unless the owners have to wait.
    pub fn unless_quiet(&self, change: impl FnOnce()) {
        self.busy.fetch_add(1, Ordering::SeqCst);
        if !self.quiet.load(Ordering::SeqCst) {
            change();
        }
        self.busy.fetch_sub(1, Ordering::SeqCst);
    }

    /// Begins a time in which every node is healthy, or ends it.
    pub fn set_healthy(&self, healthy: bool) {
        let phase = self.phase.load(Ordering::Relaxed);
        if phase.is_multiple_of(2) != healthy {
            self.phase.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Returns the number of times at which the health of the nodes has changed: even while every one is healthy.
    pub fn phase(&self) -> u64 {
        self.phase.load(Ordering::Relaxed)
    }

    /// Waits for some time, or until a violation is found.
    pub fn wait(&self, time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time && !self.is_stopping() {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Returns the first violation.
    pub fn found(&self) -> Option<Found> {
        lock(&self.found).clone()
    }

    /// Ends the run at a violation.
    pub fn check(&self, key: &Arc<Key>, checked: Result<(), Violation>) {
        if let Err(violation) = checked {
            lock(&self.found).get_or_insert_with(|| Found {
                violation,
                after: self.now(),
                key: Arc::clone(key),
            });
            self.stop();
        }
    }

    /// Calls a node until the run ends.
    pub fn call(&self, node: usize, mut random: Random) {
        let mut client = None;
        let mut called = CalledKeys::default();
        for number in 0_usize.. {
            if self.is_stopping() {
                return;
            }
            if number.is_multiple_of(CALLS_PER_REFRESH) {
                self.keys.refresh(&mut called, &mut random);
            }
            let Some(key) = called.choose(&mut random) else {
                thread::sleep(RETRY_PAUSE);
                self.keys.refresh(&mut called, &mut random);
                continue;
            };
            let answered = self.call_once(node, &mut client, key);
            thread::sleep(if answered { CALL_PAUSE } else { RETRY_PAUSE });
        }
    }

    /// Calls a node with a key. Returns whether it answered with a verdict.
    fn call_once(&self, node: usize, client: &mut Option<Client>, key: &Arc<Key>) -> bool {
        let begin = self.now();
        let answer = open(client, self.nodes[node], CALL_TIMEOUT)
            .and_then(|client| client.send("GET", CALL, &key.headers(), "").ok());
        if answer.is_none() {
            *client = None;
        }
        self.record(node, key, begin, answer.as_ref())
    }

    /// Sends a suspended node a call with each key that was just revoked, lets the node go on, and reads the answers.
    pub fn call_before(&self, node: usize, resume: impl FnOnce() -> Result<()>) -> Result<()> {
        let mut waiting = Vec::new();
        for key in self.keys.recent() {
            let begin = self.now();
            let client = Client::connect_within(self.nodes[node], CALL_TIMEOUT);
            let sent = client.and_then(|mut client| {
                client.request("GET", CALL, &key.headers(), "")?;
                Ok(client)
            });
            // The node may have ended.
            waiting.extend(sent.ok().map(|client| (key, begin, client)));
        }
        resume()?;
        for (key, begin, mut client) in waiting {
            self.record(node, &key, begin, client.response().ok().as_ref());
        }
        Ok(())
    }

    /// Adds a call that ends now to its key's history. Returns whether it was answered with a verdict.
    fn record(
        &self,
        node: usize,
        key: &Arc<Key>,
        begin: Duration,
        answer: Option<&Response>,
    ) -> bool {
        let totals = &self.totals;
        let end = self.now();
        let Some(answer) = answer else {
            totals.unavailable.fetch_add(1, Ordering::Relaxed);
            return false;
        };
        let counter = match (answer.status, code(answer)) {
            (200, _) => &totals.accepted[node],
            (401, "key_revoked" | "invalid_credentials") => &totals.refused,
            // A node that has not joined yet names no code.
            (503, "verification_unavailable" | "") => &totals.unavailable,
            (status, code) => {
                let unexpected = format!("{status} {code}");
                *lock(&totals.unexpected).entry(unexpected).or_default() += 1;
                return false;
            }
        };
        counter.fetch_add(1, Ordering::Relaxed);
        let Some(verdict) = verdict(answer) else {
            return false;
        };
        let call = Call {
            node,
            begin,
            end,
            verdict,
        };
        let checked = lock(&key.register).call(call);
        self.check(key, checked);
        true
    }

    /// Calls every node once with a key, and returns what each of them answers.
    pub fn answers(&self, key: &Key) -> Vec<String> {
        let answer = |address: &SocketAddr| {
            let mut client = Client::connect_within(*address, CALL_TIMEOUT)?;
            let answer = client.send("GET", CALL, &key.headers(), "")?;
            anyhow::Ok(format!("{} {}", answer.status, code(&answer)))
        };
        let text = |address| answer(address).unwrap_or_else(|error| error.to_string());
        self.nodes.iter().map(text).collect()
    }

    /// Calls every node once with every key whose revocation was requested. Returns the number of keys that must be refused, and
    /// whether each of them was.
    pub fn call_revoked(&self) -> (usize, bool) {
        let mut clients: Vec<Option<Client>> = self.nodes.iter().map(|_| None).collect();
        let mut count = 0;
        let mut refused = true;
        for key in self.keys.ended() {
            if !lock(&key.register).is_revoked() {
                continue;
            }
            count += 1;
            for (node, client) in clients.iter_mut().enumerate() {
                let before = self.totals.refused.load(Ordering::Relaxed);
                self.call_once(node, client, &key);
                refused &= self.totals.refused.load(Ordering::Relaxed) > before;
            }
        }
        (count, refused)
    }
}

impl Totals {
    /// Records how long an acknowledged revocation took.
    pub fn add_revocation(&self, time: Duration, was_healthy: bool) {
        self.acknowledged.fetch_add(1, Ordering::Relaxed);
        let times = if was_healthy {
            &self.healthy
        } else {
            &self.troubled
        };
        lock(times).push(time);
    }

    /// Returns how long acknowledged revocations took while every node was healthy, and otherwise, each in ascending order.
    pub fn revocations(&self) -> [Vec<Duration>; 2] {
        [&self.healthy, &self.troubled].map(|times| {
            let mut times = lock(times).clone();
            times.sort_unstable();
            times
        })
    }

    /// Returns answers that no call should get, with their numbers.
    pub fn unexpected(&self) -> BTreeMap<String, u64> {
        lock(&self.unexpected).clone()
    }
}

fn open(
    client: &mut Option<Client>,
    address: SocketAddr,
    timeout: Duration,
) -> Option<&mut Client> {
    if client.is_none() {
        *client = Client::connect_within(address, timeout).ok();
    }
    client.as_mut()
}

fn code(answer: &Response) -> &str {
    answer
        .text()
        .ok()
        .and_then(|text| between(text, "\"code\":\"", "\""))
        .unwrap_or_default()
}

fn verdict(answer: &Response) -> Option<Verdict> {
    match (answer.status, code(answer)) {
        (200, _) => Some(Verdict::Accepted),
        (401, "key_revoked") => Some(Verdict::Revoked),
        (401, "invalid_credentials") => Some(Verdict::Unknown),
        _ => None,
    }
}

/// Locks a mutex. A thread that panicked ends the run anyway.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
