//! How much the database is asked at once.

use crate::Store;

impl Store {
    /// Connections that read, at most.
    pub fn reading_connections(&self) -> usize {
        let most = match self {
            Self::Sqlite { readers, .. } => readers.options().get_max_connections(),
            Self::Postgres { pool, .. } => pool.options().get_max_connections(),
        };
        usize::try_from(most).unwrap_or(usize::MAX)
    }
}
