//! Databases on the PostgreSQL server of the tests.
//!
//! Each is a copy of a template that has the schema. On a loaded machine that takes 370 ms, applying the migrations 590 ms.

use sqlx::{AssertSqlSafe, Connection, PgConnection, migrate::Migrator};
use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
};
use store::Store;
use tokio::{runtime, sync::OnceCell};

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations/postgres");

/// Key of the advisory lock under which the template is made.
const TEMPLATE_LOCK: &str = "SELECT pg_advisory_lock(7421)";

/// Drops a database when it is dropped: at eight megabytes each, a whole run would leave gigabytes behind.
pub struct Dropped {
    server: String,
    name: String,
}

/// Makes a database and returns its URL.
pub async fn create(server: &str) -> (String, Dropped) {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    static TEMPLATE: OnceCell<String> = OnceCell::const_new();
    let template = TEMPLATE.get_or_init(|| make_template(server)).await;
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("t{}_{number}", std::process::id());
    let mut connection = connect(server).await;
    // A test that was killed leaves its database, and process ids are reused.
    for statement in [
        format!("DROP DATABASE IF EXISTS {name}"),
        format!("CREATE DATABASE {name} {template}"),
    ] {
        run(&mut connection, statement).await.expect("a database");
    }
    let url = url_of(server, &name);
    let server = server.to_owned();
    (url, Dropped { server, name })
}

/// Makes the template of the current schema, unless the server has it already. Returns the clause that copies it.
async fn make_template(server: &str) -> String {
    let newest = MIGRATIONS.iter().last().expect("migrations");
    let name = format!("template_{}", hex::encode(&newest.checksum[..8]));
    let mut connection = connect(server).await;
    sqlx::query(TEMPLATE_LOCK)
        .execute(&mut connection)
        .await
        .expect("the lock");
    let (found,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM pg_database WHERE datname = $1")
        .bind(&name)
        .fetch_one(&mut connection)
        .await
        .expect("a count");
    if found == 0 {
        // Under another name until it is complete: the process may be killed.
        let unfinished = format!("{name}_unfinished");
        for statement in [
            format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"),
            format!("CREATE DATABASE {unfinished}"),
        ] {
            run(&mut connection, statement).await.expect("a database");
        }
        let store = Store::open(&url_of(server, &unfinished)).await;
        store.expect("PostgreSQL opens").close().await;
        let rename = format!("ALTER DATABASE {unfinished} RENAME TO {name}");
        run(&mut connection, rename).await.expect("renamed");
    }
    let (version,): (i32,) =
        sqlx::query_as("SELECT CAST(current_setting('server_version_num') AS INTEGER)")
            .fetch_one(&mut connection)
            .await
            .expect("a version");
    // Closing the connection releases the lock.
    connection.close().await.expect("closed");
    // Copying files is the only way before PostgreSQL 15. Its new default writes every page to the log and takes 620 ms.
    let strategy = if version < 150_000 {
        ""
    } else {
        "STRATEGY FILE_COPY"
    };
    format!("TEMPLATE {name} {strategy}")
}

fn url_of(server: &str, name: &str) -> String {
    let (base, options) = server.split_once('?').unwrap_or((server, ""));
    let base = base.rsplit_once('/').map_or(base, |(base, _)| base);
    format!("{base}/{name}?{options}")
}

async fn connect(server: &str) -> PgConnection {
    PgConnection::connect(server)
        .await
        .expect("the test server answers")
}

async fn run(connection: &mut PgConnection, sql: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(sql))
        .execute(connection)
        .await
        .map(drop)
}

impl Drop for Dropped {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE {} WITH (FORCE)", self.name);
        // The test occupies its runtime.
        let dropped = thread::scope(|scope| {
            scope
                .spawn(|| {
                    runtime::Builder::new_current_thread()
                        .enable_all()
                        .build()
                        .expect("a runtime")
                        .block_on(async {
                            let mut connection = PgConnection::connect(&self.server).await?;
                            run(&mut connection, sql).await
                        })
                })
                .join()
        });
        // A test that fails reports its own failure.
        if !thread::panicking() {
            dropped.expect("ends").expect("the database is dropped");
        }
    }
}
