//! The log: what is changed in it afterwards is found, whoever changes it.

mod pages;
mod seals;

use crate::{
    keys::{House, NOW, seal_keys},
    support::{Fresh, fresh},
};
use domain::audit::{Action, AuditFilter, Event, Facts};
use store::{AuditHead, AuditLine, Break, Damage, Store};
use uuid::Uuid;

/// What somebody does who may do everything with the database.
async fn run(fresh: &Fresh, sql: &str) {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match &fresh.store {
        Store::Sqlite { writer, .. } => sqlx::raw_sql(sql).execute(writer).await.map(drop),
        Store::Postgres { pool, .. } => sqlx::raw_sql(sql).execute(pool).await.map(drop),
    }
    .expect("a statement");
}

async fn without_triggers(fresh: &Fresh) {
    let drop = match &fresh.store {
        Store::Sqlite { .. } => {
            "DROP TRIGGER audit_is_not_changed; DROP TRIGGER audit_is_not_deleted;
             DROP TRIGGER audit_is_not_replaced"
        }
        Store::Postgres { .. } => "DROP TRIGGER audit_is_append_only ON audit",
    };
    run(fresh, drop).await;
}

/// An id as both databases read it.
fn literal(fresh: &Fresh, id: Uuid) -> String {
    match &fresh.store {
        Store::Sqlite { .. } => format!("x'{}'", id.simple()),
        Store::Postgres { .. } => format!("'{id}'"),
    }
}

fn bytes(fresh: &Fresh, hex: &str) -> String {
    match &fresh.store {
        Store::Sqlite { .. } => format!("x'{hex}'"),
        Store::Postgres { .. } => format!("'\\x{hex}'"),
    }
}

fn changed(house: &House, n: i64) -> Event {
    let target = format!("key {n}");
    let event = house.event(Action::KeyChanged, &target, NOW.plus(n / 3));
    event.became(
        Facts::of("name", "A").and("environment", "live"),
        Facts::of("name", &format!("“B” {n}")).and("environment", "live"),
    )
}

/// The `n`th account with its three first rows and five more: eight.
async fn furnished(fresh: &Fresh, n: u128) -> House {
    let house = House::build(&fresh.store, n).await;
    let events: Vec<_> = (4..=8).map(|n| changed(&house, n)).collect();
    house.store.record_looks(&events).await.expect("written");
    house
}

async fn head(house: &House) -> AuditHead {
    let heads = house.store.audit_heads().await.expect("heads");
    heads
        .into_iter()
        .find(|head| head.account == house.account)
        .expect("there")
}

async fn verify(house: &House) -> Option<Break> {
    let head = head(house).await;
    house.store.verify_audit(&head, None).await.expect("read")
}

async fn lines(house: &House) -> Vec<AuditLine> {
    let all = AuditFilter::default();
    let lines = house.store.audit_lines(house.account, &all, 0, 1_000).await;
    lines.expect("read")
}

#[tokio::test]
async fn a_record_tells_what_was_and_what_is() {
    for fresh in fresh().await {
        let house = furnished(&fresh, 1).await;
        let of = house.store.audit_of(house.account, "key 5", 9).await;
        let record = of.expect("read").remove(0);
        assert_eq!((record.seq, record.before.get("name")), (5, Some("A")));
        assert_eq!(record.after, Facts::of("name", "“B” 5"));
        assert_eq!(verify(&house).await, None);
    }
}

#[tokio::test]
async fn whatever_is_changed_in_a_row_names_that_row() {
    for fresh in fresh().await {
        without_triggers(&fresh).await;
        let nobody = literal(&fresh, Uuid::nil());
        let zeros = bytes(&fresh, &"0".repeat(64));
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
            let house = furnished(&fresh, n).await;
            let account = literal(&fresh, house.account.0);
            let sql = format!("UPDATE audit SET {change} WHERE account_id = {account} AND seq = 5");
            run(&fresh, &sql).await;
            let expected = Break {
                seq: 5,
                damage: Damage::Changed,
            };
            assert_eq!(verify(&house).await, Some(expected), "{change}");
        }
        for (n, change) in (101..).zip([&format!("seal = {zeros}"), "seal = NULL"]) {
            let house = furnished(&fresh, n).await;
            let account = literal(&fresh, house.account.0);
            let sql = format!("UPDATE audit SET {change} WHERE account_id = {account} AND seq = 5");
            run(&fresh, &sql).await;
            let expected = Break {
                seq: 5,
                damage: Damage::Forged,
            };
            assert_eq!(verify(&house).await, Some(expected), "{change}");
        }
    }
}

#[tokio::test]
async fn a_row_that_is_missing_swapped_or_added_is_named() {
    for fresh in fresh().await {
        without_triggers(&fresh).await;
        let rest = "at, actor_id, actor, action, target, detail, address, request_id, before, after, encoding, hash, seal, \
                    pepper";
        let cases = [
            ("DELETE FROM audit WHERE account_id = {a} AND seq = 5".to_owned(), 5, Damage::Missing),
            ("DELETE FROM audit WHERE account_id = {a} AND seq = 1".to_owned(), 1, Damage::Missing),
            ("DELETE FROM audit WHERE account_id = {a} AND seq > 6".to_owned(), 7, Damage::Missing),
            ("DELETE FROM audit WHERE account_id = {a}".to_owned(), 1, Damage::Missing),
            (
                "UPDATE audit SET seq = 90 WHERE account_id = {a} AND seq = 5;
                 UPDATE audit SET seq = 5 WHERE account_id = {a} AND seq = 6;
                 UPDATE audit SET seq = 6 WHERE account_id = {a} AND seq = 90"
                    .to_owned(),
                5,
                Damage::Changed,
            ),
            (
                format!(
                    "INSERT INTO audit (account_id, seq, {rest})
                     SELECT account_id, 9, {rest} FROM audit WHERE account_id = {{a}} AND seq = 8"
                ),
                9,
                Damage::Added,
            ),
            (
                "UPDATE account SET audit_hash = (SELECT hash FROM audit WHERE account_id = {a} AND seq = 7)
                 WHERE id = {a}"
                    .to_owned(),
                8,
                Damage::NotTheHead,
            ),
        ];
        for (n, (sql, seq, damage)) in (1..).zip(cases) {
            let house = furnished(&fresh, n).await;
            assert_eq!(verify(&house).await, None);
            let account = literal(&fresh, house.account.0);
            run(&fresh, &sql.replace("{a}", &account)).await;
            assert_eq!(verify(&house).await, Some(Break { seq, damage }), "{sql}");
        }
    }
}

#[tokio::test]
async fn a_head_that_was_kept_finds_what_was_rewritten_as_a_whole() {
    for fresh in fresh().await {
        let house = furnished(&fresh, 1).await;
        without_triggers(&fresh).await;
        let kept = head(&house).await;
        let kept = Some((kept.seq, kept.hash));
        let account = literal(&fresh, house.account.0);

        // The last row goes, and the account's head with it.
        let shorter = lines(&house).await[6].hash_text();
        let shorter = bytes(&fresh, &shorter);
        run(
            &fresh,
            &format!(
                "DELETE FROM audit WHERE account_id = {account} AND seq = 8;
                 UPDATE account SET audit_seq = 7, audit_hash = {shorter},
                     audit_seal = (SELECT seal FROM audit WHERE account_id = {account} AND seq = 7)
                 WHERE id = {account}"
            ),
        )
        .await;
        let head_now = head(&house).await;
        assert_eq!(verify(&house).await, None, "nothing in the database tells");
        let found = house.store.verify_audit(&head_now, kept).await;
        let missing = Break {
            seq: 8,
            damage: Damage::Missing,
        };
        assert_eq!(found.expect("read"), Some(missing));

        // Another row takes its place.
        let event = changed(&house, 9);
        house.store.record_looks(&[event]).await.expect("written");
        assert_eq!(verify(&house).await, None);
        let head_now = head(&house).await;
        let found = house.store.verify_audit(&head_now, kept).await;
        let other = Break {
            seq: 8,
            damage: Damage::NotTheKept,
        };
        assert_eq!(found.expect("read"), Some(other));
    }
}

#[tokio::test]
async fn rows_of_the_first_encoding_stay_part_of_the_chain() {
    for fresh in fresh().await {
        let house = furnished(&fresh, 1).await;
        without_triggers(&fresh).await;
        let account = literal(&fresh, house.account.0);
        // As an earlier version wrote them: without before and after.
        let mut hash = vec![0; 32];
        for mut line in lines(&house).await {
            line.encoding = 1;
            (line.seal, line.pepper) = (None, String::new());
            assert_eq!(
                line.link(&hash).is_some(),
                line.before.is_empty() && line.after.is_empty()
            );
            (line.before, line.after) = (String::new(), String::new());
            line.hash = line.link(&hash).expect("known").to_vec();
            let (seq, text) = (line.seq, bytes(&fresh, &line.hash_text()));
            hash = line.hash;
            let sql = format!(
                "UPDATE audit SET encoding = 1, before = '', after = '', hash = {text}, seal = NULL, pepper = ''
                 WHERE account_id = {account} AND seq = {seq};
                 UPDATE account SET audit_hash = {text}, audit_seal = NULL, audit_pepper = '' WHERE id = {account}"
            );
            run(&fresh, &sql).await;
        }
        // An earlier version writes one more row without a seal; this one seals what it finds when it starts.
        let event = changed(&house, 9);
        house.store.record_looks(&[event]).await.expect("written");
        let unproven = Break {
            seq: 9,
            damage: Damage::Unproven,
        };
        assert_eq!(verify(&house).await, Some(unproven));
        let sealed = |account| Event {
            account_id: account,
            ..house.event(Action::LogSealed, "", NOW)
        };
        let done = house.store.seal_logs(sealed).await.expect("sealed");
        assert_eq!((done.sealed, done.first, done.left.len()), (1, true, 0));
        assert_eq!(verify(&house).await, None);
        let encodings: Vec<_> = lines(&house)
            .await
            .iter()
            .map(|line| line.encoding)
            .collect();
        assert_eq!(encodings, [1, 1, 1, 1, 1, 1, 1, 1, 2, 3]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_of_one_account_make_one_chain() {
    for fresh in fresh().await {
        let houses = [
            House::build(&fresh.store, 1).await,
            House::build(&fresh.store, 2).await,
        ];
        let mut writers = tokio::task::JoinSet::new();
        for n in 0..12 {
            let store = fresh.store.clone();
            let events: Vec<Vec<Event>> = (0..10)
                .map(|round| {
                    houses
                        .iter()
                        .map(|house| changed(house, n * 100 + round))
                        .collect()
                })
                .collect();
            writers.spawn(async move {
                for events in events {
                    store.record_looks(&events).await.expect("written");
                }
            });
        }
        // Whoever verifies meanwhile sees a whole chain.
        while writers.try_join_next().is_none() {
            assert_eq!(verify(&houses[0]).await, None);
        }
        writers.join_all().await;
        for house in &houses {
            assert_eq!(head(house).await.seq, 3 + 120);
            assert_eq!(verify(house).await, None);
        }
    }
}

#[tokio::test]
async fn whoever_only_reads_stands_beside_the_owner_and_changes_nothing() {
    for fresh in fresh().await {
        let house = furnished(&fresh, 1).await;
        let reader = Store::open_to_read(&fresh.url).await.expect("opens");
        reader.seal_with(seal_keys(&[0]));
        let head = reader.audit_heads().await.expect("heads").remove(0);
        assert_eq!(reader.verify_audit(&head, None).await.expect("read"), None);
        let event = changed(&house, 9);
        assert!(reader.record_looks(&[event]).await.is_err());
        reader.close().await;
        assert_eq!(lines(&house).await.len(), 8);
    }
    let missing = Store::open_to_read("sqlite:///nowhere/at/all.db").await;
    assert!(missing.is_err());
}

#[tokio::test]
async fn a_row_is_not_replaced_either() {
    for fresh in fresh().await {
        let house = furnished(&fresh, 1).await;
        if let Store::Sqlite { writer, .. } = &fresh.store {
            let replaced =
                sqlx::query("INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 5")
                    .execute(writer)
                    .await;
            assert!(replaced.is_err());
        }
        assert_eq!(verify(&house).await, None);
    }
}
