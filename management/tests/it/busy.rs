//! A gate that is called without a pause.

use crate::test_keyring::{NOW, TestKeyring, draft, plain_call};
use domain::{key::issued::IssuedKey, time::MINUTE, usage::Level, verdict::Verdict};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use std::{future::ready, pin::pin};
use testing::{TestDatabase, each_database};
use verification::Decision;

fn call(test: &TestKeyring, key: &IssuedKey) -> Decision {
    test.keyring
        .verify(&plain_call(&key.id.to_string(), &key.secret))
}

/// What the database holds; nothing is written for this.
async fn written(test: &TestKeyring, key: &IssuedKey) -> i64 {
    let minute = NOW.floor(MINUTE);
    let end = minute.plus(MINUTE);
    let counts = test
        .database
        .store
        .usage(key.id.into(), Level::Minute, minute, end)
        .await;
    counts.expect("read").iter().map(|count| count.2).sum()
}

each_database!(counts_during_a_flush_wait_for_the_next_flush);
async fn counts_during_a_flush_wait_for_the_next_flush(database: TestDatabase) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    let mut calls = 0;
    // As often as it takes until one is caught on its way.
    loop {
        call(&test, &key);
        calls += 1;
        let mut writing = pin!(test.keyring.telemetry().flush_usage());
        tokio::select! {
            biased;
            done = &mut writing => done.expect("written"),
            () = ready(()) => {
                call(&test, &key);
                writing.await.expect("written");
                break;
            }
        }
    }
    assert_eq!(written(&test, &key).await, calls);
    test.flush_usage().await;
    assert_eq!(written(&test, &key).await, calls + 1);
}

/// Somebody else's transaction that nothing can be written beside.
enum Blockade {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Blockade {
    async fn of(test: &TestKeyring) -> Self {
        let url = &test.database.url;
        if url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(url).await.expect("opens");
            connection.execute("BEGIN IMMEDIATE").await.expect("locked");
            return Self::Sqlite(connection);
        }
        let mut connection = PgConnection::connect(url).await.expect("connects");
        for statement in [
            "BEGIN",
            "LOCK TABLE usage_journal, usage_rollup, usage_refusal, usage_breakdown, key_last_use IN ACCESS EXCLUSIVE MODE",
        ] {
            connection.execute(statement).await.expect("locked");
        }
        Self::Postgres(connection)
    }

    async fn end(self) {
        match self {
            Self::Sqlite(mut connection) => connection.execute("ROLLBACK").await.map(drop),
            Self::Postgres(mut connection) => connection.execute("ROLLBACK").await.map(drop),
        }
        .expect("ended");
    }
}

each_database!(
    a_database_that_cannot_be_written_delays_no_verdict_and_loses_no_count,
    flavor = "multi_thread",
    worker_threads = 2
);
async fn a_database_that_cannot_be_written_delays_no_verdict_and_loses_no_count(
    database: TestDatabase,
) {
    let test = TestKeyring::new(database).await;
    let editor = test.editor("Acme").await;
    let key = test.issue(&editor, draft()).await;
    call(&test, &key);
    let blockade = Blockade::of(&test).await;
    let keyring = test.keyring.clone();
    let writing = tokio::spawn(async move { keyring.telemetry().flush_usage().await });
    // The verdicts are made while that waits; were they to wait for it, this would not end.
    for _ in 0..1_000 {
        let decision = call(&test, &key);
        assert_eq!(decision.verdict, Verdict::Accepted);
    }
    assert!(!writing.is_finished(), "nothing can be written yet");
    blockade.end().await;
    // It may have given up: then it is written the next time.
    _ = writing.await.expect("ends");
    test.flush_usage().await;
    assert_eq!(written(&test, &key).await, 1_001);
}
