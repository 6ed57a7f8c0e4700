//! A fresh database of each kind.

use sqlx::{AssertSqlSafe, PgPool};
use std::{
    env,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};
use store::Store;
use tempfile::TempDir;
use tokio::runtime;

/// A store that is gone after the test.
pub struct Fresh {
    pub store: Store,
    pub url: String,
    place: Place,
}

/// What the database occupies, until it is dropped.
enum Place {
    Folder(#[expect(dead_code, reason = "held, not read")] Option<TempDir>),
    Postgres { server: String, name: String },
}

/// One of each kind; PostgreSQL where the test command has started one.
///
/// # Panics
/// Where a database cannot be made, or `CI` is set and there is no PostgreSQL.
pub async fn fresh() -> Vec<Fresh> {
    let folder = TempDir::new().expect("a temporary folder");
    let mut all = vec![fresh_in(folder.path()).await.kept(folder)];
    match env::var("LATCHKEY_TEST_POSTGRES_URL") {
        Ok(server) => all.push(fresh_postgres(&server).await),
        Err(_) => assert!(
            env::var("CI").is_err(),
            "LATCHKEY_TEST_POSTGRES_URL is not set"
        ),
    }
    all
}

/// An SQLite database in a folder that outlives it.
pub async fn fresh_in(folder: &Path) -> Fresh {
    let url = format!("sqlite://{}", folder.join("nested/latchkey.db").display());
    Fresh {
        store: Store::open(&url).await.expect("SQLite opens"),
        url,
        place: Place::Folder(None),
    }
}

impl Fresh {
    fn kept(mut self, folder: TempDir) -> Self {
        self.place = Place::Folder(Some(folder));
        self
    }
}

async fn fresh_postgres(server: &str) -> Fresh {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "t{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let pool = PgPool::connect(server)
        .await
        .expect("the test server answers");
    // Another process had the same number once, where the server lives long and a test was killed.
    for statement in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
        run(&pool, &format!("{statement} {name}"))
            .await
            .expect("a database of its own");
    }
    pool.close().await;
    let (base, options) = server.split_once('?').unwrap_or((server, ""));
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    let url = format!("{base}/{name}?{options}");
    let store = Store::open(&url).await.expect("PostgreSQL opens");
    Fresh {
        store,
        url,
        place: Place::Postgres {
            server: server.to_owned(),
            name,
        },
    }
}

async fn run(pool: &PgPool, sql: &str) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(pool)
        .await
        .map(drop)
}

impl Drop for Place {
    /// Eight megabytes a database: a whole run would leave gigabytes behind.
    fn drop(&mut self) {
        let Self::Postgres { server, name } = self else {
            return;
        };
        let sql = format!("DROP DATABASE {name} WITH (FORCE)");
        // The runtime of the test is occupied by the test.
        let dropped = thread::scope(|scope| {
            scope
                .spawn(|| {
                    runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .expect("a runtime")
                        .block_on(async { run(&PgPool::connect(server).await?, &sql).await })
                })
                .join()
        });
        // A test that fails has its own failure to tell.
        if !thread::panicking() {
            dropped.expect("ends").expect("the database is dropped");
        }
    }
}
