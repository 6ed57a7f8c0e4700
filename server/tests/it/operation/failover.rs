//! A failover between two real PostgreSQL servers, with the real program: the primary stops, and its standby is promoted.

mod cluster;
pub mod program;

use crate::operation::failover::{cluster::Cluster, program::Program};
use domain::key::{
    Environment, KeyDraft,
    expiry::Expiry,
    ip_rule::IpRules,
    issued::IssuedKey,
    name::{Description, KeyName},
};
use management::Issue;
use std::time::{Duration, Instant};
use store::{Fault, Store};
use test_server::{HERE, TestServer};

/// How long a failover may take before the test fails.
const PATIENCE: Duration = Duration::from_mins(1);

/// Makes an account and three keys that never expire.
pub async fn keys(url: &str) -> [IssuedKey; 3] {
    let store = Store::open(url).await.expect("opens");
    let server = TestServer::over(store, url.to_owned(), Box::new(()), HERE).await;
    server.add_users().await;
    let owner = server.owner().await;
    let mut keys = Vec::new();
    for name in ["Kept", "Revoked before", "Revoked after"] {
        let draft = KeyDraft {
            name: KeyName::parse(name).expect("a name"),
            description: Description::default(),
            environment: Environment::Live,
            scopes: "invoice:read".parse().expect("scopes"),
            expiry: Expiry::Never,
            ip_rules: IpRules::parse("").expect("none"),
            rate_limit: None,
        };
        let fresh = owner.fresh().expect("signed in a moment ago");
        match fresh
            .issue(draft, server.keyring.new_idempotency_key())
            .await
        {
            Ok(Issue::New(issued)) => keys.push(issued),
            other => panic!("no key: {other:?}"),
        }
    }
    server.keyring.close().await;
    keys.try_into().expect("three")
}

/// Waits for `done`, and verifies a revoked key meanwhile: it must never be accepted.
fn wait(program: &Program, revoked: &IssuedKey, what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let refused = program.verify(revoked);
        assert_ne!(
            refused.status, 200,
            "a revoked key is accepted: {refused:?}"
        );
        if done() {
            return;
        }
        assert!(Instant::now() < deadline, "{what}: {}", program.log());
    }
}

/// A role that may create tables and see nothing about replication.
const ROLE: &str = "CREATE ROLE latchkey LOGIN; GRANT CREATE ON SCHEMA public TO latchkey";

#[tokio::test]
async fn a_start_warns_where_a_failover_can_undo_what_was_answered() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    cluster.run(ROLE).await;
    let url = cluster.primary_url_of("latchkey");
    let warnings = || {
        let program = Program::start(&url);
        let log = program.log();
        let lines = log.lines().filter(|line| line.contains("can undo"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let is_one = |warnings: &[String], why: &str| {
        assert!(
            warnings.len() == 1 && warnings[0].contains(why),
            "{warnings:?}"
        );
    };
    is_one(&warnings(), "synchronous_standby_names is empty");
    for name in ["FIRST 1 (*)", ""] {
        cluster
            .run(&format!(
                "ALTER SYSTEM SET synchronous_standby_names = '{name}'"
            ))
            .await;
        cluster.run("SELECT pg_reload_conf()").await;
        cluster.wait_until("synchronous_standby_names", name).await;
        if !name.is_empty() {
            assert!(warnings().is_empty());
            cluster
                .run("ALTER ROLE latchkey SET synchronous_commit = 'local'")
                .await;
            is_one(&warnings(), "synchronous_commit is local");
            cluster
                .run("ALTER ROLE latchkey SET synchronous_commit = 'off'")
                .await;
            is_one(&warnings(), "synchronous_commit is off");
            cluster
                .run("ALTER ROLE latchkey RESET synchronous_commit")
                .await;
        }
    }
    cluster.stop_standby();
    cluster.wait_until_standby_is_gone().await;
    assert!(warnings().is_empty());
    // A slot is kept for a standby that is away.
    cluster
        .run("SELECT pg_create_physical_replication_slot('away')")
        .await;
    is_one(&warnings(), "synchronous_standby_names is empty");
}

#[tokio::test]
async fn postgres_notices_a_process_that_is_gone() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    // These settings are 0 on connections over a Unix socket.
    let store = Store::open(&cluster.primary_url()).await.expect("opens");
    let Store::Postgres { pool, .. } = &store else {
        panic!("not PostgreSQL");
    };
    for (setting, expected) in [
        ("tcp_keepalives_idle", "10"),
        ("tcp_keepalives_interval", "5"),
        ("tcp_keepalives_count", "3"),
        ("tcp_user_timeout", "25000"),
    ] {
        let found: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(pool)
            .await
            .expect("a setting");
        assert_eq!(found, expected, "{setting}");
    }
    store.close().await;
}

#[tokio::test]
async fn a_standby_in_recovery_is_not_taken_for_the_database() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let [kept, revoked, late] = keys(&cluster.primary_url()).await;
    let why = "a PostgreSQL standby; use the address of the primary";
    let opened = Store::open(&cluster.standby_url()).await;
    let refusal = opened.expect_err("it is in recovery");
    assert_eq!(refusal.fault(), Some(Fault::ReadOnly));
    assert!(refusal.to_string().contains(why), "{refusal}");

    let token = "0123456789abcdef0123456789abcdef";
    let program = Program::start_with(&cluster.url(), &[("LATCHKEY_METRICS_TOKEN", token)]);
    assert_eq!(program.revoke(&revoked).status, 204);
    cluster.wait_until_standby_has_everything().await;
    cluster.stop_primary();
    // The standby answers and has everything, but not the changes that the primary may have made since.
    wait(&program, &revoked, "the log says why", || {
        program.log().contains(why)
    });
    assert_eq!(program.get("/readyz").status, 503);
    assert_eq!(program.revoke(&late).status, 503);
    wait(&program, &revoked, "the lease ends", || {
        program.verify(&kept).code() == "verification_unavailable"
    });
    let is_read_only = || {
        let metrics = program.metrics(token);
        metrics.contains("latchkey_database_fault{kind=\"read_only\"} 1")
    };
    assert!(is_read_only());

    cluster.promote_standby();
    wait(&program, &revoked, "the lease is renewed", || {
        program.verify(&kept).status == 200
    });
    wait(&program, &revoked, "the fault ends", || !is_read_only());
}

#[tokio::test]
async fn a_process_continues_on_a_promoted_standby_that_has_every_change() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let [kept, before, after] = keys(&cluster.primary_url()).await;
    let program = Program::start(&cluster.url());
    assert_eq!(program.verify(&kept).status, 200);
    assert_eq!(program.revoke(&before).status, 204);
    cluster.wait_until_standby_has_everything().await;

    cluster.stop_primary();
    cluster.promote_standby();
    // An attempt may be committed without an answer: the key is revoked then.
    wait(&program, &before, "a change on the promoted server", || {
        let answer = program.revoke(&after);
        answer.status == 204 || answer.code() == "key_revoked"
    });
    assert_eq!(program.get("/readyz").status, 200);
    assert_eq!(program.verify(&kept).status, 200);
    assert_eq!(program.verify(&after).code(), "key_revoked");
    assert_eq!(program.verify(&before).code(), "key_revoked");
    let program = program.restart();
    assert_eq!(program.verify(&kept).status, 200);
    assert_eq!(program.verify(&after).code(), "key_revoked");
    assert_eq!(program.verify(&before).code(), "key_revoked");
}

#[tokio::test]
async fn a_process_fails_closed_on_a_promoted_standby_that_lacks_a_revocation() {
    let Some(mut cluster) = Cluster::start() else {
        return;
    };
    let [kept, revoked, _] = keys(&cluster.primary_url()).await;
    let program = Program::start(&cluster.url());
    cluster.wait_until_standby_has_everything().await;
    cluster.stop_standby();
    assert_eq!(program.revoke(&revoked).status, 204);

    cluster.stop_primary();
    cluster.start_standby();
    cluster.promote_standby();
    wait(&program, &revoked, "the process ends", || {
        let log = program.log();
        log.contains("latchkey: the server failed: the database lacks changes")
    });
    assert_eq!(program.verify(&kept).status, 0);

    // The next process finds the revocation in its journal and makes it again.
    let program = program.restart();
    assert_eq!(program.verify(&kept).status, 200);
    assert_eq!(program.verify(&revoked).code(), "key_revoked");
    assert!(
        program.log().contains("older than the revocation journal"),
        "{}",
        program.log()
    );
}
