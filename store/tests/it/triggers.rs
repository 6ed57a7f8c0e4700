//! Triggers that protect the rows of a key against SQL from other tools.

use crate::keys::{AccountFixture, NOW, id};
use domain::audit::Action;
use sqlx::Row;
use store::Store;
use testing::{TestDatabase, each_database};

const COLUMNS: &str = "account_id, application_id, name, folded_name, description, environment, scopes, ip_rules, created_at";

/// Runs a statement with foreign keys unchecked, as a tool may. Returns whether it was refused.
async fn refused(database: &TestDatabase, sql: &str) -> bool {
    let sql = sqlx::AssertSqlSafe(sql.to_owned());
    match &database.store {
        Store::Sqlite { writer, .. } => {
            let unchecked = sqlx::query("PRAGMA foreign_keys = OFF");
            unchecked.execute(writer).await.expect("a setting");
            sqlx::raw_sql(sql).execute(writer).await.is_err()
        }
        Store::Postgres { pool, .. } => sqlx::raw_sql(sql).execute(pool).await.is_err(),
    }
}

/// Returns every row of keys, secrets, applications and accounts.
async fn state(database: &TestDatabase) -> Vec<String> {
    let mut state = Vec::new();
    for sql in [
        "SELECT id || ' ' || CAST(revoked_at IS NULL AS TEXT) || ' ' || COALESCE(replaced_by, '') FROM api_key ORDER BY id",
        "SELECT key_id || ' ' || pepper FROM key_secret ORDER BY key_id",
        "SELECT name FROM application ORDER BY name",
        "SELECT name FROM account ORDER BY name",
    ] {
        let rows: Vec<String> = match &database.store {
            Store::Sqlite { writer, .. } => {
                let rows = sqlx::query(sql).fetch_all(writer).await.expect("rows");
                rows.iter().map(|row| row.get(0)).collect()
            }
            Store::Postgres { pool, .. } => {
                let rows = sqlx::query(sql).fetch_all(pool).await.expect("rows");
                rows.iter().map(|row| row.get(0)).collect()
            }
        };
        state.extend(rows);
    }
    state
}

/// Makes two accounts and two keys, one of them revoked.
async fn with_two_keys(database: &TestDatabase) -> AccountFixture {
    let fixture = AccountFixture::build(&database.store, 1).await;
    AccountFixture::build(&database.store, 2).await;
    fixture.insert(5, "Leaked", 5, NOW).await;
    fixture.insert(6, "Other", 6, NOW).await;
    let event = fixture.event(Action::KeyRevoked, &id(5).to_string(), NOW);
    let done = fixture
        .store
        .revoke_key(fixture.app, id(5), "", &event)
        .await;
    done.expect("revoked");
    fixture
}

each_database!(deleting_or_moving_the_rows_of_a_key_is_refused);
async fn deleting_or_moving_the_rows_of_a_key_is_refused(database: TestDatabase) {
    with_two_keys(&database).await;
    let before = state(&database).await;
    let mut statements = vec![
        "DELETE FROM api_key",
        "DELETE FROM key_secret",
        "DELETE FROM application",
        "DELETE FROM account",
        "UPDATE api_key SET id = 'akl_zzzzzzzzzzzzzzzz' WHERE name = 'Leaked'",
        "UPDATE api_key SET application_id = (SELECT MIN(CAST(id AS TEXT)) FROM application WHERE 1 = 0)",
        "UPDATE api_key SET revoked_at = NULL",
        "UPDATE key_secret SET key_id = (SELECT MIN(id) FROM api_key) WHERE key_id <> (SELECT MIN(id) FROM api_key)",
        "INSERT INTO key_secret (id, key_id, digest, pepper, created_at)
         SELECT account_id, id, account_id, '00000000', 0 FROM api_key WHERE name = 'Leaked'",
    ];
    if let Store::Postgres { .. } = &database.store {
        statements.extend([
            "TRUNCATE api_key CASCADE",
            "TRUNCATE key_secret",
            "TRUNCATE account CASCADE",
            "INSERT INTO api_key (id, account_id, application_id, name, folded_name, description, environment, scopes, ip_rules,
                 created_at, idempotency_key)
             SELECT id, account_id, application_id, name, folded_name, description, environment, scopes, ip_rules, created_at,
                 idempotency_key
             FROM api_key WHERE name = 'Leaked'
             ON CONFLICT (id) DO UPDATE SET revoked_at = NULL",
        ]);
    }
    for sql in statements {
        assert!(refused(&database, sql).await, "{sql}");
    }
    assert_eq!(state(&database).await, before);
}

each_database!(replacing_the_rows_of_a_key_is_refused_on_sqlite);
async fn replacing_the_rows_of_a_key_is_refused_on_sqlite(database: TestDatabase) {
    let Store::Sqlite { .. } = &database.store else {
        return;
    };
    with_two_keys(&database).await;
    let before = state(&database).await;
    let insert = |columns: &str, values: &str, rest: &str| {
        format!(
            "INSERT OR REPLACE INTO api_key ({columns}, {COLUMNS}) SELECT {values}, {COLUMNS} FROM api_key {rest}"
        )
    };
    let other = "'akl_zzzzzzzzzzzzzzzz'";
    for sql in [
        // A conflict in each unique column, with new values in all others.
        insert("id, idempotency_key", "id, randomblob(16)", ""),
        insert("id, idempotency_key", &format!("{other}, idempotency_key"), "WHERE name = 'Leaked'"),
        insert("rowid, id, idempotency_key", &format!("rowid, {other}, randomblob(16)"), "WHERE name = 'Leaked'"),
        "UPDATE OR REPLACE api_key SET id = (SELECT id FROM api_key WHERE name = 'Leaked') WHERE name = 'Other'".into(),
        "UPDATE OR REPLACE api_key SET idempotency_key = (SELECT idempotency_key FROM api_key WHERE name = 'Leaked') WHERE name = 'Other'"
            .into(),
        "UPDATE OR REPLACE api_key SET rowid = (SELECT rowid FROM api_key WHERE name = 'Leaked') WHERE name = 'Other'"
            .into(),
        "INSERT OR REPLACE INTO key_secret SELECT id, key_id, digest, 'ffffffff', created_at FROM key_secret".into(),
        "INSERT OR REPLACE INTO key_secret SELECT randomblob(16), key_id, digest, 'ffffffff', created_at FROM key_secret"
            .into(),
        "INSERT OR REPLACE INTO key_secret (rowid, id, key_id, digest, pepper, created_at)
         SELECT rowid, randomblob(16), 'akl_zzzzzzzzzzzzzzzz', digest, 'ffffffff', created_at FROM key_secret LIMIT 1"
            .into(),
        "UPDATE OR REPLACE key_secret SET rowid = (SELECT MAX(rowid) FROM key_secret)".into(),
        "INSERT OR REPLACE INTO application (id, account_id, name, folded_name, time_zone, created_at)
         SELECT id, account_id, 'Another', 'another', time_zone, created_at FROM application".into(),
        "INSERT OR REPLACE INTO application (id, account_id, name, folded_name, time_zone, created_at)
         SELECT randomblob(16), account_id, name, folded_name, time_zone, created_at FROM application".into(),
        "INSERT OR REPLACE INTO account (id, name, folded_name, created_at, audit_seq, audit_hash)
         SELECT id, 'Another', 'another', created_at, 0, audit_hash FROM account".into(),
        "INSERT OR REPLACE INTO account (id, name, folded_name, created_at, audit_seq, audit_hash)
         SELECT randomblob(16), name, folded_name, created_at, 0, audit_hash FROM account".into(),
    ] {
        let _ = refused(&database, &sql).await;
        assert_eq!(state(&database).await, before, "{sql}");
    }
}
