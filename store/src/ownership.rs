//! One process owns a database: its index of keys would not see what another one changes.

use crate::{Store, StoreError, sql};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use std::{sync::Arc, time::Duration};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Held while the process lives.
///
/// On PostgreSQL it is an advisory lock of a connection of its own, which the server gives back when the connection ends,
/// whatever ended it. An SQLite file is locked beside the file by whoever starts the process.
#[derive(Debug)]
pub struct Ownership(Kind);

#[derive(Debug)]
enum Kind {
    File(Store),
    Server {
        options: Arc<PgConnectOptions>,
        connection: Option<PgConnection>,
    },
}

/// What became of the ownership since it was last looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Nobody else can have changed anything.
    Kept,
    /// It was lost, and is ours again: somebody else may have had it meanwhile.
    Regained,
}

impl Store {
    /// Becomes the database's owner.
    ///
    /// # Errors
    /// `Owned` where another process is; where the database fails.
    pub async fn own(&self) -> Result<Ownership, StoreError> {
        let mut ownership = Ownership(match self {
            Self::Sqlite { .. } => Kind::File(self.clone()),
            Self::Postgres(pool) => Kind::Server {
                options: pool.connect_options(),
                connection: None,
            },
        });
        ownership.hold().await?;
        Ok(ownership)
    }
}

impl Ownership {
    /// Asks the database for a sign of life, and for the ownership where it was lost.
    ///
    /// # Errors
    /// `Owned` where another process has it now; `Unavailable` where the database does not answer within three seconds.
    pub async fn hold(&mut self) -> Result<Hold, StoreError> {
        tokio::time::timeout(PATIENCE, self.try_hold())
            .await
            .unwrap_or(Err(StoreError::Unavailable(sqlx::Error::PoolTimedOut)))
    }

    async fn try_hold(&mut self) -> Result<Hold, StoreError> {
        match &mut self.0 {
            Kind::File(store) => {
                store.ping().await?;
                Ok(Hold::Kept)
            }
            Kind::Server {
                options,
                connection,
            } => {
                // Taken out for the time being: should we be given up midway, nothing half-read stays behind.
                if let Some(mut held) = connection.take()
                    && held.ping().await.is_ok()
                {
                    *connection = Some(held);
                    return Ok(Hold::Kept);
                }
                let mut fresh = PgConnection::connect_with(options).await?;
                let (ours,): (bool,) = sqlx::query_as(sql::POSTGRES_OWN)
                    .fetch_one(&mut fresh)
                    .await?;
                if !ours {
                    return Err(StoreError::Owned);
                }
                *connection = Some(fresh);
                Ok(Hold::Regained)
            }
        }
    }
}
