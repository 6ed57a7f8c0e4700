//! What can go wrong with the database.

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
    /// The folder of the SQLite file cannot be made.
    #[error("the database's folder cannot be made: {0}")]
    Folder(std::io::Error),
    /// The schema cannot be brought up to date.
    #[error("{}", migration(.0))]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The schema is older than this program.
    #[error(
        "the database is of an older version of Latchkey; latchkey migrate brings it up to date"
    )]
    Outdated,
    /// Another process owns the database.
    #[error("the database is in use by another latchkey")]
    Owned,
    /// The database does not answer.
    #[error("the database does not answer: {0}")]
    Unavailable(sqlx::Error),
    /// Anything else that the driver says.
    #[error("{0}")]
    Database(sqlx::Error),
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

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(cause) if cause.is_unique_violation() => Self::Conflict,
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => {
                Self::Unavailable(error)
            }
            _ => Self::Database(error),
        }
    }
}
