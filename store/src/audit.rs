//! The audit log: append-only, each row chained to the one before it within its account.
//!
//! Encoding 2, in which hashes are made now: SHA-256 over the text `latchkey audit 2`, the previous row's hash (32 zero
//! bytes before the first), the account's id (16 bytes), the number and the instant (8 bytes each, big-endian), one byte
//! that says whether there is an actor's id, that id (16 bytes, zeros where there is none), and then actor, action,
//! target, detail, address, request id, before and after, each as UTF-8 with its length in bytes before it (8 bytes,
//! big-endian). Encoding 1, of rows from before it: the same without the first text, without the byte, and without
//! before and after, which are empty there.

mod chain;
mod pages;

pub use chain::{AuditHead, Break, Damage};

use crate::{StoreError, row::corrupt};
use domain::audit::{Actor, Event, Facts};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The hash before the first row of an account.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// The encoding of the hashes that are made now.
const ENCODING: i64 = 2;

/// Writes a line that has its place in the chain.
macro_rules! insert_line {
    ($tx:ident, $line:expr) => {{
        let line: &$crate::AuditLine = $line;
        sqlx::query($crate::sql::AUDIT_INSERT)
            .bind(line.account_id)
            .bind(line.seq)
            .bind(line.at)
            .bind(line.actor_id)
            .bind(&line.actor)
            .bind(&line.action)
            .bind(&line.target)
            .bind(&line.detail)
            .bind(&line.address)
            .bind(&line.request_id)
            .bind(&line.before)
            .bind(&line.after)
            .bind(line.encoding)
            .bind(line.hash.as_slice())
            .execute(&mut *$tx)
            .await?;
    }};
}

/// Appends an event inside a transaction that is under way; what is a security event by itself becomes one.
macro_rules! append {
    ($tx:ident, $event:expr) => {{
        let event: &domain::audit::Event = $event;
        $crate::audit::append_quietly!($tx, event);
        if let Some(raised) = domain::security::Raised::by_change(event) {
            $crate::security::raise!($tx, &raised);
        }
    }};
}

/// Appends an event inside a transaction that is under way. Taking the next number locks the account's row, so that
/// the chain has neither gap nor fork.
macro_rules! append_quietly {
    ($tx:ident, $event:expr) => {{
        let event: &domain::audit::Event = $event;
        let (seq, previous): (i64, Vec<u8>) = sqlx::query_as($crate::sql::AUDIT_HEAD)
            .bind(event.account_id.0)
            .fetch_one(&mut *$tx)
            .await?;
        let line = $crate::AuditLine::after(previous, seq, event)?;
        $crate::audit::insert_line!($tx, &line);
        sqlx::query($crate::sql::AUDIT_MOVE_HEAD)
            .bind(event.account_id.0)
            .bind(line.hash.as_slice())
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(crate) use {append, append_quietly, insert_line};

/// A row of the log as it is stored: everything that its hash is made of, and the hash.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditLine {
    /// Whose log it stands in.
    pub account_id: Uuid,
    /// Its number within the account: 1, 2, 3 …
    pub seq: i64,
    /// When: Unix milliseconds.
    pub at: i64,
    /// The person who did it; none for a key and for the program itself.
    pub actor_id: Option<Uuid>,
    /// Who, in words.
    pub actor: String,
    /// What: the stored word.
    pub action: String,
    /// On what.
    pub target: String,
    /// In words.
    pub detail: String,
    /// From which address.
    pub address: String,
    /// In which request.
    pub request_id: String,
    /// What it was: a JSON object, or empty.
    pub before: String,
    /// What it became: a JSON object, or empty.
    pub after: String,
    /// The encoding of the hash.
    pub encoding: i64,
    /// SHA-256 over all of it and the previous row's hash.
    pub hash: Vec<u8>,
    /// The previous row's hash; none where there is no such row.
    pub previous: Option<Vec<u8>>,
}

impl AuditLine {
    /// The line of an event behind a row with the hash `previous`.
    pub(crate) fn after(previous: Vec<u8>, seq: i64, event: &Event) -> Result<Self, StoreError> {
        let mut line = Self {
            account_id: event.account_id.0,
            seq,
            at: event.at.0,
            actor_id: match &event.actor {
                Actor::Person { id, .. } => Some(id.0),
                Actor::Key(_) | Actor::System => None,
            },
            actor: event.actor.to_string(),
            action: event.action.as_str().to_owned(),
            target: event.target.clone(),
            detail: event.detail.clone(),
            address: event.address.clone(),
            request_id: event.request_id.clone(),
            before: text(&event.before)?,
            after: text(&event.after)?,
            encoding: ENCODING,
            hash: Vec::new(),
            previous: None,
        };
        line.hash = line
            .link(&previous)
            .ok_or_else(|| corrupt("encoding"))?
            .to_vec();
        line.previous = Some(previous);
        Ok(line)
    }

    /// The hash that the row has behind a row with the hash `previous`; `None` where its encoding cannot hold it.
    pub fn link(&self, previous: &[u8]) -> Option<[u8; 32]> {
        let mut hash = Sha256::new();
        if self.encoding == ENCODING {
            hash.update("latchkey audit 2");
        }
        hash.update(previous);
        hash.update(self.account_id.as_bytes());
        hash.update(self.seq.to_be_bytes());
        hash.update(self.at.to_be_bytes());
        if self.encoding == ENCODING {
            hash.update([u8::from(self.actor_id.is_some())]);
        }
        hash.update(self.actor_id.unwrap_or_default().as_bytes());
        let old = [
            &self.actor,
            &self.action,
            &self.target,
            &self.detail,
            &self.address,
            &self.request_id,
        ];
        let new = [&self.before, &self.after];
        let new: &[&String] = match self.encoding {
            1 if new.iter().all(|text| text.is_empty()) => &[],
            ENCODING => &new,
            _ => return None,
        };
        for text in old.into_iter().chain(new.iter().copied()) {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        Some(hash.finalize().into())
    }

    /// The hash in hexadecimal.
    pub fn hash_text(&self) -> String {
        hex::encode(&self.hash)
    }

    /// The previous row's hash in hexadecimal; zeros before the first row, and where that row is missing.
    pub fn previous_text(&self) -> String {
        hex::encode(self.previous.as_deref().unwrap_or(&GENESIS))
    }
}

/// The text of a column; nothing for no facts.
fn text(facts: &Facts) -> Result<String, StoreError> {
    if facts.is_empty() {
        return Ok(String::new());
    }
    serde_json::to_string(facts).map_err(|_| corrupt("facts"))
}

/// Reads a column of facts.
pub(crate) fn facts(column: &str, text: &str) -> Result<Facts, StoreError> {
    if text.is_empty() {
        return Ok(Facts::default());
    }
    serde_json::from_str(text).map_err(|_| corrupt(column))
}
