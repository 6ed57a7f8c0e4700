//! Rows and SQL. One text of each statement serves SQLite and PostgreSQL; every method that changes something takes the
//! audit event of the change and writes both in one transaction.
//!
//! `database` opens a database and runs statements in it; the other modules hold the methods of [`Store`] by subject. The
//! statements themselves are files under `store/sql`. No two modules use each other: `database` is below the subjects, and `record`,
//! which writes the events of a change, below those that make changes.

// They panic if the log device is gone.
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod account;
mod audit;
mod copy;
mod database;
mod decisions;
mod error;
mod fault;
mod key;
mod mail;
mod node;
mod owner;
mod pepper_name;
mod record;
mod row;
mod seal;
mod security;
pub mod sql;
mod throttle;
mod usage;

pub use account::{
    applications::{ApplicationChange, NewApplication},
    directory::{AccountMembership, PersonEntry, SignInWays},
    factor_secrets::{EncryptedSecret, FactorSecret},
    identity::{CompletedSignIn, IdentityOwner, LinkedIdentity, NewIdentity, ProviderSignIn},
    invitations::{InvitationAcceptance, InvitationRow, Invitee, NewInvitation},
    managed::{ManagedMembership, NewProviderPerson},
    open_sessions::OpenSession,
    passkey::{NewPasskey, PasskeyRow},
    passkey_challenge::{ChallengeOf, MAX_CHALLENGES_EACH, MAX_SIGN_IN_CHALLENGES, NewChallenge},
    password_reset::{NewPasswordReset, PasswordReset, PersonState, ResetMaker},
    pending_sign_in::{NewPendingSignIn, PendingProviderSignIn, PendingSignInRow},
    people::{Membership, NewPerson, PersonRow, Place, Placement},
    profile::NewToken,
    second_factor::{
        AuthenticatorRow, FactorAddition, NewRecoveryCodes, NewSecondFactor, PasskeyUse,
        SecondFactorRow, UnusedProof,
    },
    sessions::{FactorProof, NewSession, SessionRow},
    support::KeyWithApplication,
};
pub use audit::{AuditBreak, AuditDamage, AuditHead, AuditLine, SealingReport};
pub use copy::{COPIED_TABLES, CopyReport, OTHER_TABLES};
pub use database::{
    backup::IntegrityCheck,
    disk::{Disk, RESERVE_BYTES},
    fence::{Fence, LANES, NodeRegistration},
    hosts::PostgresHosts,
    open::DEFAULT_CONNECTIONS,
    replication::CommitRisk,
    sqlite::{sqlite_path, sqlite_url},
};
pub use error::StoreError;
pub use fault::Fault;
pub use key::{
    EndedKey, KeyInsertion, NewKey,
    index::{ChangeScope, IndexRow},
    list::{HourlyCalls, Retiring},
    pepper::{DigestUpgrade, PepperUsage},
    revoke_all::ChangedKeys,
};
pub use mail::{
    ExpiringApplication, ExpiringKey, ExpiryStage, MailAccess, MailMember, MailRow, NewMail,
    UnreportedEvent, WaitingMail,
};
pub use node::{
    ChangeListener, NewChanges, NewNode, OtherNode,
    connection::{NodeConflict, NodeConnection, Occupant, Registered, Renewal},
    operator::NodeState,
    ownership::Ownership,
    silent::{SeenNode, SilentNodes, answering_time, waiting_time},
};
pub use pepper_name::PepperName;
pub use seal::{SealKey, SealKeys};
pub use security::{EventScope, NewSighting};
pub use throttle::{AttemptLimit, Exhausted};
pub use usage::{
    BreakdownSums, BucketRange, KeyDay, LastUse, PruneTarget, RefusalCount, ReportPart, StoredBars,
    UsageBatch, UsageCount, UsageReport, ValueSpan,
};

pub(crate) use database::{
    execute::{change_row, execute, find_row, get_row},
    transaction::{deferrable_transaction, read, transaction, with_read_pool},
};

use sqlx::{PgPool, SqlitePool};
use std::sync::Arc;

/// A database. A clone is the same one.
#[derive(Clone, Debug)]
pub enum Store {
    /// A file: one connection writes, several read.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Connections that cannot write.
        readers: SqlitePool,
        /// The registration of this process.
        fence: Fence,
        /// The file, and the space on its disk.
        disk: Arc<Disk>,
    },
    /// A server.
    Postgres {
        /// Connections to the primary.
        pool: PgPool,
        /// The servers among which the primary is looked for.
        hosts: PostgresHosts,
        /// The registration of this process.
        fence: Fence,
    },
}

impl Store {
    /// Returns the registration of this process in the database.
    pub fn fence(&self) -> &Fence {
        match self {
            Self::Sqlite { fence, .. } | Self::Postgres { fence, .. } => fence,
        }
    }

    /// Returns the file of an SQLite database.
    pub fn disk(&self) -> Option<&Disk> {
        match self {
            Self::Sqlite { disk, .. } => Some(disk),
            Self::Postgres { .. } => None,
        }
    }

    /// Sets the keys that seal and verify the audit log. Without keys, rows are written unsealed.
    pub fn set_seal_keys(&self, keys: SealKeys) {
        self.fence().seals().set(keys);
    }

    /// Returns the keys that seal and verify the audit log.
    pub(crate) fn seal_keys(&self) -> &SealKeys {
        self.fence().seals().keys()
    }

    /// Returns the maximum number of connections that read.
    pub fn reading_connections(&self) -> usize {
        let max = match self {
            Self::Sqlite { readers, .. } => readers.options().get_max_connections(),
            Self::Postgres { pool, .. } => pool.options().get_max_connections(),
        };
        usize::try_from(max).unwrap_or(usize::MAX)
    }

    /// Closes every connection. SQLite's write-ahead log is written to the file.
    pub async fn close(&self) {
        match self {
            Self::Sqlite {
                writer, readers, ..
            } => {
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres { pool, .. } => pool.close().await,
        }
    }
}
