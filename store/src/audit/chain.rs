//! Whether the log is what was written.

use super::GENESIS;
use crate::{Store, StoreError, read, row::corrupt, sql};
use domain::{audit::AuditFilter, id::AccountId};
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
        }
    }
}

impl Store {
    /// The ends of all accounts' chains, by name.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn audit_heads(&self) -> Result<Vec<AuditHead>, StoreError> {
        type Row = (Uuid, String, i64, Vec<u8>, Option<i64>);
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(sql::AUDIT_HEADS).fetch_all(pool).await
        })?;
        rows.into_iter()
            .map(|(id, name, seq, hash, last)| {
                Ok(AuditHead {
                    account: AccountId(id),
                    name,
                    seq,
                    hash: hash.try_into().map_err(|_| corrupt("audit_hash"))?,
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
                if kept.is_some_and(|(at, kept)| at == seq && kept != hash) {
                    return broken(seq, Damage::NotTheKept);
                }
            }
            if lines.iter().all(|line| line.seq > head.seq) {
                return broken(seq + 1, Damage::Missing);
            }
        }
        if hash != head.hash {
            return broken(seq, Damage::NotTheHead);
        }
        if head.last > seq {
            return broken(seq + 1, Damage::Added);
        }
        if kept.is_some_and(|(at, _)| at > seq) {
            return broken(seq + 1, Damage::Missing);
        }
        Ok(None)
    }
}
