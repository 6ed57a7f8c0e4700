//! Whether PostgreSQL may lose changes that it has committed.

use crate::{Store, StoreError};
use std::fmt;

/// Whether there are standbys, whether a commit names some to wait for, and what it waits for. A slot is kept for a standby that is not
/// connected. Without privileges the state of a connection is NULL; that of a running backup is not a standby, and neither is a
/// subscriber of logical replication.
const SETTINGS: &str = "
    SELECT EXISTS (
            SELECT 1 FROM pg_stat_replication r
            WHERE r.state IS DISTINCT FROM 'backup' AND NOT EXISTS (
                SELECT 1 FROM pg_replication_slots s WHERE s.active_pid = r.pid AND s.slot_type = 'logical'
            )
        ) OR EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_type = 'physical' AND NOT temporary),
        current_setting('synchronous_standby_names') <> '',
        current_setting('synchronous_commit')";

/// Why a change that PostgreSQL has committed may be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitRisk {
    /// A commit is answered before it is on the disk.
    NotOnDisk,
    /// A commit waits for no standby, because none is named.
    NoStandbyNamed,
    /// A commit waits for no standby, because `synchronous_commit` is `local`.
    OnlyLocal,
}

impl fmt::Display for CommitRisk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotOnDisk => {
                "PostgreSQL answers commits before they are on its disk (synchronous_commit is off): a crash can undo a \
                 revocation that was answered; set it to on"
            }
            Self::NoStandbyNamed => {
                "PostgreSQL has standbys and waits for none of them (synchronous_standby_names is empty): a failover can undo \
                 a revocation that was answered; name the standbys that may take over"
            }
            Self::OnlyLocal => {
                "PostgreSQL has standbys and waits for none of them (synchronous_commit is local): a failover can undo a \
                 revocation that was answered; set it to on"
            }
        })
    }
}

impl CommitRisk {
    fn of((has_standbys, are_named, synchronous): (bool, bool, &str)) -> Option<Self> {
        match (synchronous, has_standbys, are_named) {
            ("off", ..) => Some(Self::NotOnDisk),
            (_, true, false) => Some(Self::NoStandbyNamed),
            ("local", true, true) => Some(Self::OnlyLocal),
            _ => None,
        }
    }
}

impl Store {
    /// Returns why PostgreSQL may lose changes that it has committed. An SQLite file is synced with each of them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn commit_risk(&self) -> Result<Option<CommitRisk>, StoreError> {
        let Self::Postgres { pool, .. } = self else {
            return Ok(None);
        };
        let reading = async { sqlx::query_as(SETTINGS).fetch_one(pool).await };
        let (has_standbys, are_named, synchronous): (bool, bool, String) =
            super::transaction::within(super::transaction::READ_DEADLINE, reading).await?;
        Ok(CommitRisk::of((has_standbys, are_named, &synchronous)))
    }
}

#[cfg(test)]
mod tests {
    use super::CommitRisk;

    #[test]
    fn a_commit_is_safe_once_it_is_on_a_standby_or_there_is_none() {
        for (settings, risk) in [
            ((false, false, "on"), None),
            ((false, false, "local"), None),
            ((false, false, "off"), Some(CommitRisk::NotOnDisk)),
            ((true, false, "on"), Some(CommitRisk::NoStandbyNamed)),
            ((true, true, "on"), None),
            ((true, true, "remote_write"), None),
            ((true, true, "local"), Some(CommitRisk::OnlyLocal)),
            ((true, true, "off"), Some(CommitRisk::NotOnDisk)),
        ] {
            assert_eq!(CommitRisk::of(settings), risk, "{settings:?}");
            let line = risk.map(|risk| risk.to_string()).unwrap_or_default();
            assert!(!line.contains("  "), "{line}");
        }
    }
}
