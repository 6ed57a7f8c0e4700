//! Several processes of the real program on one PostgreSQL database.

pub mod pages;

use super::failover::{
    keys,
    program::{LEASE, Program},
};
use domain::key::issued::IssuedKey;
use rustix::process::Signal;
use sqlx::{Connection as _, PgConnection};
use std::time::Instant;
use store::Store;
use testing::{CLOSE_OTHERS, MAKE_READ_ONLY, TestDatabase};

/// A database with three keys; `None` without a server.
async fn database() -> Option<(TestDatabase, [IssuedKey; 3])> {
    let database = TestDatabase::postgres().await?;
    let keys = keys(&database.url).await;
    Some((database, keys))
}

#[tokio::test]
async fn a_key_that_was_revoked_at_one_of_three_nodes_is_refused_by_all() {
    let Some((database, keys)) = database().await else {
        return;
    };
    let token = "a-token-that-is-long-enough";
    let metrics = [("LATCHKEY_METRICS_TOKEN", token)];
    let nodes = [1, 2, 3].map(|_| Program::start_with(&database.url, &metrics));
    for (node, key) in nodes.iter().zip(&keys) {
        for other in &nodes {
            assert_eq!(other.verify(key).status, 200);
        }
        let revoked = node.revoke(key);
        assert_eq!(revoked.status, 204, "{}", node.log());
        let counts = "x-latchkey-nodes: confirmed=3, total=3, elapsed-ms=";
        assert!(revoked.head.contains(counts), "{}", revoked.head);
        for other in &nodes {
            assert_eq!(other.verify(key).code(), "key_revoked");
        }
        let metrics = node.metrics(token);
        for line in ["latchkey_nodes 3\n", "latchkey_changes_confirmed_total 1\n"] {
            assert!(metrics.contains(line), "{line}{metrics}");
        }
    }
}

#[tokio::test]
async fn a_node_that_was_suspended_for_longer_than_its_lease_accepts_nothing_that_was_revoked() {
    let Some((database, [kept, revoked, _])) = database().await else {
        return;
    };
    let (one, two) = (Program::start(&database.url), Program::start(&database.url));
    assert_eq!(two.verify(&revoked).status, 200);
    two.signal(Signal::STOP);
    let start = Instant::now();
    let answer = one.revoke(&revoked);
    assert_eq!(answer.status, 204);
    let nodes = "x-latchkey-nodes: confirmed=1, total=2, elapsed-ms=";
    assert!(answer.head.contains(nodes), "{}", answer.head);
    let waited = start.elapsed();
    two.signal(Signal::CONT);
    let first = two.verify(&revoked);
    assert_ne!(first.status, 200, "{first:?}");
    // It waits for the end of the lease and no longer, but for the pauses between its looks and a slow machine.
    assert!(waited >= LEASE && waited < LEASE * 4, "{waited:?}");
    let start = Instant::now();
    while two.verify(&kept).status != 200 {
        assert!(start.elapsed() < LEASE * 10, "{}", two.log());
    }
    assert_eq!(two.verify(&revoked).code(), "key_revoked");
    assert!(two.log().contains("it registers again"), "{}", two.log());
}

#[tokio::test]
async fn a_revocation_is_known_to_nodes_whose_connections_were_closed() {
    let Some((database, keys)) = database().await else {
        return;
    };
    let (one, two) = (Program::start(&database.url), Program::start(&database.url));
    let Store::Postgres { pool, .. } = &database.store else {
        panic!("not PostgreSQL");
    };
    for key in &keys {
        assert_eq!(two.verify(key).status, 200);
        let close = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()";
        sqlx::query(close).execute(pool).await.expect("closed");
        // The first attempts may meet closed connections.
        let start = Instant::now();
        while !matches!(one.revoke(key).status, 204 | 401) {
            assert!(start.elapsed() < LEASE * 10, "{}", one.log());
        }
        let answer = two.verify(key);
        assert_ne!(answer.status, 200, "{answer:?}");
    }
}

#[tokio::test]
async fn a_server_that_became_read_only_is_logged_once_however_often_it_is_tried() {
    let Some((database, [key, ..])) = database().await else {
        return;
    };
    let token = "a-token-that-is-long-enough";
    let program = Program::start_with(&database.url, &[("LATCHKEY_METRICS_TOKEN", token)]);
    let Store::Postgres { pool, .. } = &database.store else {
        panic!("not PostgreSQL");
    };
    let mut connection = pool.acquire().await.expect("a connection");
    for statement in [MAKE_READ_ONLY, CLOSE_OTHERS] {
        let done = sqlx::query(statement).execute(&mut *connection).await;
        done.expect("done");
    }
    let fault = "latchkey_database_fault{kind=\"read_only\"} 1";
    let start = Instant::now();
    while !program.metrics(token).contains(fault) {
        assert!(start.elapsed() < LEASE * 10, "{}", program.log());
    }
    // The pool tries to connect for two seconds.
    assert_eq!(program.revoke(&key).status, 503);
    let log = program.log();
    let lines = log.matches("the database cannot be written").count();
    assert!(lines == 1 && !log.contains("after_connect"), "{log}");
}

#[tokio::test]
async fn nodes_run_and_start_on_a_database_that_the_next_release_has_migrated() {
    let Some((database, [kept, revoked, _])) = database().await else {
        return;
    };
    let one = Program::start(&database.url);
    assert_eq!(one.verify(&kept).status, 200);
    let Store::Postgres { pool, .. } = &database.store else {
        panic!("not PostgreSQL");
    };
    let migration = "ALTER TABLE api_key ADD COLUMN added_later TEXT NOT NULL DEFAULT '';
        INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
        SELECT 9999, 'newer', installed_on, success, checksum, execution_time FROM _sqlx_migrations WHERE version = 1";
    sqlx::raw_sql(migration)
        .execute(pool)
        .await
        .expect("migrated");
    let two = Program::start(&database.url);
    for node in [&one, &two] {
        assert_eq!(node.verify(&kept).status, 200);
        assert_eq!(node.verify(&revoked).status, 200);
    }
    let answer = one.revoke(&revoked);
    assert_eq!(answer.status, 204, "{}", one.log());
    assert!(
        answer.head.contains("confirmed=2, total=2"),
        "{}",
        answer.head
    );
    assert_eq!(two.verify(&revoked).code(), "key_revoked");
    // The release after that one has excluded this one.
    let newer = "UPDATE change_head SET oldest_schema = 9999";
    sqlx::query(newer).execute(pool).await.expect("a statement");
    let refused = Program::fail(&database.url, None, &[]);
    let refused = only_error(&refused);
    assert!(refused.contains("newer version of Latchkey"), "{refused}");
}

#[tokio::test]
async fn a_node_that_was_killed_delays_nothing_once_it_runs_again() {
    let Some((database, [_, revoked, _])) = database().await else {
        return;
    };
    let (one, two) = (Program::start(&database.url), Program::start(&database.url));
    let two = two.restart();
    assert_eq!(one.revoke(&revoked).status, 204);
    assert_eq!(two.verify(&revoked).code(), "key_revoked");
}

#[tokio::test]
async fn nodes_that_do_not_fit_end_with_one_line() {
    let Some(database) = TestDatabase::postgres().await else {
        return;
    };
    let name = [("LATCHKEY_NODE_NAME", "blue")];
    let _node = Program::start_with(&database.url, &name);
    let same = Program::fail(&database.url, None, &name);
    let same = only_error(&same);
    assert!(
        same.contains("give each node a name of its own (LATCHKEY_NODE_NAME)"),
        "{same}"
    );
    let other = *b"another pepper of 32 bytes, 1234";
    let pepper = Program::fail(&database.url, Some(other), &[]);
    let pepper = only_error(&pepper);
    assert!(
        pepper.contains("give all nodes the same LATCHKEY_PEPPER_FILE"),
        "{pepper}"
    );
    for seconds in ["0", "86400"] {
        let lease = Program::fail(&database.url, None, &[("LATCHKEY_LEASE", seconds)]);
        let lease = only_error(&lease);
        assert!(lease.contains("a whole number from 1 to 300"), "{lease}");
    }
}

/// Returns the line with which a start has ended.
fn only_error(log: &str) -> &str {
    let mut errors = log.lines().filter(|line| line.starts_with("latchkey: "));
    let first = errors.next();
    assert!(
        first.is_some() && errors.next().is_none() && log.lines().last() == first,
        "{log}"
    );
    first.unwrap_or_default()
}

#[tokio::test]
async fn nodes_are_listed_and_removed_once_their_leases_have_ended() {
    let Some((database, _)) = database().await else {
        return;
    };
    let mut node = Program::start_with(&database.url, &[("LATCHKEY_NODE_NAME", "blue")]);
    let list = |node: &Program| output(&node.run(&["node", "list"]).stdout);
    let refused = |node: &Program, arguments: &[&str]| {
        let done = node.run(&[&["node", "remove"], arguments].concat());
        assert_eq!(done.status.code(), Some(1), "{done:?}");
        let line = output(&done.stderr);
        assert_eq!(line.lines().count(), 1, "{line}");
        line
    };
    let line = list(&node);
    assert!(
        line.starts_with("blue: renews its lease of 3 s; has every change; version "),
        "{line}"
    );
    let running = refused(&node, &["blue"]);
    assert!(
        running.contains("blue runs: it renews its lease"),
        "{running}"
    );
    let unknown = refused(&node, &["green"]);
    assert!(unknown.contains("no node with the name green"), "{unknown}");

    node.end();
    let line = list(&node);
    assert!(
        line.starts_with("blue: silent, its lease of 3 s ends within 4 s;"),
        "{line}"
    );
    // As after a failover to a standby that lacks changes.
    let Store::Postgres { pool, .. } = &database.store else {
        panic!("not PostgreSQL");
    };
    let fork = "UPDATE change_head SET history = history + 1, opened = FALSE";
    sqlx::query(fork).execute(pool).await.expect("forked");
    let line = list(&node);
    assert!(
        line.contains("has not compared its revocation journal"),
        "{line}"
    );
    let journal = refused(&node, &["blue"]);
    assert!(journal.contains("--discard-journal"), "{journal}");
    let removed = node.run(&["node", "remove", "--discard-journal", "blue"]);
    assert!(removed.status.success(), "{removed:?}");
    assert!(
        output(&removed.stdout).contains("blue is removed."),
        "{removed:?}"
    );
    assert_eq!(list(&node), "No process uses the database.\n");
}

#[tokio::test]
async fn a_killed_node_is_removed_without_a_failover_too() {
    let Some((database, [kept, ..])) = database().await else {
        return;
    };
    let mut node = Program::start_with(&database.url, &[("LATCHKEY_NODE_NAME", "blue")]);
    node.end();
    let start = Instant::now();
    let removed = node.run(&["node", "remove", "blue"]);
    assert!(removed.status.success(), "{removed:?}");
    assert!(start.elapsed() > LEASE, "{:?}", start.elapsed());
    let node = node.restart();
    assert_eq!(node.verify(&kept).status, 200);
}

#[tokio::test]
async fn a_killed_node_is_removed_once_postgresql_has_ended_its_last_change() {
    let Some((database, _)) = database().await else {
        return;
    };
    let mut node = Program::start_with(&database.url, &[("LATCHKEY_NODE_NAME", "blue")]);
    node.end();
    // For twice as long as the lease.
    let change =
        "SET idle_in_transaction_session_timeout = 6000; BEGIN; SELECT id FROM node FOR KEY SHARE";
    let mut open = PgConnection::connect(&database.url)
        .await
        .expect("connects");
    sqlx::raw_sql(change)
        .execute(&mut open)
        .await
        .expect("locked");
    let removed = node.run(&["node", "remove", "blue"]);
    assert!(removed.status.success(), "{removed:?}");
    let line = output(&removed.stdout);
    assert!(line.contains("blue is removed."), "{line}");
}

fn output(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
