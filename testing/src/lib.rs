//! Temporary databases, a mail server, an OpenID Connect provider and an authenticator for the tests of several crates. A
//! dev-dependency only.

mod authenticator;
mod blocked;
mod postgres;
pub mod provider;
mod smtp;

pub use smtp::{Misbehaviour, ReceivedMail, SmtpSink};

pub use authenticator::SoftAuthenticator;
pub use blocked::until_blocked;

use std::{env, path::Path};
use store::Store;
use tempfile::TempDir;

/// The variable that names the PostgreSQL server of the tests. The test command starts one and sets it.
const SERVER_VARIABLE: &str = "LATCHKEY_TEST_POSTGRES_URL";

/// A statement after which new connections to the PostgreSQL database in which it runs are read-only.
pub const MAKE_READ_ONLY: &str = "DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
    END $$";
/// A statement that undoes [`MAKE_READ_ONLY`].
pub const MAKE_WRITABLE: &str = "DO $$ BEGIN
        EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database());
    END $$";
/// A statement that ends all other connections to the PostgreSQL database in which it runs, and waits until they are closed.
pub const CLOSE_OTHERS: &str =
    "SELECT bool_and(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()";

/// A database for one test, removed when it is dropped.
pub struct TestDatabase {
    /// The open store.
    pub store: Store,
    /// The URL that [`Store::open`] takes.
    pub url: String,
    _files: Files,
}

/// The files of a database.
enum Files {
    /// The owner of the folder removes it.
    Borrowed,
    Folder(#[expect(dead_code, reason = "removed when it is dropped")] TempDir),
    Postgres(#[expect(dead_code, reason = "removed when it is dropped")] postgres::Dropped),
}

impl TestDatabase {
    /// Makes an SQLite database in a temporary folder.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn sqlite() -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        let database = Self::sqlite_in(folder.path()).await;
        Self {
            _files: Files::Folder(folder),
            ..database
        }
    }

    /// Makes an SQLite database in a folder that outlives it.
    ///
    /// # Panics
    /// If it cannot be made.
    pub async fn sqlite_in(folder: &Path) -> Self {
        let url = format!("sqlite://{}", folder.join("nested/latchkey.db").display());
        Self {
            store: Store::open(&url).await.expect("SQLite opens"),
            url,
            _files: Files::Borrowed,
        }
    }

    /// Makes a PostgreSQL database; `None` without a server for tests.
    ///
    /// # Panics
    /// If it cannot be made, or `CI` is set and there is no server.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = env::var(SERVER_VARIABLE) else {
            assert!(env::var("CI").is_err(), "{SERVER_VARIABLE} is not set");
            return None;
        };
        let (url, dropped) = postgres::create(&server).await;
        Some(Self {
            store: Store::open(&url).await.expect("PostgreSQL opens"),
            url,
            _files: Files::Postgres(dropped),
        })
    }

    /// Makes one of each kind; PostgreSQL only with a server for tests.
    ///
    /// # Panics
    /// If one cannot be made, or `CI` is set and there is no server.
    pub async fn all() -> Vec<Self> {
        let mut all = vec![Self::sqlite().await];
        all.extend(Self::postgres().await);
        all
    }
}

/// Defines two tests, `NAME::sqlite` and `NAME::postgres`, of an async function that takes a [`TestDatabase`]. Stands before
/// the function as an attribute would.
///
/// ```ignore
/// each_database!(a_key_is_unknown_to_another_account);
/// async fn a_key_is_unknown_to_another_account(database: TestDatabase) {}
/// ```
#[macro_export]
macro_rules! each_database {
    ($name:ident $(, $option:ident = $value:tt)*) => {
        mod $name {
            #[tokio::test($($option = $value),*)]
            async fn sqlite() {
                super::$name($crate::TestDatabase::sqlite().await).await;
            }

            #[tokio::test($($option = $value),*)]
            async fn postgres() {
                if let Some(database) = $crate::TestDatabase::postgres().await {
                    super::$name(database).await;
                }
            }
        }
    };
}
