//! What can go wrong with the database.

use crate::Fault;

/// What can go wrong with the database. Its text is for the log, never for a page.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such row, or none that is the caller's.
    #[error("no such row")]
    NotFound,
    /// A row with the same unique value stands there already.
    #[error("a row with this value exists")]
    Conflict,
    /// An account would be left without an owner.
    #[error("the last owner stays")]
    LastOwner,
    /// A row holds what the rules do not allow.
    #[error("corrupt row: {0}")]
    Corrupt(String),
    /// The URL names neither SQLite nor PostgreSQL.
    #[error("a database URL begins with sqlite: or postgres:")]
    UnknownKind,
    /// The URL asks for a PostgreSQL server that cannot be written to.
    #[error("target_session_attrs is read-write or primary, or is left out")]
    Attributes,
    /// A connection pooler gives each transaction another session.
    #[error(
        "a connection pooler in transaction mode stands before PostgreSQL (PgBouncer: pool_mode); Latchkey needs a session \
         of its own: use session mode, or PostgreSQL's own address"
    )]
    Pooled,
    /// The URL of an SQLite file holds another URI, whose file would be another one than the one that is locked.
    #[error("sqlite: takes the path of a file, not a file: URI")]
    FileUri,
    /// The SQLite file or its folder cannot be made.
    #[error("the database's file cannot be made: {0}")]
    Folder(std::io::Error),
    /// The schema cannot be brought up to date.
    #[error("{}", migration(.0))]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The database was made by a build from before the first release, whose schema this program cannot upgrade.
    #[error(
        "the database was made by a development build of Latchkey from before the first release and cannot be upgraded; \
         start with an empty database"
    )]
    Unreleased,
    /// The schema is older than this program.
    #[error(
        "the database is of an older version of Latchkey; latchkey migrate brings it up to date"
    )]
    Outdated,
    /// Another process has claimed the database since: this one may write nothing any more.
    #[error("another latchkey has taken the database over")]
    Fenced,
    /// The database has forgotten changes that this process has seen.
    #[error(
        "the database is behind: its newest change is number {found}, and number {seen} has been seen; it is a restored \
         backup, or a standby that lagged behind when it was promoted"
    )]
    Behind {
        /// The position of the database.
        found: i64,
        /// The position that this process has seen.
        seen: i64,
    },
    /// The commit was not answered: the change may have been made.
    #[error("the database did not say whether the change was made: {0}")]
    Uncertain(Box<StoreError>),
    /// Pages of the database cannot be right.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The database cannot be written, or its pages cannot be right.
    #[error("{fault}: {cause}")]
    Unwritable {
        /// Why.
        fault: Fault,
        /// What the driver says.
        cause: sqlx::Error,
    },
    /// The change is made, and what ended is not in the revocation journal: it must not be answered yet.
    #[error("the revocation journal cannot be written: {0}")]
    Unrecorded(std::io::Error),
    /// The database does not answer.
    #[error("the database does not answer: {0}")]
    Unavailable(sqlx::Error),
    /// Anything else that the driver says.
    #[error("{0}")]
    Database(sqlx::Error),
}

impl StoreError {
    /// Whether the connection is as good as before: the statement was answered, and its transaction can be rolled back.
    pub(crate) fn leaves_connection_usable(&self) -> bool {
        matches!(
            self,
            Self::NotFound | Self::Conflict | Self::LastOwner | Self::Corrupt(_) | Self::Fenced
        )
    }
}

fn migration(error: &sqlx::migrate::MigrateError) -> String {
    match error {
        sqlx::migrate::MigrateError::VersionMissing(version) => {
            format!(
                "the database was made by a newer version of Latchkey (migration {version}); run that version or later"
            )
        }
        other => other.to_string(),
    }
}

/// Whether PostgreSQL says that it cannot work at all at the moment, or gave a statement up; codes of SQLSTATE.
fn is_outage(cause: &dyn sqlx::error::DatabaseError) -> bool {
    const CODES: [&str; 7] = [
        "25P03", // idle_in_transaction_session_timeout
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
            sqlx::Error::Database(cause) => {
                match cause.code().and_then(|code| Fault::of_code(&code)) {
                    Some(fault) => Self::Unwritable {
                        fault,
                        cause: error,
                    },
                    None => Self::Database(error),
                }
            }
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::Unavailable(error)
            }
            _ => Self::Database(error),
        }
    }
}

impl StoreError {
    /// Whether the transaction may succeed with more room on the disk. A quota shows as a failed write (`SQLITE_IOERR_WRITE`),
    /// room for the index of the write-ahead log as `SQLITE_IOERR_SHMSIZE`. Where a sync failed it is not clear what
    /// was written: such a transaction is not tried again.
    pub(crate) fn is_out_of_space(&self) -> bool {
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
