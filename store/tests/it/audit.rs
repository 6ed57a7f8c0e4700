//! The audit log: every later change to it is found.

mod pages;
mod seals;

use crate::keys::{AccountFixture, NOW, seal_keys};
use domain::audit::{Action, AuditEvent, AuditFilter, FieldValues};
use store::{AuditBreak, AuditDamage, AuditHead, AuditLine, Store};
use testing::{TestDatabase, each_database};
use uuid::Uuid;

/// Runs a statement with full access to the database.
async fn run(database: &TestDatabase, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match &database.store {
        Store::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(drop),
        Store::Postgres { pool, .. } => sqlx::raw_sql(sql).execute(pool).await.map(drop),
    }
    .expect("a statement");
}

async fn without_triggers(database: &TestDatabase) {
    let drop = match &database.store {
        Store::Sqlite { .. } => {
            "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted;
             DROP TRIGGER audit_is_not_replaced"
        }
        Store::Postgres { .. } => "DROP TRIGGER audit_is_append_only ON audit",
    };
    run(database, drop).await;
}

/// Formats an id as a literal of the database.
fn literal(database: &TestDatabase, id: Uuid) -> String {
    match &database.store {
        Store::Sqlite { .. } => format!("x'{}'", id.simple()),
        Store::Postgres { .. } => format!("'{id}'"),
    }
}

fn bytes(database: &TestDatabase, hex: &str) -> String {
    match &database.store {
        Store::Sqlite { .. } => format!("x'{hex}'"),
        Store::Postgres { .. } => format!("'\\x{hex}'"),
    }
}

fn changed(fixture: &AccountFixture, n: i64) -> AuditEvent {
    let target = format!("key {n}");
    let event = fixture.event(Action::KeyChanged, &target, NOW.plus(n / 3));
    event.with_changes(
        FieldValues::of("name", "A").and("environment", "live"),
        FieldValues::of("name", &format!("“B” {n}")).and("environment", "live"),
    )
}

/// Makes the `n`th account with eight rows in its log.
async fn account_with_log(database: &TestDatabase, n: u128) -> AccountFixture {
    let fixture = AccountFixture::build(&database.store, n).await;
    let events: Vec<_> = (4..=8).map(|n| changed(&fixture, n)).collect();
    fixture
        .store
        .append_audit_events(&events)
        .await
        .expect("written");
    fixture
}

async fn head(fixture: &AccountFixture) -> AuditHead {
    let heads = fixture.store.audit_heads().await.expect("heads");
    heads
        .into_iter()
        .find(|head| head.account == fixture.account)
        .expect("there")
}

async fn verify(fixture: &AccountFixture) -> Option<AuditBreak> {
    let head = head(fixture).await;
    fixture.store.verify_audit(&head, None).await.expect("read")
}

async fn lines(fixture: &AccountFixture) -> Vec<AuditLine> {
    let all = AuditFilter::default();
    let lines = fixture
        .store
        .audit_lines(fixture.account, &all, 0, 1_000)
        .await;
    lines.expect("read")
}

each_database!(a_record_has_the_values_before_and_after_the_change);
async fn a_record_has_the_values_before_and_after_the_change(database: TestDatabase) {
    let fixture = account_with_log(&database, 1).await;
    let of = fixture
        .store
        .audit_by_target(fixture.account, "key 5", 9)
        .await;
    let record = of.expect("read").remove(0);
    assert_eq!((record.seq, record.before.get("name")), (5, Some("A")));
    assert_eq!(record.after, FieldValues::of("name", "“B” 5"));
    assert_eq!(verify(&fixture).await, None);
}

each_database!(a_change_of_any_column_of_the_log_is_found);
async fn a_change_of_any_column_of_the_log_is_found(database: TestDatabase) {
    without_triggers(&database).await;
    let nobody = literal(&database, Uuid::nil());
    let zeros = bytes(&database, &"0".repeat(64));
    let changes = [
        "at = at + 1",
        "actor = 'owner@example.con'",
        "actor_id = NULL",
        &format!("actor_id = {nobody}"),
        "action = 'key.revoked'",
        "target = 'key 55'",
        "detail = 'x'",
        "address = '192.0.2.9'",
        "request_id = 'x'",
        "before = ''",
        "after = '{}'",
        "after = before, before = after",
        "encoding = 1",
        "encoding = 2",
        "encoding = 4",
        "pepper = '00000001'",
        "pepper = ''",
        &format!("hash = {zeros}"),
    ];
    for (n, change) in (1..).zip(changes) {
        let fixture = account_with_log(&database, n).await;
        let account = literal(&database, fixture.account.0);
        let sql = format!("UPDATE audit SET {change} WHERE account_id = {account} AND seq = 5");
        run(&database, &sql).await;
        let expected = AuditBreak {
            seq: 5,
            damage: AuditDamage::Changed,
        };
        assert_eq!(verify(&fixture).await, Some(expected), "{change}");
    }
    for (n, change) in (101..).zip([&format!("seal = {zeros}"), "seal = NULL"]) {
        let fixture = account_with_log(&database, n).await;
        let account = literal(&database, fixture.account.0);
        let sql = format!("UPDATE audit SET {change} WHERE account_id = {account} AND seq = 5");
        run(&database, &sql).await;
        let expected = AuditBreak {
            seq: 5,
            damage: AuditDamage::ForgedSeal,
        };
        assert_eq!(verify(&fixture).await, Some(expected), "{change}");
    }
}

each_database!(a_missing_swapped_or_added_row_of_the_log_is_found);
async fn a_missing_swapped_or_added_row_of_the_log_is_found(database: TestDatabase) {
    without_triggers(&database).await;
    let rest = "at, actor_id, actor, action, target, detail, address, request_id, before, after, encoding, hash, seal, \
                pepper";
    let cases = [
        ("DELETE FROM audit WHERE account_id = {a} AND seq = 5".to_owned(), 5, AuditDamage::Missing),
        ("DELETE FROM audit WHERE account_id = {a} AND seq = 1".to_owned(), 1, AuditDamage::Missing),
        ("DELETE FROM audit WHERE account_id = {a} AND seq > 6".to_owned(), 7, AuditDamage::Missing),
        ("DELETE FROM audit WHERE account_id = {a}".to_owned(), 1, AuditDamage::Missing),
        (
            "UPDATE audit SET seq = 90 WHERE account_id = {a} AND seq = 5;
             UPDATE audit SET seq = 5 WHERE account_id = {a} AND seq = 6;
             UPDATE audit SET seq = 6 WHERE account_id = {a} AND seq = 90"
                .to_owned(),
            5,
            AuditDamage::Changed,
        ),
        (
            format!(
                "INSERT INTO audit (account_id, seq, {rest})
                 SELECT account_id, 9, {rest} FROM audit WHERE account_id = {{a}} AND seq = 8"
            ),
            9,
            AuditDamage::AfterHead,
        ),
        (
            "UPDATE account SET audit_hash = (SELECT hash FROM audit WHERE account_id = {a} AND seq = 7)
             WHERE id = {a}"
                .to_owned(),
            8,
            AuditDamage::NotHead,
        ),
    ];
    for (n, (sql, seq, damage)) in (1..).zip(cases) {
        let fixture = account_with_log(&database, n).await;
        assert_eq!(verify(&fixture).await, None);
        let account = literal(&database, fixture.account.0);
        run(&database, &sql.replace("{a}", &account)).await;
        assert_eq!(
            verify(&fixture).await,
            Some(AuditBreak { seq, damage }),
            "{sql}"
        );
    }
}

each_database!(a_stored_head_reveals_a_log_that_was_rewritten_as_a_whole);
async fn a_stored_head_reveals_a_log_that_was_rewritten_as_a_whole(database: TestDatabase) {
    let fixture = account_with_log(&database, 1).await;
    without_triggers(&database).await;
    let kept = head(&fixture).await;
    let kept = Some((kept.seq, kept.hash));
    let account = literal(&database, fixture.account.0);

    // The last row is deleted, and the account's head moved back.
    let shorter = lines(&fixture).await[6].hash_text();
    let shorter = bytes(&database, &shorter);
    run(
        &database,
        &format!(
            "DELETE FROM audit WHERE account_id = {account} AND seq = 8;
             UPDATE account SET audit_seq = 7, audit_hash = {shorter},
                 audit_seal = (SELECT seal FROM audit WHERE account_id = {account} AND seq = 7)
             WHERE id = {account}"
        ),
    )
    .await;
    let head_now = head(&fixture).await;
    assert_eq!(
        verify(&fixture).await,
        None,
        "nothing in the database shows it"
    );
    let found = fixture.store.verify_audit(&head_now, kept).await;
    let missing = AuditBreak {
        seq: 8,
        damage: AuditDamage::Missing,
    };
    assert_eq!(found.expect("read"), Some(missing));

    // Another row is appended in its place.
    let event = changed(&fixture, 9);
    fixture
        .store
        .append_audit_events(&[event])
        .await
        .expect("written");
    assert_eq!(verify(&fixture).await, None);
    let head_now = head(&fixture).await;
    let found = fixture.store.verify_audit(&head_now, kept).await;
    let other = AuditBreak {
        seq: 8,
        damage: AuditDamage::NotStored,
    };
    assert_eq!(found.expect("read"), Some(other));
}

each_database!(rows_in_the_first_encoding_verify);
async fn rows_in_the_first_encoding_verify(database: TestDatabase) {
    let fixture = account_with_log(&database, 1).await;
    without_triggers(&database).await;
    let account = literal(&database, fixture.account.0);
    // Rewritten as an earlier version wrote it: without before and after.
    let mut hash = vec![0; 32];
    for mut line in lines(&fixture).await {
        line.encoding = 1;
        (line.seal, line.pepper) = (None, String::new());
        assert_eq!(
            line.hash_after(&hash).is_some(),
            line.before.is_empty() && line.after.is_empty()
        );
        (line.before, line.after) = (String::new(), String::new());
        line.hash = line.hash_after(&hash).expect("known").to_vec();
        let (seq, text) = (line.seq, bytes(&database, &line.hash_text()));
        hash = line.hash;
        let sql = format!(
            "UPDATE audit SET encoding = 1, before = '', after = '', hash = {text}, seal = NULL, pepper = ''
             WHERE account_id = {account} AND seq = {seq};
             UPDATE account SET audit_hash = {text}, audit_seal = NULL, audit_pepper = '' WHERE id = {account}"
        );
        run(&database, &sql).await;
    }
    // One more row without a seal; the start of the server seals the log.
    let event = changed(&fixture, 9);
    fixture
        .store
        .append_audit_events(&[event])
        .await
        .expect("written");
    let unproven = AuditBreak {
        seq: 9,
        damage: AuditDamage::UnknownSeal,
    };
    assert_eq!(verify(&fixture).await, Some(unproven));
    let sealed = |account| AuditEvent {
        account_id: account,
        ..fixture.event(Action::LogSealed, "", NOW)
    };
    let done = fixture.store.seal_audit_logs(sealed).await.expect("sealed");
    assert_eq!((done.sealed, done.first, done.left.len()), (1, true, 0));
    assert_eq!(verify(&fixture).await, None);
    let encodings: Vec<_> = lines(&fixture)
        .await
        .iter()
        .map(|line| line.encoding)
        .collect();
    assert_eq!(encodings, [1, 1, 1, 1, 1, 1, 1, 1, 2, 3]);
}

each_database!(
    writers_of_one_account_make_one_chain,
    flavor = "multi_thread",
    worker_threads = 4
);
async fn writers_of_one_account_make_one_chain(database: TestDatabase) {
    let fixtures = [
        AccountFixture::build(&database.store, 1).await,
        AccountFixture::build(&database.store, 2).await,
    ];
    let mut writers = tokio::task::JoinSet::new();
    for n in 0..12 {
        let store = database.store.clone();
        let events: Vec<Vec<AuditEvent>> = (0..10)
            .map(|round| {
                fixtures
                    .iter()
                    .map(|fixture| changed(fixture, n * 100 + round))
                    .collect()
            })
            .collect();
        writers.spawn(async move {
            for events in events {
                store.append_audit_events(&events).await.expect("written");
            }
        });
    }
    // Verifying meanwhile finds a complete chain.
    while writers.try_join_next().is_none() {
        assert_eq!(verify(&fixtures[0]).await, None);
    }
    writers.join_all().await;
    for fixture in &fixtures {
        assert_eq!(head(fixture).await.seq, 3 + 120);
        assert_eq!(verify(fixture).await, None);
    }
}

each_database!(a_read_only_store_works_beside_the_owner_and_cannot_write);
async fn a_read_only_store_works_beside_the_owner_and_cannot_write(database: TestDatabase) {
    let fixture = account_with_log(&database, 1).await;
    let reader = Store::open_to_read(&database.url).await.expect("opens");
    reader.set_seal_keys(seal_keys(&[0]));
    let head = reader.audit_heads().await.expect("heads").remove(0);
    assert_eq!(reader.verify_audit(&head, None).await.expect("read"), None);
    let event = changed(&fixture, 9);
    assert!(reader.append_audit_events(&[event]).await.is_err());
    reader.close().await;
    assert_eq!(lines(&fixture).await.len(), 8);
    let missing = Store::open_to_read("sqlite:///nowhere/at/all.db").await;
    assert!(missing.is_err());
}

each_database!(replacing_a_row_of_the_log_is_refused);
async fn replacing_a_row_of_the_log_is_refused(database: TestDatabase) {
    let fixture = account_with_log(&database, 1).await;
    if let Store::Sqlite { writer, .. } = &database.store {
        let replaced =
            sqlx::query("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 5")
                .execute(writer)
                .await;
        assert!(replaced.is_err());
    }
    assert_eq!(verify(&fixture).await, None);
}
