//! A gate that is called without a pause.

use crate::house::{House, NOW, draft, houses};
use domain::{key::issued::IssuedKey, time::MINUTE, verdict::Verdict};
use sqlx::{Connection, Executor, PgConnection, SqliteConnection};
use std::{future::ready, pin::pin};
use verification::{Call, Decision, Route};

fn call(house: &House, key: &IssuedKey) -> Decision {
    house.keyring.verify(&Call {
        key: &key.id.to_string(),
        secret: &key.secret,
        address: None,
        scopes: "".parse().expect("none"),
        user_agent: "",
        route: Route::default(),
        within: None,
        request_id: "",
        browser: false,
    })
}

/// What the database holds; nothing is written for this.
async fn written(house: &House, key: &IssuedKey) -> i64 {
    let (subject, minute) = (key.id.to_string(), NOW.floor(MINUTE));
    let end = minute.plus(MINUTE);
    let counts = house.fresh.store.usage(&subject, MINUTE, minute, end).await;
    counts.expect("read").iter().map(|count| count.2).sum()
}

#[tokio::test]
async fn counts_during_a_flush_wait_for_the_next_flush() {
    for house in houses().await {
        let editor = house.editor("Acme").await;
        let key = house.issue(&editor, draft()).await;
        let mut calls = 0;
        // As often as it takes until one is caught on its way.
        loop {
            call(&house, &key);
            calls += 1;
            let mut writing = pin!(house.keyring.telemetry().flush_usage());
            tokio::select! {
                biased;
                done = &mut writing => done.expect("written"),
                () = ready(()) => {
                    call(&house, &key);
                    writing.await.expect("written");
                    break;
                }
            }
        }
        assert_eq!(written(&house, &key).await, calls);
        house
            .keyring
            .telemetry()
            .flush_usage()
            .await
            .expect("written");
        assert_eq!(written(&house, &key).await, calls + 1);
    }
}

/// Somebody else's transaction that nothing can be written beside.
enum Blockade {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Blockade {
    async fn of(house: &House) -> Self {
        let url = &house.fresh.url;
        if url.starts_with("sqlite:") {
            let mut connection = SqliteConnection::connect(url).await.expect("opens");
            connection.execute("BEGIN IMMEDIATE").await.expect("locked");
            return Self::Sqlite(connection);
        }
        let mut connection = PgConnection::connect(url).await.expect("connects");
        for statement in [
            "BEGIN",
            "LOCK TABLE usage_journal, usage_rollup, usage_breakdown, key_last_use IN ACCESS EXCLUSIVE MODE",
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_cannot_be_written_delays_no_verdict_and_loses_no_count() {
    for house in houses().await {
        let editor = house.editor("Acme").await;
        let key = house.issue(&editor, draft()).await;
        call(&house, &key);
        let blockade = Blockade::of(&house).await;
        let keyring = house.keyring.clone();
        let writing = tokio::spawn(async move { keyring.telemetry().flush_usage().await });
        // The verdicts are made while that waits; were they to wait for it, this would not end.
        for _ in 0..1_000 {
            let decision = call(&house, &key);
            assert_eq!(decision.verdict, Verdict::Accepted);
        }
        assert!(!writing.is_finished(), "nothing can be written yet");
        blockade.end().await;
        // It may have given up: then it is written the next time.
        _ = writing.await.expect("ends");
        house
            .keyring
            .telemetry()
            .flush_usage()
            .await
            .expect("written");
        assert_eq!(written(&house, &key).await, 1_001);
    }
}
