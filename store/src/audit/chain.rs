//! Whether the log is what was written.

use super::{GENESIS, Head, Proof, SEALED, insert_audit_line, move_audit_head};
use crate::{AuditLine, Store, StoreError, read, row::corrupt, sql, transaction};
use domain::{
    audit::{AuditFilter, Event},
    id::AccountId,
};
use std::fmt;
use uuid::Uuid;

/// Lines that are read at once.
const CHUNK: i64 = 1_000;

/// The end of an account's chain. Whoever keeps it elsewhere can tell later whether anything before it was rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditHead {
    /// Whose log.
    pub account: AccountId,
    /// The account's name.
    pub name: String,
    /// The number of the last row; 0 where there is none.
    pub seq: i64,
    /// Its hash.
    pub hash: [u8; 32],
    /// Its seal, and the name of the pepper that made it; none where the row is from before seals.
    seal: Option<Vec<u8>>,
    pepper: String,
    /// The largest number that any row has.
    last: i64,
}

/// The first row that is not what was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// Its number.
    pub seq: i64,
    /// What became of it.
    pub damage: Damage,
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    /// Its hash does not follow from it and the row before.
    Changed,
    /// It is not there.
    Missing,
    /// It is the last one, and not the one that the account names.
    NotTheHead,
    /// It stands behind the last one that the account names.
    Added,
    /// It is not the one whose hash was kept elsewhere.
    NotTheKept,
    /// It carries a seal that was not made with the pepper that it names.
    Forged,
    /// It carries no seal, although one before it does.
    Unsealed,
    /// It is the last one, and no seal of a known pepper vouches for it.
    Unproven,
}

impl AuditHead {
    /// The hash in hexadecimal.
    pub fn hash_text(&self) -> String {
        hex::encode(self.hash)
    }
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seq = self.seq;
        match self.damage {
            Damage::Changed if seq == 1 => write!(f, "row 1 is not what was written first"),
            Damage::Changed => {
                let before = seq - 1;
                write!(f, "row {seq} is not what was written after row {before}")
            }
            Damage::Missing => write!(f, "row {seq} is missing"),
            Damage::NotTheHead => write!(f, "row {seq} is not what was written last"),
            Damage::Added => write!(f, "row {seq} was not written by Latchkey"),
            Damage::NotTheKept => write!(f, "row {seq} is not the one whose hash was kept"),
            Damage::Forged => {
                write!(f, "row {seq} has a seal that was not made with the pepper")
            }
            Damage::Unsealed => {
                write!(f, "row {seq} has no seal, and rows before it have one")
            }
            Damage::Unproven => write!(
                f,
                "row {seq}, the last one, has no seal of a pepper that is at hand; a log of before this version is sealed \
                 when the server starts"
            ),
        }
    }
}

impl Store {
    /// The ends of all accounts' chains, by name.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
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

    /// Reads an account's log from its first row to the head, and names the first row that is not what was written.
    /// `kept` are the number and the hash of an earlier head. Rows that are written meanwhile are not looked at.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn verify_audit(
        &self,
        head: &AuditHead,
        kept: Option<(i64, [u8; 32])>,
    ) -> Result<Option<Break>, StoreError> {
        let broken = |seq, damage| Ok(Some(Break { seq, damage }));
        if head.seq == 0 {
            // An account begins with a row.
            return broken(1, Damage::Missing);
        }
        let everything = AuditFilter::default();
        let (mut seq, mut hash) = (0, GENESIS);
        let (mut seal, mut sealed, mut proven) = (None, false, 0);
        while seq < head.seq {
            let lines = self
                .audit_lines(head.account, &everything, seq, CHUNK)
                .await?;
            if lines.is_empty() {
                return broken(seq + 1, Damage::Missing);
            }
            for line in lines.iter().take_while(|line| line.seq <= head.seq) {
                if line.seq != seq + 1 {
                    return broken(seq + 1, Damage::Missing);
                }
                seq += 1;
                match line.link(&hash) {
                    Some(link) if link == line.hash.as_slice() => hash = link,
                    _ => return broken(seq, Damage::Changed),
                }
                if line.encoding == SEALED {
                    sealed = true;
                    match line.prove(self.seals()) {
                        Proof::Genuine => proven = seq,
                        Proof::Forged => return broken(seq, Damage::Forged),
                        // A pepper that was retired: a later seal vouches for the row.
                        Proof::Unknown => {}
                    }
                } else if sealed {
                    return broken(seq, Damage::Unsealed);
                }
                seal.clone_from(&line.seal);
                if kept.is_some_and(|(at, kept)| at == seq && kept != hash) {
                    return broken(seq, Damage::NotTheKept);
                }
            }
            if lines.iter().all(|line| line.seq > head.seq) {
                return broken(seq + 1, Damage::Missing);
            }
        }
        if hash != head.hash || seal != head.seal {
            return broken(seq, Damage::NotTheHead);
        }
        if head.last > seq {
            return broken(seq + 1, Damage::Added);
        }
        if kept.is_some_and(|(at, _)| at > seq) {
            return broken(seq + 1, Damage::Missing);
        }
        if proven < seq {
            return broken(seq, Damage::Unproven);
        }
        Ok(None)
    }

    /// Seals each log whose last row is not sealed under the newest pepper, by one more row; returns how many, and whether it
    /// was for the first time. A row that is sealed vouches for all before it, so a log without a seal is sealed only where no
    /// log has one: the database is of before seals then. One that stands between sealed logs, or has a seal that nobody
    /// vouches for, is left to `latchkey audit verify`.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn seal_logs(
        &self,
        event: impl Fn(AccountId) -> Event,
    ) -> Result<Sealing, StoreError> {
        let Some(newest) = self.seals().newest() else {
            return Ok(Sealing::default());
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
        let mut done = Sealing {
            first: sealed == 0,
            ..Sealing::default()
        };
        for head in heads.iter().filter(|head| head.pepper != newest) {
            let seal = head.seal.as_deref();
            let genuine = self.seals().prove(&head.hash, seal, &head.pepper) == Proof::Genuine;
            let unsealed = done.first && seal.is_none();
            if !(genuine || unsealed) {
                done.left.push(head.name.clone());
                continue;
            }
            let event = event(head.account);
            let written = transaction!(self, |tx| {
                let head: Head = sqlx::query_as(sql::AUDIT_TAKE_NUMBER)
                    .bind(event.account_id.0)
                    .fetch_one(&mut *tx)
                    .await?;
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

/// What [`Store::seal_logs`] did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sealing {
    /// How many logs were sealed.
    pub sealed: usize,
    /// Whether none had a seal before.
    pub first: bool,
    /// The accounts whose logs end without a genuine seal: somebody other than Latchkey wrote them.
    pub left: Vec<String>,
}
