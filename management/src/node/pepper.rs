//! Several peppers: digests under an older one are replaced by digests under the newest once their secret is presented.

use crate::{Keyring, ManagementError};
use domain::{
    audit::{Action, Actor, AuditEvent, FieldValues},
    time::Timestamp,
};
use std::collections::HashMap;
use store::{PepperName, PepperUsage, SealingReport, Store};
use verification::Peppers;

/// The rotation of the pepper: moving to the newest one what is under an older one.
#[derive(Clone, Copy)]
pub struct PepperRotation<'k> {
    pub(crate) keyring: &'k Keyring,
}

/// The rows under one pepper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PepperUse {
    /// The pepper's name.
    pub name: PepperName,
    /// Whether the process has it.
    pub known: bool,
    /// The rows made under it.
    pub rows: PepperUsage,
}

impl PepperRotation<'_> {
    /// Writes some pending digest upgrades and returns their number. One that cannot be written is queued again by the key's next call.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn upgrade_digests(self) -> Result<usize, ManagementError> {
        let pending = self.keyring.verifier().digest_upgrades().take_batch();
        if pending.is_empty() {
            return Ok(0);
        }
        let newest = self.keyring.hasher().newest_pepper();
        for row in self
            .keyring
            .store()
            .upgrade_digests(&pending, newest)
            .await?
        {
            self.keyring.index().update(&row);
        }
        Ok(pending.len())
    }

    /// Seals every audit log whose head is sealed under an older pepper, or is not sealed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn seal_audit_logs(self) -> Result<SealingReport, ManagementError> {
        let newest = self.keyring.hasher().newest_pepper();
        let sealing = self
            .keyring
            .store()
            .seal_audit_logs(|account_id| AuditEvent {
                account_id,
                at: self.keyring.now(),
                actor: Actor::System,
                action: Action::LogSealed,
                target: String::new(),
                detail: format!("under the pepper {newest}"),
                address: String::new(),
                request_id: String::new(),
                before: FieldValues::default(),
                after: FieldValues::default(),
            });
        Ok(sealing.await?)
    }
}

/// Counts the rows under each pepper: those of `peppers` newest first, then unknown ones.
///
/// # Errors
/// If the database fails.
pub async fn pepper_uses(
    store: &Store,
    peppers: &Peppers,
    now: Timestamp,
) -> Result<Vec<PepperUse>, ManagementError> {
    let mut rows: HashMap<_, _> = store.rows_by_pepper(now).await?.into_iter().collect();
    let mut uses: Vec<PepperUse> = peppers
        .names()
        .into_iter()
        .map(|name| PepperUse {
            name,
            known: true,
            rows: rows.remove(&name).unwrap_or_default(),
        })
        .collect();
    let mut unknown: Vec<_> = rows.into_iter().collect();
    unknown.sort_unstable_by_key(|(name, _)| *name);
    uses.extend(unknown.into_iter().map(|(name, rows)| PepperUse {
        name,
        known: false,
        rows,
    }));
    Ok(uses)
}

/// Refuses a database with rows under a pepper that is missing: its keys would silently stop working.
pub(crate) async fn check(
    store: &Store,
    known: &[PepperName],
    now: Timestamp,
) -> Result<(), ManagementError> {
    let used = store.peppers_in_use().await?;
    if used.iter().any(|name| !known.contains(name)) {
        for (name, rows) in store.rows_by_pepper(now).await? {
            if rows.is_needed() && !known.contains(&name) {
                return Err(ManagementError::Unexpected(format!(
                    "the pepper {name} is not there, and {} keys that work, {} open invitations, {} \
                     second-factor secrets and the last rows of {} audit logs were made under it; put it back, behind the \
                     newest one",
                    rows.live_keys, rows.invitations, rows.factor_secrets, rows.log_heads
                )));
            }
        }
    }
    Ok(())
}
