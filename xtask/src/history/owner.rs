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
    kill::load::{self, Credentials, Operation},
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
    session: Option<(Client, Instant)>,
    clients: Vec<Option<Client>>,
}

impl<'l> Owner<'l> {
    /// The owner with this number.
    pub fn new(load: &'l Load, number: usize, random: Random) -> Self {
        Self {
            load,
            number,
            random,
            session: None,
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
                let node = self.random.below(load.nodes.len());
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
        let connect = || Client::connect_within(self.load.nodes[node], TIMEOUT).ok();
        let session = self.session.take();
        let session = session.filter(|(_, since)| since.elapsed() < MAX_SESSION_AGE);
        let session = if let Some(session) = session {
            session
        } else {
            let mut client = connect()?;
            sign_in(&mut client).ok()?;
            // The other connections have the cookie of the last session.
            self.clients.fill_with(|| None);
            (client, Instant::now())
        };
        let client = connect().map(|client| client.with_cookies_of(&session.0));
        self.session = Some(session);
        client
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
