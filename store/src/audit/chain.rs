//! Verifying the hash chain of the audit log, and sealing logs under the newest pepper.

use super::{ChainHead, GENESIS, SEALED, insert_audit_line, move_audit_head};
use crate::{
    AuditLine, Store, StoreError, get_row, read, row::corrupt, seal::SealCheck, sql, transaction,
};
use domain::{
    audit::{AuditEvent, AuditFilter},
    id::AccountId,
};
use std::fmt;
use uuid::Uuid;

/// Rows read by one query.
const CHUNK: i64 = 1_000;

/// The end of an account's hash chain. Stored elsewhere, it reveals whether anything before it was rewritten later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    pub account: AccountId,
    /// The account's name.
    pub name: String,
    /// The number of the last row; 0 without rows.
    pub seq: i64,
    /// The hash of the last row.
    pub hash: [u8; 32],
    /// The seal of the last row; `None` if it is unsealed.
    seal: Option<Vec<u8>>,
    /// The name of the seal's pepper.
    pepper: String,
    /// The largest number of any row.
    last: i64,
}

/// The first row of a log that is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditBreak {
    /// The number of the row.
    pub seq: i64,
    pub damage: AuditDamage,
}

/// The kind of damage to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditDamage {
    /// Its hash does not match the row and the one before it.
    Changed,
    /// It does not exist.
    Missing,
    /// It is the last one, and not the head that the account names.
    NotHead,
    /// It follows the head that the account names.
    AfterHead,
    /// Its hash differs from the one that was stored elsewhere.
    NotStored,
    /// Its seal was not made with the pepper that it names.
    ForgedSeal,
    /// It has no seal, although a row before it has one.
    MissingSeal,
    /// It is the last one, and no seal of a known pepper covers it.
    UnknownSeal,
}

impl AuditHead {
    /// Returns the hash in hexadecimal.
    pub fn hash_text(&self) -> String {
        hex::encode(self.hash)
    }
}

impl fmt::Display for AuditBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match self.damage {
            AuditDamage::Changed if seq == 1 => write!(f, "row 1 is not what was written first"),
            AuditDamage::Changed => {
                let before = seq - 1;
                write!(f, "row {seq} is not what was written after row {before}")
            }
            AuditDamage::Missing => write!(f, "row {seq} is missing"),
            AuditDamage::NotHead => write!(f, "row {seq} is not what was written last"),
            AuditDamage::AfterHead => write!(f, "row {seq} was not written by Latchkey"),
            AuditDamage::NotStored => write!(f, "row {seq} does not have the hash that was stored"),
            AuditDamage::ForgedSeal => {
                write!(f, "row {seq} has a seal that was not made with the pepper")
            }
            AuditDamage::MissingSeal => {
                write!(f, "row {seq} has no seal, and rows before it have one")
            }
            AuditDamage::UnknownSeal => write!(
                f,
                "row {seq}, the last one, has no seal of a known pepper; a log of before this version is sealed when the \
                 server starts"
            ),
        }
    }
}

impl Store {
    /// Returns the heads of all accounts' chains, sorted by account name.
    ///
    /// # Errors
    /// If the database fails or a row cannot be parsed.
    pub async fn audit_heads(&self) -> Result<Vec<AuditHead>, StoreError> {
        type Row = (
            Uuid,
            String,
            i64,
            Vec<u8>,
            Option<Vec<u8>>,
            String,
            Option<i64>,
        );
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(sql::AUDIT_HEADS).fetch_all(pool).await
        })?;
        rows.into_iter()
            .map(|(id, name, seq, hash, seal, pepper, last)| {
                Ok(AuditHead {
                    account: AccountId(id),
                    name,
                    seq,
                    hash: hash.try_into().map_err(|_| corrupt("audit_hash"))?,
                    seal,
                    pepper,
                    last: last.unwrap_or_default(),
                })
            })
            .collect()
    }

    /// Reads an account's log from its first row to the head, and returns the first damaged row. `stored` are the number and the
    /// hash of an earlier head. Rows that are appended meanwhile are not checked.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn verify_audit(
        &self,
        head: &AuditHead,
        stored: Option<(i64, [u8; 32])>,
    ) -> Result<Option<AuditBreak>, StoreError> {
        let broken = |seq, damage| Ok(Some(AuditBreak { seq, damage }));
        if head.seq == 0 {
            // Creating an account appends its first row.
            return broken(1, AuditDamage::Missing);
        }
        let everything = AuditFilter::default();
        let (mut seq, mut hash) = (0, GENESIS);
        let (mut seal, mut sealed, mut proven) = (None, false, 0);
        while seq < head.seq {
            let lines = self
                .audit_lines(head.account, &everything, seq, CHUNK)
                .await?;
            if lines.is_empty() {
                return broken(seq + 1, AuditDamage::Missing);
            }
            for line in lines.iter().take_while(|line| line.seq <= head.seq) {
                if line.seq != seq + 1 {
                    return broken(seq + 1, AuditDamage::Missing);
                }
                seq += 1;
                match line.hash_after(&hash) {
                    Some(link) if link == line.hash.as_slice() => hash = link,
                    _ => return broken(seq, AuditDamage::Changed),
                }
                if line.encoding == SEALED {
                    sealed = true;
                    match line.check_seal(self.seal_keys()) {
                        SealCheck::Genuine => proven = seq,
                        SealCheck::Forged => return broken(seq, AuditDamage::ForgedSeal),
                        // The pepper was retired: a later seal covers the row.
                        SealCheck::Unknown => {}
                    }
                } else if sealed {
                    return broken(seq, AuditDamage::MissingSeal);
                }
                seal.clone_from(&line.seal);
                if stored.is_some_and(|(at, stored)| at == seq && stored != hash) {
                    return broken(seq, AuditDamage::NotStored);
                }
            }
            if lines.iter().all(|line| line.seq > head.seq) {
                return broken(seq + 1, AuditDamage::Missing);
            }
        }
        if hash != head.hash || seal != head.seal {
            return broken(seq, AuditDamage::NotHead);
        }
        if head.last > seq {
            return broken(seq + 1, AuditDamage::AfterHead);
        }
        if stored.is_some_and(|(at, _)| at > seq) {
            return broken(seq + 1, AuditDamage::Missing);
        }
        if proven < seq {
            return broken(seq, AuditDamage::UnknownSeal);
        }
        Ok(None)
    }

    /// Seals each log whose last row is not sealed under the newest pepper, by appending one more row. A seal covers all rows
    /// before it, so an unsealed log is sealed only if no log has a seal, which means that the database is from before seals.
    /// An unsealed log beside sealed ones, or one with a seal that is not genuine, is left to `latchkey audit verify`.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn seal_audit_logs(
        &self,
        event: impl Fn(AccountId) -> AuditEvent,
    ) -> Result<SealingReport, StoreError> {
        let Some(newest) = self.seal_keys().newest() else {
            return Ok(SealingReport::default());
        };
        let newest = newest.to_string();
        let heads = self.audit_heads().await?;
        let unsealed = |head: &AuditHead| head.seal.is_none();
        let (sealed,): (i64,) = if heads.iter().all(unsealed) && !heads.is_empty() {
            read!(self, |pool| sqlx::query_as(sql::AUDIT_COUNT_SEALED)
                .fetch_one(pool)
                .await)?
        } else {
            (1,)
        };
        let mut done = SealingReport {
            first: sealed == 0,
            ..SealingReport::default()
        };
        for head in heads.iter().filter(|head| head.pepper != newest) {
            let seal = head.seal.as_deref();
            let genuine =
                self.seal_keys().check(&head.hash, seal, &head.pepper) == SealCheck::Genuine;
            let unsealed = done.first && seal.is_none();
            if !(genuine || unsealed) {
                done.left.push(head.name.clone());
                continue;
            }
            let event = event(head.account);
            let written = transaction!(self, |tx| {
                let head: ChainHead = get_row!(tx, sql::AUDIT_TAKE_NUMBER, event.account_id.0)?;
                let genuine = head.is_genuine(tx.seals());
                let unsealed = done.first && head.seal.is_none();
                if !(genuine || unsealed) {
                    return Err(StoreError::Corrupt(
                        "a seal of the audit log is forged".into(),
                    ));
                }
                let line = AuditLine::after(&head, &event, tx.seals(), true)?;
                insert_audit_line!(tx, &line)?;
                move_audit_head!(tx, &line)?;
                line.seq
            })?;
            done.sealed += usize::from(written > 0);
        }
        Ok(done)
    }
}

/// The outcome of [`Store::seal_audit_logs`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SealingReport {
    /// The number of logs that were sealed.
    pub sealed: usize,
    /// Whether no log had a seal before.
    pub first: bool,
    /// The names of the accounts whose logs end without a genuine seal: they were not written by Latchkey.
    pub left: Vec<String>,
}
