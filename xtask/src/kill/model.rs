//! The expected contents of the database: every change that was acknowledged.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    http_client::Client,
    installation::{Installation, Server},
    kill::{
        MAX_LOST_AGE,
        load::{self, Calls, Change, Credentials, Operation, between},
    },
};

/// The number of keys that are called in each round.
const CALLED_KEYS: usize = 6;

/// The maximum number of changes in a round, which is more than a round has time for.
const MAX_CHANGES: usize = 400;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Active,
    Inactive,
    Revoked,
}

struct Key {
    secret: String,
    name: String,
    state: State,
    /// The state after a change that was requested, but not acknowledged before the kill. It may have happened or not.
    unacknowledged: Option<State>,
    /// The number of calls that were counted before the round.
    counted: usize,
    /// The times of the round's accepted calls.
    accepted: Vec<Instant>,
}

/// All acknowledged keys and changes.
#[derive(Default)]
pub struct Model {
    keys: BTreeMap<String, Key>,
    /// The action and key of the audit log's rows of this round. Earlier rows are checked by `audit verify`.
    audit_rows: Vec<(&'static str, String)>,
    killed: Option<Instant>,
}

/// The calls whose counts were lost by a kill.
#[derive(Clone, Copy, Default)]
pub struct Lost {
    pub calls: usize,
    /// The age of the oldest call at the kill.
    pub oldest: Duration,
}

impl Model {
    /// Creates keys until there are enough active ones.
    pub fn create_keys(&mut self, owner: &mut Client, app: &str, round: usize) -> Result<()> {
        let active = self
            .keys
            .values()
            .filter(|key| key.state == State::Active)
            .count();
        for number in active..2 * CALLED_KEYS {
            let name = format!("Initial {round}, {number}");
            let (id, secret) = load::create(owner, app, &name, round, 5_000 + number)?
                .context("the server does not answer")?;
            self.insert(id, secret, name);
        }
        Ok(())
    }

    fn insert(&mut self, id: String, secret: String, name: String) {
        self.audit_rows
            .push((Operation::Create.action(), id.clone()));
        let key = Key {
            secret,
            name,
            state: State::Active,
            unacknowledged: None,
            counted: 0,
            accepted: Vec::new(),
        };
        self.keys.insert(id, key);
    }

    /// Chooses active keys to be called, and reads the number of calls that are counted for each.
    pub fn start_round(&mut self, owner: &mut Client, app: &str) -> Result<Vec<Credentials>> {
        let mut keys = Vec::new();
        let active = self.keys.iter_mut();
        for (id, key) in active
            .filter(|(_, key)| key.state == State::Active)
            .take(CALLED_KEYS)
        {
            key.counted = counted(owner, app, id)?;
            keys.push(Credentials {
                id: id.clone(),
                secret: key.secret.clone(),
            });
        }
        Ok(keys)
    }

    /// Returns the changes of the next round, each with a key's id and name. They include keys that are called.
    pub fn plan(&self) -> Vec<(Operation, String, String)> {
        self.keys
            .iter()
            .filter_map(|(id, key)| match key.state {
                State::Revoked => None,
                State::Inactive => Some((Operation::Activate, id, key)),
                State::Active => Some((Operation::Deactivate, id, key)),
            })
            .enumerate()
            .filter(|(number, _)| number % 2 == 1)
            .map(|(number, (operation, id, key))| {
                let operation = if number % 4 == 1 {
                    Operation::Revoke
                } else {
                    operation
                };
                (operation, id.clone(), key.name.clone())
            })
            .take(MAX_CHANGES)
            .collect()
    }

    /// Records what was acknowledged before the kill.
    pub fn record(&mut self, calls: Vec<Calls>, changes: Vec<Change>, killed: Instant) {
        for (id, at) in calls.into_iter().flatten() {
            if let Some(key) = self.keys.get_mut(&id) {
                key.accepted.push(at);
            }
        }
        for change in changes {
            if change.operation == Operation::Create {
                if change.acknowledged {
                    self.insert(change.id, change.secret, change.name);
                }
                continue;
            }
            let Some(key) = self.keys.get_mut(&change.id) else {
                continue;
            };
            let state = match change.operation {
                Operation::Revoke => State::Revoked,
                Operation::Deactivate => State::Inactive,
                Operation::Activate | Operation::Create => State::Active,
            };
            if change.acknowledged {
                key.state = state;
                self.audit_rows.push((change.operation.action(), change.id));
            } else {
                key.unacknowledged = Some(state);
            }
        }
        self.killed = Some(killed);
    }

    /// Checks a server that was started after the kill against the model.
    pub fn check(&mut self, installation: &Installation, server: &Server) -> Result<Lost> {
        installation.verify_audit()?;
        let Some(killed) = self.killed.take() else {
            return Ok(Lost::default());
        };
        let mut owner = server.sign_in()?;
        let app = server.find_app()?;
        let lost = self.check_counts(&mut owner, &app, killed)?;
        self.check_audit_log(&mut owner, &app)?;
        self.audit_rows.clear();
        self.check_states(server)?;
        Ok(lost)
    }

    /// Must run before other calls are made, so that all counted calls are from before the kill.
    fn check_counts(&mut self, owner: &mut Client, app: &str, killed: Instant) -> Result<Lost> {
        let mut lost = Lost::default();
        for (id, key) in self
            .keys
            .iter_mut()
            .filter(|(_, key)| !key.accepted.is_empty())
        {
            let total = counted(owner, app, id)?;
            let since = total.checked_sub(key.counted).with_context(|| {
                format!("{id}: counts that were read before the round are missing")
            })?;
            key.accepted.sort_unstable();
            if let Some(oldest) = key.accepted.get(since) {
                lost.calls += key.accepted.len() - since;
                let age = killed.saturating_duration_since(*oldest);
                ensure!(
                    age <= MAX_LOST_AGE,
                    "{id}: the lost counts include calls that were {} ms old",
                    age.as_millis()
                );
                lost.oldest = lost.oldest.max(age);
            }
            key.accepted.clear();
        }
        Ok(lost)
    }

    fn check_audit_log(&self, owner: &mut Client, app: &str) -> Result<()> {
        let path = format!("/apps/{app}/settings/audit-log.jsonl");
        let answer = owner.get(&path)?;
        ensure!(
            answer.status == 200,
            "{path} returned status {}",
            answer.status
        );
        let log = answer.text()?;
        for (action, id) in &self.audit_rows {
            let action = format!("\"{action}\"");
            ensure!(
                log.lines()
                    .any(|row| row.contains(&action) && row.contains(id)),
                "the audit log has no row {action} for {id}"
            );
        }
        Ok(())
    }

    fn check_states(&mut self, server: &Server) -> Result<()> {
        let mut client = Client::connect(server.address)?;
        for (id, key) in &mut self.keys {
            let lines = format!("x-client-key: {id}\r\nx-client-secret: {}\r\n", key.secret);
            let answer = client.send("GET", "/v1/whoami", &lines, "")?;
            let state = match (answer.status, between(answer.text()?, "\"code\":\"", "\"")) {
                (200, _) => State::Active,
                (401, Some("key_inactive")) => State::Inactive,
                (401, Some("key_revoked")) => State::Revoked,
                (status, code) => {
                    bail!("{id}: unexpected response of the gate: {status}, {code:?}")
                }
            };
            ensure!(
                state == key.state || Some(state) == key.unacknowledged,
                "{id} was {:?} before the kill, and is {state:?}",
                key.state
            );
            key.state = state;
            key.unacknowledged = None;
        }
        Ok(())
    }
}

/// Returns the number of accepted calls of a key in the last day: the sum of the second column of the usage export.
fn counted(owner: &mut Client, app: &str, id: &str) -> Result<usize> {
    let path = format!("/apps/{app}/settings/api-keys/{id}/usage.csv?window=24h");
    let answer = owner.get(&path)?;
    ensure!(
        answer.status == 200,
        "the usage export of {id} returned status {}",
        answer.status
    );
    answer
        .text()?
        .lines()
        .skip(1)
        .map(|line| {
            let accepted = line
                .split("\",\"")
                .nth(1)
                .context("a row has no second column")?;
            accepted
                .parse::<usize>()
                .context("the second column is not a number")
        })
        .sum()
}
