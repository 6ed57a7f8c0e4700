//! What must be there after a kill: everything that was answered before it.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{
    bench::client::Client,
    kill::{
        LOSS_LIMIT,
        load::{self, Calls, Change, Deed, Pair, between},
        victim::{Server, Victim},
    },
};

/// Keys with which calls are made in each round.
const CALLED: usize = 6;

/// Keys that are changed in each round at most: more than a round has time for.
const CHANGED: usize = 400;

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
    /// A change had begun when the server died: the state may be this one as well.
    or: Option<State>,
    /// Calls that were counted before the round.
    counted: usize,
    /// When calls of the round were answered.
    answers: Vec<Instant>,
}

/// All keys that were answered, and all changes.
#[derive(Default)]
pub struct Model {
    keys: BTreeMap<String, Key>,
    /// Rows of the round that the audit log must have: action and key. Older ones are held by the heads of the log.
    rows: Vec<(&'static str, String)>,
    killed: Option<Instant>,
}

/// What a kill has cost.
#[derive(Clone, Copy, Default)]
pub struct Lost {
    pub calls: usize,
    pub oldest: Duration,
}

impl Model {
    /// Makes keys to call with, where there are not enough.
    pub fn furnish(&mut self, owner: &mut Client, app: &str, round: usize) -> Result<()> {
        let active = self
            .keys
            .values()
            .filter(|key| key.state == State::Active)
            .count();
        for number in active..2 * CALLED {
            let name = format!("Stock {round}, {number}");
            let (id, secret) = load::create(owner, app, &name, round, 5_000 + number)?
                .context("the server is gone")?;
            self.made(id, secret, name);
        }
        Ok(())
    }

    fn made(&mut self, id: String, secret: String, name: String) {
        self.rows.push((Deed::Create.action(), id.clone()));
        let key = Key {
            secret,
            name,
            state: State::Active,
            or: None,
            counted: 0,
            answers: Vec::new(),
        };
        self.keys.insert(id, key);
    }

    /// Keys that are active, for those who call, and how often each has been called until now. Some of them are changed
    /// meanwhile.
    pub fn callable(&mut self, owner: &mut Client, app: &str) -> Result<Vec<Pair>> {
        let mut pairs = Vec::new();
        let active = self.keys.iter_mut();
        for (id, key) in active
            .filter(|(_, key)| key.state == State::Active)
            .take(CALLED)
        {
            key.counted = counted(owner, app, id)?;
            pairs.push(Pair {
                id: id.clone(),
                secret: key.secret.clone(),
            });
        }
        Ok(pairs)
    }

    /// What is done to which key, with the key's name: some are switched off, some on again, some revoked; keys that are
    /// being called among them.
    pub fn plan(&self) -> Vec<(Deed, String, String)> {
        self.keys
            .iter()
            .filter_map(|(id, key)| match key.state {
                State::Revoked => None,
                State::Inactive => Some((Deed::Activate, id, key)),
                State::Active => Some((Deed::Deactivate, id, key)),
            })
            .enumerate()
            .filter(|(number, _)| number % 2 == 1)
            .map(|(number, (deed, id, key))| {
                let deed = if number % 4 == 1 { Deed::Revoke } else { deed };
                (deed, id.clone(), key.name.clone())
            })
            .take(CHANGED)
            .collect()
    }

    /// Takes what was answered until the kill.
    pub fn remember(&mut self, calls: Vec<Calls>, changes: Vec<Change>, killed: Instant) {
        for (id, at) in calls.into_iter().flatten() {
            if let Some(key) = self.keys.get_mut(&id) {
                key.answers.push(at);
            }
        }
        for change in changes {
            if change.deed == Deed::Create {
                if change.answered {
                    self.made(change.id, change.secret, change.name);
                }
                continue;
            }
            let Some(key) = self.keys.get_mut(&change.id) else {
                continue;
            };
            let state = match change.deed {
                Deed::Revoke => State::Revoked,
                Deed::Deactivate => State::Inactive,
                Deed::Activate | Deed::Create => State::Active,
            };
            if change.answered {
                key.state = state;
                self.rows.push((change.deed.action(), change.id));
            } else {
                key.or = Some(state);
            }
        }
        self.killed = Some(killed);
    }

    /// Holds the server that came after the kill to all of it.
    pub fn examine(&mut self, victim: &Victim, server: &Server) -> Result<Lost> {
        victim.verify_audit()?;
        let Some(killed) = self.killed.take() else {
            return Ok(Lost::default());
        };
        let mut owner = server.sign_in()?;
        let lost = self.examine_counts(&mut owner, server.app(), killed)?;
        self.examine_log(&mut owner, server.app())?;
        self.rows.clear();
        self.examine_states(server)?;
        Ok(lost)
    }

    /// Before anything else is called: what is counted now was counted before the kill.
    fn examine_counts(&mut self, owner: &mut Client, app: &str, killed: Instant) -> Result<Lost> {
        let mut lost = Lost::default();
        for (id, key) in self
            .keys
            .iter_mut()
            .filter(|(_, key)| !key.answers.is_empty())
        {
            let total = counted(owner, app, id)?;
            let since = total
                .checked_sub(key.counted)
                .with_context(|| format!("{id}: counts that had been read are gone"))?;
            key.answers.sort_unstable();
            if let Some(oldest) = key.answers.get(since) {
                lost.calls += key.answers.len() - since;
                let age = killed.saturating_duration_since(*oldest);
                ensure!(
                    age <= LOSS_LIMIT,
                    "{id}: counts are lost that were {} ms old",
                    age.as_millis()
                );
                lost.oldest = lost.oldest.max(age);
            }
            key.answers.clear();
        }
        Ok(lost)
    }

    fn examine_log(&self, owner: &mut Client, app: &str) -> Result<()> {
        let path = format!("/apps/{app}/settings/audit-log.jsonl");
        let answer = owner.get(&path)?;
        ensure!(answer.status == 200, "{path} answered {}", answer.status);
        let log = answer.text()?;
        for (action, id) in &self.rows {
            let action = format!("\"{action}\"");
            ensure!(
                log.lines()
                    .any(|row| row.contains(&action) && row.contains(id)),
                "the audit log has no row {action} about {id}"
            );
        }
        Ok(())
    }

    fn examine_states(&mut self, server: &Server) -> Result<()> {
        let mut client = Client::connect(server.address)?;
        for (id, key) in &mut self.keys {
            let lines = format!("x-client-key: {id}\r\nx-client-secret: {}\r\n", key.secret);
            let answer = client.send("GET", "/v1/whoami", &lines, "")?;
            let state = match (answer.status, between(answer.text()?, "\"code\":\"", "\"")) {
                (200, _) => State::Active,
                (401, Some("key_inactive")) => State::Inactive,
                (401, Some("key_revoked")) => State::Revoked,
                (status, code) => bail!("{id}: the gate answers {status}, {code:?}"),
            };
            ensure!(
                state == key.state || Some(state) == key.or,
                "{id} was {:?} when the server died, and is {state:?}",
                key.state
            );
            key.state = state;
            key.or = None;
        }
        Ok(())
    }
}

/// Calls of a key that were accepted in the last day, as the file of its chart has them: the second column.
fn counted(owner: &mut Client, app: &str, id: &str) -> Result<usize> {
    let path = format!("/apps/{app}/settings/api-keys/{id}/usage.csv?window=24h");
    let answer = owner.get(&path)?;
    ensure!(
        answer.status == 200,
        "the numbers of {id} answered {}",
        answer.status
    );
    answer
        .text()?
        .lines()
        .skip(1)
        .map(|line| {
            let accepted = line.split("\",\"").nth(1).context("no numbers")?;
            accepted.parse::<usize>().context("no number")
        })
        .sum()
}
