//! A fresh database of each kind.

use std::{
    env,
    sync::atomic::{AtomicU32, Ordering},
};
use store::Store;
use tempfile::TempDir;

/// A store that is gone after the test.
pub struct Fresh {
    pub store: Store,
    pub url: String,
    _folder: Option<TempDir>,
}

/// One of each kind; PostgreSQL where the test command has started one.
///
/// # Panics
/// Where a database cannot be made, or `CI` is set and there is no PostgreSQL.
pub async fn fresh() -> Vec<Fresh> {
    let folder = TempDir::new().expect("a temporary folder");
    let url = format!(
        "sqlite://{}",
        folder.path().join("nested/latchkey.db").display()
    );
    let store = Store::open(&url).await.expect("SQLite opens");
    let mut all = vec![Fresh {
        store,
        url,
        _folder: Some(folder),
    }];
    match env::var("LATCHKEY_TEST_POSTGRES_URL") {
        Ok(server) => all.push(fresh_postgres(&server).await),
        Err(_) => assert!(
            env::var("CI").is_err(),
            "LATCHKEY_TEST_POSTGRES_URL is not set"
        ),
    }
    all
}

async fn fresh_postgres(server: &str) -> Fresh {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "t{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let pool = sqlx::PgPool::connect(server)
        .await
        .expect("the test server answers");
    // Another process had the same number once, where the server lives long.
    for statement in ["DROP DATABASE IF EXISTS", "CREATE DATABASE"] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("{statement} {name}")))
            .execute(&pool)
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
        _folder: None,
    }
}
