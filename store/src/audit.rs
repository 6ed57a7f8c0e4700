//! The audit log: for each account an append-only hash chain. Each row's hash covers the hash of the row before it, and is sealed.
//!
//! An entry is an [`AuditEvent`] until it is appended; its row is read as an [`AuditLine`], with the hash, to verify and export the
//! log, and as an [`AuditRecord`](domain::audit::AuditRecord), without it, for pages.
//!
//! The hash of a row in encoding 3, in which rows are written now: SHA-256 over the text `latchkey audit 3`, the previous
//! row's hash (32 zero bytes before the first), the account's id (16 bytes), the number and the instant (8 bytes each,
//! big-endian), one byte that says whether there is an actor's id, that id (16 bytes, zeros without one), and then
//! actor, action, target, detail, address, request id, before, after and the name of the pepper, each as UTF-8 with its
//! length in bytes before it (8 bytes, big-endian). The row's seal is HMAC-SHA-256 of the hash under a key derived from that
//! pepper. The chain can be checked with the rows alone, and cannot be forged without the pepper.
//!
//! Encoding 2, of rows without a seal: the first text is `latchkey audit 2`, and there is no pepper. Encoding 1, of even
//! older rows: no first text, no such byte, and before and after are empty and not part of the hash. All rows that follow a
//! sealed row are sealed.

#![expect(
    missing_docs,
    reason = "fields are named for the columns that they hold"
)]

mod chain;
mod pages;

pub use chain::{AuditBreak, AuditDamage, AuditHead, SealingReport};

use crate::{SealKeys, StoreError, row::corrupt, seal::SealCheck};
use domain::audit::{Actor, AuditEvent, FieldValues};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The hash before the first row of an account.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// The encoding of rows without a seal.
const UNSEALED: i64 = 2;
/// The encoding of rows with a seal.
const SEALED: i64 = 3;

/// Inserts a row of the log. Evaluates to a `Result`.
macro_rules! insert_audit_line {
    ($tx:ident, $line:expr) => {{
        let line: &$crate::AuditLine = $line;
        $crate::execute!(
            $tx,
            $crate::sql::AUDIT_INSERT,
            line.account_id,
            line.seq,
            line.at,
            line.actor_id,
            &line.actor,
            &line.action,
            &line.target,
            &line.detail,
            &line.address,
            &line.request_id,
            &line.before,
            &line.after,
            line.encoding,
            line.hash.as_slice(),
            line.seal.as_deref(),
            &line.pepper
        )
    }};
}

/// Makes a row the head of its account's chain. Evaluates to a `Result`.
macro_rules! move_audit_head {
    ($tx:ident, $line:expr) => {{
        let line: &$crate::AuditLine = $line;
        $crate::execute!(
            $tx,
            $crate::sql::AUDIT_MOVE_HEAD,
            line.account_id,
            line.hash.as_slice(),
            line.seal.as_deref(),
            &line.pepper
        )
    }};
}

/// Appends an event inside a transaction, without a security event. Taking the next number locks the account's row, so that
/// the chain has neither gap nor fork. Evaluates to a `Result`.
macro_rules! append_event_only {
    ($tx:ident, $event:expr) => {
        async {
            let event: &domain::audit::AuditEvent = $event;
            let head: $crate::audit::ChainHead =
                $crate::get_row!($tx, $crate::sql::AUDIT_TAKE_NUMBER, event.account_id.0)?;
            let sealed = head.is_genuine($tx.seals());
            let line = $crate::AuditLine::after(&head, event, $tx.seals(), sealed)?;
            $crate::audit::insert_audit_line!($tx, &line)?;
            $crate::audit::move_audit_head!($tx, &line)?;
            Ok::<(), $crate::StoreError>(())
        }
        .await
    };
}

/// Appends many events of an account inside a transaction, without security events. Evaluates to a `Result`.
///
/// All numbers are taken at once, and some hundred rows are inserted at once: three statements an event would lock the account's
/// row for long.
macro_rules! append_many_events {
    ($tx:ident, $account:expr, $events:expr) => {
        async {
            let account: domain::id::AccountId = $account;
            let events: Vec<domain::audit::AuditEvent> = $events;
            let many = i64::try_from(events.len()).unwrap_or(i64::MAX);
            let mut head: $crate::audit::ChainHead =
                $crate::get_row!($tx, $crate::sql::AUDIT_TAKE_NUMBERS, account.0, many)?;
            head.next -= many - 1;
            let sealed = head.is_genuine($tx.seals());
            let mut lines = Vec::with_capacity(events.len());
            for event in events {
                let line = $crate::AuditLine::after(&head, &event, $tx.seals(), sealed)?;
                head = line.head();
                lines.push(line);
            }
            $crate::database::insert_many::insert_many!(
                $tx,
                $crate::sql::AUDIT_INSERT,
                lines,
                |row, line| {
                    row.push_bind(line.account_id)
                        .push_bind(line.seq)
                        .push_bind(line.at)
                        .push_bind(line.actor_id)
                        .push_bind(&line.actor)
                        .push_bind(&line.action)
                        .push_bind(&line.target)
                        .push_bind(&line.detail)
                        .push_bind(&line.address)
                        .push_bind(&line.request_id)
                        .push_bind(&line.before)
                        .push_bind(&line.after)
                        .push_bind(line.encoding)
                        .push_bind(line.hash.as_slice())
                        .push_bind(line.seal.as_deref())
                        .push_bind(&line.pepper);
                }
            )?;
            $crate::execute!(
                $tx,
                $crate::sql::AUDIT_MOVE_HEAD,
                account.0,
                head.hash.as_slice(),
                head.seal.as_deref(),
                &head.pepper
            )?;
            Ok::<(), $crate::StoreError>(())
        }
        .await
    };
}
pub(crate) use {append_event_only, append_many_events, insert_audit_line, move_audit_head};

/// The end of a hash chain, to which the next row is appended.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct ChainHead {
    /// The number of the next row.
    #[sqlx(rename = "audit_seq")]
    pub(crate) next: i64,
    #[sqlx(rename = "audit_hash")]
    pub(crate) hash: Vec<u8>,
    #[sqlx(rename = "audit_seal")]
    pub(crate) seal: Option<Vec<u8>>,
    #[sqlx(rename = "audit_pepper")]
    pub(crate) pepper: String,
}

impl ChainHead {
    /// Whether the head has a genuine seal, so that the next row may be sealed: a seal covers all rows before it.
    pub(crate) fn is_genuine(&self, seals: &SealKeys) -> bool {
        self.next == 1
            || seals.check(&self.hash, self.seal.as_deref(), &self.pepper) == SealCheck::Genuine
    }
}

/// A row of the log as stored, with what its hash covers, and the hash.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct AuditLine {
    pub account_id: Uuid,
    /// Its number within the account: 1, 2, 3 …
    pub seq: i64,
    /// Unix milliseconds.
    pub at: i64,
    /// The person who acted; `None` for a key and for the program itself.
    pub actor_id: Option<Uuid>,
    /// The actor as text.
    pub actor: String,
    /// The stored word of the action.
    pub action: String,
    /// What the action was applied to.
    pub target: String,
    pub detail: String,
    /// The client's address.
    pub address: String,
    pub request_id: String,
    /// The values before the change: a JSON object, or empty.
    pub before: String,
    /// The values after the change: a JSON object, or empty.
    pub after: String,
    /// The encoding of the hash.
    pub encoding: i64,
    /// SHA-256 over all of this and the previous row's hash.
    pub hash: Vec<u8>,
    /// HMAC-SHA-256 of the hash; `None` in encodings 1 and 2.
    pub seal: Option<Vec<u8>>,
    /// The name of the seal's pepper; empty in encodings 1 and 2.
    pub pepper: String,
    /// The previous row's hash; `None` if there is no such row.
    pub previous: Option<Vec<u8>>,
}

impl AuditLine {
    /// Makes the row of an event after a head, with a seal if `sealed` and there is a key.
    pub(crate) fn after(
        head: &ChainHead,
        event: &AuditEvent,
        seals: &SealKeys,
        sealed: bool,
    ) -> Result<Self, StoreError> {
        let pepper = seals.newest().filter(|_| sealed);
        let mut line = Self {
            account_id: event.account_id.0,
            seq: head.next,
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
            before: values_text(&event.before)?,
            after: values_text(&event.after)?,
            encoding: if pepper.is_some() { SEALED } else { UNSEALED },
            hash: Vec::new(),
            seal: None,
            pepper: pepper.map_or_else(String::new, |name| name.to_string()),
            previous: None,
        };
        line.hash = line
            .hash_after(&head.hash)
            .ok_or_else(|| corrupt("encoding"))?
            .to_vec();
        line.seal = pepper.and_then(|_| seals.seal(&line.hash));
        line.previous = Some(head.hash.clone());
        Ok(line)
    }

    fn check_seal(&self, seals: &SealKeys) -> SealCheck {
        seals.check(&self.hash, self.seal.as_deref(), &self.pepper)
    }

    /// Returns the end of a hash chain whose last row this is.
    pub(crate) fn head(&self) -> ChainHead {
        ChainHead {
            next: self.seq + 1,
            hash: self.hash.clone(),
            seal: self.seal.clone(),
            pepper: self.pepper.clone(),
        }
    }

    /// Computes the row's hash, the next one of the hash chain after the hash `previous`; `None` if the row's encoding cannot
    /// represent it.
    pub fn hash_after(&self, previous: &[u8]) -> Option<[u8; 32]> {
        let (prefix, with_new) = match self.encoding {
            1 if self.before.is_empty() && self.after.is_empty() => ("", false),
            UNSEALED => ("latchkey audit 2", true),
            SEALED => ("latchkey audit 3", true),
            _ => return None,
        };
        if self.encoding != SEALED && (self.seal.is_some() || !self.pepper.is_empty()) {
            return None;
        }
        let mut hash = Sha256::new();
        hash.update(prefix);
        hash.update(previous);
        hash.update(self.account_id.as_bytes());
        hash.update(self.seq.to_be_bytes());
        hash.update(self.at.to_be_bytes());
        if with_new {
            hash.update([u8::from(self.actor_id.is_some())]);
        }
        hash.update(self.actor_id.unwrap_or_default().as_bytes());
        let texts = [
            &self.actor,
            &self.action,
            &self.target,
            &self.detail,
            &self.address,
            &self.request_id,
            &self.before,
            &self.after,
            &self.pepper,
        ];
        let count = match self.encoding {
            1 => 6,
            UNSEALED => 8,
            _ => 9,
        };
        for text in &texts[..count] {
            hash.update((text.len() as u64).to_be_bytes());
            hash.update(text.as_bytes());
        }
        Some(hash.finalize().into())
    }

    /// Returns the hash in hexadecimal.
    pub fn hash_text(&self) -> String {
        hex::encode(&self.hash)
    }

    /// Returns the previous row's hash in hexadecimal; zeros before the first row, and if the previous row is missing.
    pub fn previous_text(&self) -> String {
        hex::encode(self.previous.as_deref().unwrap_or(&GENESIS))
    }
}

/// Formats field values for a column; empty for none.
fn values_text(values: &FieldValues) -> Result<String, StoreError> {
    if values.is_empty() {
        return Ok(String::new());
    }
    serde_json::to_string(values).map_err(|_| corrupt("field values"))
}

/// Parses a column of field values.
fn parse_values(column: &str, text: &str) -> Result<FieldValues, StoreError> {
    if text.is_empty() {
        return Ok(FieldValues::default());
    }
    serde_json::from_str(text).map_err(|_| corrupt(column))
}
