//! Copying an SQLite database to PostgreSQL, with the real program.

use super::failover::{keys, program::Program};
use crate::database::Database;
use domain::{key::issued::IssuedKey, origin::Origin};
use management::{Admission, Keyring};
use server::cli::copy::copy_database;
use std::{process::Output, sync::Arc, time::Instant};
use store::Store;
use test_server::{OWNER, PASSWORD, peppers};
use testing::TestDatabase;
use verification::SystemClock;

/// Key of the advisory lock that a copy waits for in a test.
const HELD: &str = "7422";

/// A program on SQLite with three keys and a session, and an empty PostgreSQL database.
struct Scene {
    program: Program,
    keys: [IssuedKey; 3],
    session: String,
    source: TestDatabase,
    target: TestDatabase,
}

impl Scene {
    /// `None` without a server.
    async fn new() -> Option<Self> {
        let target = TestDatabase::postgres().await?;
        let source = TestDatabase::sqlite().await;
        let keys = keys(&source.url).await;
        let store = Store::open(&source.url).await.expect("opens");
        let clock = Arc::new(SystemClock::default());
        let keyring = Keyring::open(store, peppers(), clock).await.expect("opens");
        let signed_in = keyring
            .sign_in()
            .with_password(OWNER, PASSWORD, None, &Origin::default())
            .await;
        let Ok(Some(Admission::Session(signed_in))) = signed_in else {
            panic!("no session: {signed_in:?}");
        };
        keyring.close().await;
        source.store.close().await;
        Some(Self {
            program: Program::start(&source.url),
            keys,
            session: signed_in.token,
            source,
            target,
        })
    }

    fn arguments(&self) -> [&str; 5] {
        ["copy", "--from", &self.source.url, "--to", &self.target.url]
    }

    /// Returns why nothing is copied.
    fn refused(&self) -> String {
        let output = self.program.run(&self.arguments());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let line = text(&output.stderr);
        assert_eq!(line.lines().count(), 1, "{line}");
        line
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[tokio::test]
async fn a_server_continues_on_the_copy_as_it_was() {
    let Some(mut scene) = Scene::new().await else {
        return;
    };
    let [kept, before, after] = scene.keys.clone();
    assert_eq!(scene.program.verify(&kept).status, 200);
    assert_eq!(scene.program.revoke(&before).status, 204);
    let page = scene.program.page("/profile", &scene.session);
    assert_eq!(page.status, 200, "{page:?}");
    let running = scene.refused();
    assert!(running.contains("stop that one first"), "{running}");

    scene.program.end();
    let heads = printed(&scene.program.run(&["audit", "verify"]));
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &heads).expect("written");
    let copied = printed(&scene.program.run(&scene.arguments()));
    assert!(copied.contains("are copied"), "{copied}");
    let again = scene.refused();
    assert!(again.contains("the database was used before"), "{again}");

    let program = scene.program.restart_over(&scene.target.url);
    assert_eq!(program.verify(&kept).status, 200);
    assert_eq!(program.verify(&before).code(), "key_revoked");
    assert_eq!(program.page("/profile", &scene.session).status, 200);
    assert_eq!(program.page("/profile", "another").status, 302);
    let kept_heads = file.path().to_str().expect("UTF-8");
    let verified = printed(&program.run(&["audit", "verify", "--kept", kept_heads]));
    assert_eq!(verified, heads);
    assert_eq!(program.revoke(&after).status, 204);
    let program = program.restart();
    assert_eq!(program.verify(&after).code(), "key_revoked");
    assert!(
        !program.log().contains("older than the revocation journal"),
        "{}",
        program.log()
    );
}

#[tokio::test]
async fn a_copy_that_is_killed_leaves_nothing() {
    let Some(mut scene) = Scene::new().await else {
        return;
    };
    scene.program.end();
    let target = Database::at(&scene.target.url).await;
    target
        .run(&format!(
            "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN PERFORM pg_advisory_xact_lock({HELD}); RETURN NULL; END $$;
             CREATE TRIGGER wait BEFORE INSERT ON audit FOR EACH STATEMENT EXECUTE FUNCTION wait()"
        ))
        .await;
    let empty = target.rows().await;
    let Store::Postgres { pool, .. } = &scene.target.store else {
        panic!("not PostgreSQL");
    };
    let mut holder = pool.begin().await.expect("begun");
    sqlx::query("SELECT pg_advisory_xact_lock($1)")
        .bind(HELD.parse::<i64>().expect("a number"))
        .execute(&mut *holder)
        .await
        .expect("held");
    let mut copy = scene.program.run_beside(&scene.arguments());
    // Everything but the log is in the transaction then.
    let waits = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
    let start = Instant::now();
    while count(pool, waits).await == 0 {
        assert!(
            start.elapsed().as_secs() < 60,
            "the copy does not arrive there"
        );
    }
    copy.kill().expect("killed");
    copy.wait().expect("it has ended");
    holder.rollback().await.expect("ended");
    // PostgreSQL notices, and rolls back.
    let others = "SELECT COUNT(*) FROM pg_locks WHERE relation = 'audit'::regclass AND mode = 'AccessExclusiveLock'";
    while count(pool, others).await > 0 {
        assert!(
            start.elapsed().as_secs() < 60,
            "the transaction does not end"
        );
    }
    assert_eq!(target.rows().await, empty);
    printed(&scene.program.run(&scene.arguments()));
}

async fn count(pool: &sqlx::PgPool, question: &'static str) -> i64 {
    let (count,): (i64,) = sqlx::query_as(question)
        .fetch_one(pool)
        .await
        .expect("a count");
    count
}

#[tokio::test]
async fn what_cannot_be_copied_is_named_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = format!("sqlite://{}", folder.path().join("missing.db").display());
    let postgres = "postgres://localhost:1/none";
    let TestDatabase {
        store, url: source, ..
    } = &TestDatabase::sqlite().await;
    store.close().await;
    let broken = TestDatabase::sqlite().await;
    keys(&broken.url).await;
    let database = Database::at(&broken.url).await;
    database
        .run("DROP TRIGGER audit_is_not_changed; UPDATE audit SET detail = 'another' WHERE seq = 2")
        .await;
    for (from, to, expected) in [
        (missing.as_str(), postgres, "missing.db does not exist"),
        (postgres, postgres, "--from: not an SQLite file"),
        (source, source, "--to: not a PostgreSQL database"),
        (
            source,
            postgres,
            "the database was not copied: the database does not answer",
        ),
        (&broken.url, postgres, "is broken: row 2"),
    ] {
        let refusal = copy_database(from, to, peppers().seal_keys()).await;
        let line = refusal.expect_err("refused").to_string();
        assert!(line.contains(expected) && !line.contains('\n'), "{line}");
    }
    assert!(!folder.path().join("missing.db").exists());
    Database::at(source)
        .await
        .run("INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
              SELECT 9999, 'newer', installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1")
        .await;
    let newer = copy_database(source, postgres, peppers().seal_keys()).await;
    let line = newer.expect_err("refused").to_string();
    assert!(line.contains("newer version"), "{line}");
}
