//! The audit log: append-only, each row chained to the one before it within its account.

use crate::{Store, StoreError, read, row::AuditRow, sql};
use domain::{
    audit::{Actor, Event, Record},
    id::AccountId,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The hash before the first row of an account.
pub(crate) const GENESIS: [u8; 32] = [0; 32];

/// Appends an event inside a transaction that is under way. Taking the next number locks the account's row, so that
/// the chain has neither gap nor fork.
macro_rules! append {
    ($tx:ident, $event:expr) => {{
        let event: &domain::audit::Event = $event;
        let (seq, previous): (i64, Vec<u8>) = sqlx::query_as($crate::sql::AUDIT_HEAD)
            .bind(event.account_id.0)
            .fetch_one(&mut *$tx)
            .await?;
        let hash = $crate::audit::link(&previous, seq, event);
        sqlx::query($crate::sql::AUDIT_INSERT)
            .bind(event.account_id.0)
            .bind(seq)
            .bind(event.at.0)
            .bind($crate::audit::actor_id(event))
            .bind(event.actor.to_string())
            .bind(event.action.as_str())
            .bind(&event.target)
            .bind(&event.detail)
            .bind(&event.address)
            .bind(&event.request_id)
            .bind(hash.as_slice())
            .execute(&mut *$tx)
            .await?;
        sqlx::query($crate::sql::AUDIT_MOVE_HEAD)
            .bind(event.account_id.0)
            .bind(hash.as_slice())
            .execute(&mut *$tx)
            .await?;
    }};
}
pub(crate) use append;

pub(crate) fn actor_id(event: &Event) -> Option<Uuid> {
    match &event.actor {
        Actor::Person { id, .. } => Some(id.0),
        Actor::Key(_) | Actor::System => None,
    }
}

/// SHA-256 over the previous row's hash and every column of this one, each text with its length before it.
pub(crate) fn link(previous: &[u8], seq: i64, event: &Event) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(event.account_id.0.as_bytes());
    hash.update(seq.to_be_bytes());
    hash.update(event.at.0.to_be_bytes());
    hash.update(actor_id(event).unwrap_or_default().as_bytes());
    let actor = event.actor.to_string();
    for text in [
        &actor,
        event.action.as_str(),
        &event.target,
        &event.detail,
        &event.address,
        &event.request_id,
    ] {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    hash.finalize().into()
}

impl Store {
    /// The newest `most` records about `target` in the account.
    ///
    /// # Errors
    /// Where the database fails or a row cannot be read.
    pub async fn audit_of(
        &self,
        account: AccountId,
        target: &str,
        most: i64,
    ) -> Result<Vec<Record>, StoreError> {
        let rows: Vec<AuditRow> = read!(self, |pool| {
            sqlx::query_as(sql::AUDIT_BY_TARGET)
                .bind(account.0)
                .bind(target)
                .bind(most)
                .fetch_all(pool)
                .await
        })?;
        rows.into_iter().map(AuditRow::record).collect()
    }
}
