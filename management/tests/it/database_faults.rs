//! A fault of the database is logged once, and so is its end, however often it is found.

use crate::{log::Log, nodes::join, test_keyring::TestKeyring};
use management::{Fault, Store};
use sqlx::{Connection, PgConnection};
use std::{fs, path::Path, time::Duration};
use testing::{CLOSE_OTHERS, MAKE_READ_ONLY, MAKE_WRITABLE, TestDatabase};
use tokio::time::timeout;

const BEGIN: &str = "the database cannot be written";
const END: &str = "the database can be written again";

/// Returns how many lines contain a text.
fn count(log: &Log, text: &str) -> usize {
    let lines = log.lines();
    lines.iter().filter(|line| line.contains(text)).count()
}

#[tokio::test]
async fn a_lasting_fault_of_a_file_and_its_end_are_logged_once() {
    let test = TestKeyring::new(TestDatabase::sqlite().await).await;
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    let path = test.database.url.strip_prefix("sqlite://");
    let path = Path::new(path.expect("a file"));
    let aside = path.with_extension("aside");
    fs::rename(path, &aside).expect("moved");
    for _ in 0..5 {
        test.clock.advance(1_000);
        test.keyring.health().maintain_disk().await;
        test.keyring.health().ready().await.expect_err("moved");
        assert_eq!(test.keyring.health().fault(), Some(Fault::Moved));
    }
    assert_eq!((count(&log, BEGIN), count(&log, END)), (1, 0));
    fs::rename(&aside, path).expect("moved back");
    for _ in 0..5 {
        test.clock.advance(1_000);
        test.keyring.health().maintain_disk().await;
        test.keyring.health().ready().await.expect("written");
        assert_eq!(test.keyring.health().fault(), None);
    }
    assert_eq!((count(&log, BEGIN), count(&log, END)), (1, 1));
}

/// Counts the renewals that it lets fail: a sequence keeps its value.
const FULL: &str = "CREATE SEQUENCE renewals;
    CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM nextval('renewals');
        RAISE EXCEPTION 'no space left' USING ERRCODE = '53100';
    END $$;
    CREATE TRIGGER disk_full BEFORE UPDATE ON node EXECUTE FUNCTION disk_full()";
/// After an announced change the lease is renewed at once, and not only every second.
const ANNOUNCE: &str = "NOTIFY latchkey_change";

#[tokio::test]
async fn a_lasting_fault_that_renewals_of_the_lease_find_and_its_end_are_logged_once() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let test = TestKeyring::new(database).await;
    let keyring = &test.keyring;
    join(keyring, 1).await;
    let run = async |statements: &'static str| {
        let Store::Postgres { pool, .. } = &test.database.store else {
            panic!("not PostgreSQL");
        };
        let rows = sqlx::raw_sql(statements).fetch_optional(pool).await;
        rows.expect("done")
    };
    run(FULL).await;
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    keyring.background().spawn();
    let lasting = async {
        let is_enough = "SELECT 1 FROM renewals WHERE last_value >= 10";
        while run(is_enough).await.is_none() {
            run(ANNOUNCE).await;
        }
    };
    let lasted = timeout(Duration::from_secs(20), lasting).await;
    lasted.expect("the lease is renewed again and again");
    let (not_renewed, renewed) = ("the lease is not renewed", "the lease is renewed again");
    assert_eq!(keyring.health().fault(), Some(Fault::DiskFull));
    assert_eq!((count(&log, BEGIN), count(&log, END)), (1, 0));
    assert_eq!((count(&log, not_renewed), count(&log, renewed)), (1, 0));

    run("DROP TRIGGER disk_full ON node").await;
    let ending = async {
        while keyring.health().fault().is_some() || count(&log, renewed) == 0 {
            run(ANNOUNCE).await;
            // The result of a probe is reused for a second.
            test.clock.advance(1_000);
            keyring.health().maintain_disk().await;
        }
    };
    let ended = timeout(Duration::from_secs(20), ending).await;
    ended.expect("the fault ends");
    for _ in 0..3 {
        test.clock.advance(1_000);
        keyring.health().ready().await.expect("written");
        keyring.node().renew_lease().await.expect("granted");
    }
    assert_eq!((count(&log, BEGIN), count(&log, END)), (1, 1));
    assert_eq!((count(&log, not_renewed), count(&log, renewed)), (1, 1));
    keyring.close().await;
}

async fn run(connection: &mut PgConnection, statement: &'static str) {
    let done = sqlx::raw_sql(statement).execute(connection).await;
    done.expect("done");
}

#[tokio::test]
async fn a_server_that_is_read_only_when_it_is_connected_to_is_a_fault() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let test = TestKeyring::new(database).await;
    let keyring = &test.keyring;
    join(keyring, 1).await;
    let connected = PgConnection::connect(&test.database.url).await;
    let mut connection = connected.expect("it answers");
    // New connections are read-only, and there are no others.
    run(&mut connection, MAKE_READ_ONLY).await;
    run(&mut connection, CLOSE_OTHERS).await;
    let log = Log::default();
    let _guard = tracing::subscriber::set_default(log.clone());
    keyring
        .node()
        .renew_lease()
        .await
        .expect_err("it was closed");
    for _ in 0..3 {
        test.clock.advance(1_000);
        keyring
            .node()
            .renew_lease()
            .await
            .expect_err("it is read-only");
        assert_eq!(keyring.stats().fault, Some(Fault::ReadOnly));
    }
    run(&mut connection, MAKE_WRITABLE).await;
    for _ in 0..3 {
        test.clock.advance(1_000);
        keyring.node().renew_lease().await.expect("granted");
        keyring.health().maintain_disk().await;
        assert_eq!(keyring.stats().fault, None);
    }
    assert_eq!((count(&log, BEGIN), count(&log, END)), (1, 1));
}
