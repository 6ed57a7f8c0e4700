//! Errors of the database.

use crate::Fault;
use domain::{account::ApplicationConflict, id::AccountId};
use std::io;

/// An error of the database. Its text is for the log, never for a page.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or it belongs to another account.
    #[error("no such row")]
    NotFound,
    /// A row with the same unique value exists.
    #[error("a row with this value exists")]
    Conflict,
    /// The change would leave an account without an owner.
    #[error("an account keeps its last owner")]
    LastOwner,
    /// The name of an account to create or to join belongs to this account.
    #[error("the account {0} has this name")]
    AccountExists(AccountId),
    /// The application's state does not allow the change.
    #[error(transparent)]
    Application(#[from] ApplicationConflict),
    /// A row has a value that the domain does not allow.
    #[error("corrupt row: {0}")]
    Corrupt(String),
    /// The URL names neither SQLite nor PostgreSQL.
    #[error("a database URL begins with sqlite: or postgres:")]
    UnknownKind,
    /// The URL asks for a read-only PostgreSQL server.
    #[error("target_session_attrs is read-write or primary, or is left out")]
    Attributes,
    /// A connection pooler runs each transaction in another session.
    #[error(
        "a connection pooler in transaction mode is between Latchkey and PostgreSQL (PgBouncer: pool_mode); Latchkey needs a \
         session of its own: use session mode, or PostgreSQL's own address"
    )]
    Pooled,
    /// The URL of an SQLite file contains a `file:` URI, which may name another file than the locked one.
    #[error("sqlite: takes the path of a file, not a file: URI")]
    FileUri,
    /// The SQLite file or its folder cannot be created.
    #[error("the database file cannot be created: {0}")]
    Folder(io::Error),
    /// The schema cannot be migrated.
    #[error("{0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database was made by a build from before the first release, whose schema this program cannot upgrade.
    #[error(
        "the database was made by a development build of Latchkey from before the first release and cannot be upgraded; \
         start with an empty database"
    )]
    Unreleased,
    /// Other processes use the database with a schema of more than one release ago.
    #[error(
        "these nodes run a version of Latchkey from before the last one: {0}; update them to the last version first, or stop them"
    )]
    NodesOfOlderVersion(String),
    /// A later release has migrated the database, and this program lacks the migration that it needs.
    #[error(
        "the database was made by a newer version of Latchkey (this version lacks migration {0}); run that version or the one before it"
    )]
    Newer(i64),
    /// The schema is older than this program.
    #[error("the database is of an older version of Latchkey; run latchkey migrate")]
    Outdated,
    /// A database that something was to be copied to has data.
    #[error("the database was used before, as its table {0} shows; copy to a new, empty database")]
    NotEmpty(&'static str),
    /// Rows that were copied differ from those that they were made of.
    #[error("the rows of the table {0} did not arrive as they are; nothing was copied")]
    CopyDiffers(&'static str),
    /// Another process has removed this one's registration: it may no longer write.
    #[error("another latchkey process has removed this one from the database")]
    Fenced,
    /// The database lost changes, or may have lost some, and this process has not compared yet what it has seen.
    #[error(
        "the database was restored or failed over, and what this process has seen was not compared with it yet"
    )]
    NotCompared,
    /// The database lost changes, or may have lost some, and other nodes have not compared yet what they have seen.
    #[error(
        "the database was restored or failed over, and these nodes have not compared their revocation journals with it yet: \
         {0}; start them, or remove those that will not return (latchkey node remove --discard-journal)"
    )]
    OthersNotCompared(String),
    /// The database lost changes, or may have lost some, and nodes that it knows nothing about may still have leases.
    #[error(
        "the database was restored or failed over, and leases from before have not ended: a change is made and not confirmed"
    )]
    EarlierLeases,
    /// The database has newer changes each time that the lease is asked for.
    #[error("the database has newer changes each time that the lease is asked for")]
    Overtaken,
    /// The database lacks changes that this process has seen.
    #[error(
        "the database lacks changes: its newest change is number {found}, but number {seen} was seen; it is a restored \
         backup, or a standby that was promoted while it lagged behind"
    )]
    Behind {
        /// The position in the database.
        found: i64,
        /// The newest position that this process has seen.
        seen: i64,
    },
    /// The outcome of the commit is unknown.
    #[error("the database did not say whether the change was committed: {0}")]
    OutcomeUnknown(Box<StoreError>),
    /// The database has damaged pages.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The database cannot be written, or is damaged.
    #[error("{fault}: {cause}")]
    Unwritable {
        /// The kind of fault.
        fault: Fault,
        /// The error of the driver.
        cause: sqlx::Error,
    },
    /// The change is committed, but not in the revocation journal: it must not be answered yet.
    #[error("the revocation journal cannot be written: {0}")]
    JournalNotWritten(io::Error),
    /// The database does not answer.
    #[error("the database does not answer: {}", reason(.0))]
    Unavailable(sqlx::Error),
    /// Any other error of the driver.
    #[error("{0}")]
    Database(sqlx::Error),
}

impl StoreError {
    /// Whether the connection can be used again: the statement was answered, and its transaction can be rolled back.
    pub(crate) fn leaves_connection_usable(&self) -> bool {
        matches!(
            self,
            Self::NotFound
                | Self::Conflict
                | Self::LastOwner
                | Self::AccountExists(_)
                | Self::Application(_)
                | Self::Corrupt(_)
                | Self::Fenced
                | Self::NotCompared
                | Self::Behind { .. }
        )
    }
}

/// Why a connection to PostgreSQL failed, or why the server that it leads to cannot be used.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{why}")]
pub(crate) struct ConnectionFailure {
    why: String,
    /// The fault of a server that answers and cannot be written.
    fault: Option<Fault>,
}

impl ConnectionFailure {
    /// A server that answers and is not the database, or cannot be written.
    pub(crate) fn new(why: impl Into<String>, fault: Option<Fault>) -> Self {
        let why = why.into();
        Self { why, fault }
    }

    /// Keeps what an error of the driver says.
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        Self::new(reason(error).to_string(), fault_of(error))
    }

    /// Returns an error of the driver that says it. It counts as unavailable.
    pub(crate) fn into_error(self) -> sqlx::Error {
        sqlx::Error::Io(io::Error::other(self))
    }
}

/// Returns the fault that an error of the driver reports, if it does.
fn fault_of(error: &sqlx::Error) -> Option<Fault> {
    match error {
        sqlx::Error::Database(cause) => Fault::of_code(&cause.code()?),
        sqlx::Error::Io(cause) => cause.get_ref()?.downcast_ref::<ConnectionFailure>()?.fault,
        _ => None,
    }
}

/// Returns the reason without the driver's prefix, which only says that it concerns the database.
pub(crate) fn reason(error: &sqlx::Error) -> &dyn std::fmt::Display {
    match error {
        sqlx::Error::Io(cause) => cause,
        sqlx::Error::Database(cause) => cause,
        sqlx::Error::Protocol(cause) => cause,
        other => other,
    }
}

/// Whether PostgreSQL is out of service at the moment or cancelled the statement, by SQLSTATE.
fn is_outage(cause: &dyn sqlx::error::DatabaseError) -> bool {
    const CODES: [&str; 8] = [
        "25P03", // idle_in_transaction_session_timeout
        "40P01", // deadlock_detected: the transaction was rolled back, and another one went on
        "53300", // too_many_connections
        "55P03", // lock_not_available
        "57014", // query_canceled: a time-out
        "57P01", // admin_shutdown
        "57P02", // crash_shutdown
        "57P03", // cannot_connect_now
    ];
    cause.code().is_some_and(|code| CODES.contains(&&*code))
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(cause) if cause.is_unique_violation() => Self::Conflict,
            sqlx::Error::Database(cause) if is_outage(cause.as_ref()) => Self::Unavailable(error),
            sqlx::Error::Database(_) => match fault_of(&error) {
                Some(fault) => Self::Unwritable {
                    fault,
                    cause: error,
                },
                None => Self::Database(error),
            },
            // A server that ends while a connection is opened leaves a handshake unfinished (`Protocol`, `Tls`).
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::Tls(_) => Self::Unavailable(error),
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Returns the fault of the database that is the cause; `None` if it only does not answer, and for other errors.
    pub fn fault(&self) -> Option<Fault> {
        match self {
            Self::Unwritable { fault, .. } => Some(*fault),
            Self::Unavailable(cause) => fault_of(cause),
            _ => None,
        }
    }

    /// Whether the transaction may succeed with more disk space. An exhausted quota is a failed write
    /// (`SQLITE_IOERR_WRITE`), no space for the index of the write-ahead log is `SQLITE_IOERR_SHMSIZE`. After a failed sync it
    /// is not clear what was written: such a transaction is not retried.
    pub fn is_out_of_space(&self) -> bool {
        match self {
            Self::Unwritable {
                fault: Fault::DiskFull,
                ..
            } => true,
            Self::Unwritable {
                cause: sqlx::Error::Database(cause),
                ..
            } => matches!(cause.code().as_deref(), Some("778" | "4874")),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StoreError;
    use std::io;

    #[test]
    fn an_unavailable_database_is_reported_once_with_its_reason() {
        let refused = io::Error::new(io::ErrorKind::ConnectionRefused, "Connection refused");
        let error = StoreError::from(sqlx::Error::Io(refused));
        assert_eq!(
            error.to_string(),
            "the database does not answer: Connection refused"
        );
        let error = StoreError::from(sqlx::Error::PoolClosed);
        assert!(
            error
                .to_string()
                .starts_with("the database does not answer: attempted")
        );
    }

    #[test]
    fn a_handshake_that_the_server_does_not_finish_is_an_unavailable_database() {
        let cut = "unexpected response from SSLRequest: 0x00";
        let error = StoreError::from(sqlx::Error::Protocol(cut.into()));
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!("the database does not answer: {cut}")
        );
        let error = StoreError::from(sqlx::Error::Tls("the peer closed the connection".into()));
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(error.to_string().contains("the peer closed"), "{error}");
    }
}
