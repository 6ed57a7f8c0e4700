//! Owners who create and revoke keys through any node.

use std::{
    sync::{Arc, Mutex, OnceLock, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::{
    history::{
        keys::Key,
        load::{Load, lock},
        random::Random,
        register::Register,
    },
    http_client::Client,
    installation::sign_in,
    kill::load::{self, ChangeRefusal, Credentials, Operation},
};

/// How long an owner waits for an answer: much longer than any wait for a lease.
const TIMEOUT: Duration = Duration::from_secs(15);
/// The pause between two changes.
const PAUSE: Duration = Duration::from_millis(50);
/// The age from which a session is replaced: after ten minutes the password would have to be confirmed.
const MAX_SESSION_AGE: Duration = Duration::from_mins(5);
/// The longest time after which a connection is closed that waits for a revocation, in milliseconds.
const MAX_ABANDONED_MS: u64 = 100;

/// How a key is revoked.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// On the dashboard.
    Owner,
    /// The key revokes itself.
    Itself,
    /// The key revokes itself, and its client closes the connection without an answer.
    Abandoned,
}

const WAYS: [Way; 4] = [Way::Owner, Way::Itself, Way::Itself, Way::Abandoned];

/// An owner with a session, and a connection to each node.
pub struct Owner<'l> {
    load: &'l Load,
    number: usize,
    random: Random,
    /// The connection over which the last session began, with its cookies.
    browser: Option<Client>,
    /// When that session began; none after a node has refused it.
    signed_in: Option<Instant>,
    /// The node that has refused the session. The owner signs in there.
    refused_by: Option<usize>,
    clients: Vec<Option<Client>>,
}

impl<'l> Owner<'l> {
    /// The owner with this number.
    pub fn new(load: &'l Load, number: usize, random: Random) -> Self {
        Self {
            load,
            number,
            random,
            browser: None,
            signed_in: None,
            refused_by: None,
            clients: load.nodes.iter().map(|_| None).collect(),
        }
    }

    /// Creates and revokes keys until the run ends.
    pub fn run(mut self) {
        for change in 0.. {
            if self.load.is_stopping() {
                return;
            }
            thread::sleep(PAUSE);
            let load = self.load;
            load.unless_quiet(|| {
                let refused_by = self.refused_by.take();
                let node = refused_by.unwrap_or_else(|| self.random.below(load.nodes.len()));
                if let Some(client) = self.connect(node)
                    && let Some(client) = self.change(client, node, change)
                {
                    self.clients[node] = Some(client);
                }
            });
        }
    }

    /// Takes the connection to a node, or connects to it.
    fn connect(&mut self, node: usize) -> Option<Client> {
        if let Some(client) = self.clients[node].take() {
            return Some(client);
        }
        let address = self.load.nodes[node];
        let connect = || Client::connect_within(address, TIMEOUT).ok();
        let began = self.signed_in;
        if began.is_none_or(|began| began.elapsed() >= MAX_SESSION_AGE) {
            self.sign_in(connect()?)?;
        }
        Some(connect()?.with_cookies_of(self.browser.as_ref()?))
    }

    /// Signs in, in the same browser as before: a known one is not throttled with those of the other owners.
    fn sign_in(&mut self, client: Client) -> Option<()> {
        let mut client = match &self.browser {
            Some(browser) => client.with_cookies_of(browser),
            None => client,
        };
        sign_in(&mut client).ok()?;
        self.browser = Some(client);
        self.signed_in = Some(Instant::now());
        // The other connections have the cookie of the last session.
        self.clients.fill_with(|| None);
        Some(())
    }

    /// Ends the session if a node has refused it. A node whose clock is set forward does, and accepts one that begins there.
    /// Returns whether it has.
    fn end_refused_session(&mut self, node: usize, error: &anyhow::Error) -> bool {
        let refusal = error.downcast_ref::<ChangeRefusal>();
        let is_refused = refusal.is_some_and(ChangeRefusal::asks_to_sign_in);
        if is_refused {
            self.signed_in = None;
            self.refused_by = Some(node);
            self.clients.fill_with(|| None);
        }
        is_refused
    }

    /// Revokes a key and creates one. Returns the connection if it can be used again.
    fn change(&mut self, mut client: Client, node: usize, change: usize) -> Option<Client> {
        if let Some(key) = self.load.keys.revoke_oldest()
            && !self.revoke(&mut client, node, &key)
        {
            return None;
        }
        let name = format!("Owner {}, {change}", self.number);
        let sequence = self.number * 1_000_000;
        match load::create(&mut client, &self.load.app, &name, sequence, change) {
            Ok(Some((id, secret))) => self.add(Credentials { id, secret }, name),
            Ok(None) => return None,
            Err(error) if self.end_refused_session(node, &error) => return None,
            // The database may not answer.
            Err(_) => {}
        }
        Some(client)
    }

    fn add(&self, credentials: Credentials, name: String) {
        let load = self.load;
        let created = load.now();
        let register = Mutex::new(Register::new(created, load.nodes.len(), load.lease));
        let key = Key {
            credentials,
            name,
            register,
            acknowledgement: OnceLock::new(),
        };
        load.keys.add(key, created, load.lease);
    }

    /// Revokes a key through a node. Returns whether the connection can be used again.
    fn revoke(&mut self, client: &mut Client, node: usize, key: &Arc<Key>) -> bool {
        let load = self.load;
        let phase = load.phase();
        let begin = load.now();
        lock(&key.register).attempt(begin);
        let way = self.random.pick(&WAYS).copied().unwrap_or(Way::Itself);
        let Credentials { id, .. } = &key.credentials;
        let answered = match way {
            Way::Owner => load::perform(client, &load.app, Operation::Revoke, id, &key.name),
            Way::Itself => client
                .send("DELETE", "/v1/keys/current", &key.headers(), "")
                .map(|answer| answer.status == 204),
            Way::Abandoned => {
                self.abandon(node, key);
                Ok(false)
            }
        };
        let end = load.now();
        if let Err(error) = &answered {
            self.end_refused_session(node, error);
        }
        if !matches!(answered, Ok(true)) {
            load.totals.unacknowledged.fetch_add(1, Ordering::Relaxed);
            return false;
        }
        // A key is revoked once.
        let _ = key.acknowledgement.set(format!(
            "{way:?} at node {}, from {begin:?} to {end:?}",
            node + 1
        ));
        let checked = lock(&key.register).acknowledge(end);
        load.check(key, checked);
        let was_healthy = phase.is_multiple_of(2) && phase == load.phase();
        let time = end.saturating_sub(begin);
        load.totals.add_revocation(time, was_healthy);
        true
    }

    /// Requests a revocation and closes the connection after some time.
    fn abandon(&mut self, node: usize, key: &Key) {
        let after = self.random.milliseconds(0..MAX_ABANDONED_MS);
        let client = Client::connect_within(self.load.nodes[node], TIMEOUT);
        // A node that cannot be reached is not asked.
        let _ = client.and_then(|mut client| {
            client.request("DELETE", "/v1/keys/current", &key.headers(), "")?;
            thread::sleep(after);
            Ok(())
        });
    }
}
