//! The connections to a database: their number and settings.

use store::Store;
use testing::{TestDatabase, each_database};

each_database!(every_session_has_time_outs);
async fn every_session_has_time_outs(database: TestDatabase) {
    let Store::Postgres { pool, .. } = &database.store else {
        return;
    };
    for (setting, expected) in [
        ("statement_timeout", "10s"),
        ("lock_timeout", "3s"),
        ("idle_in_transaction_session_timeout", "2s"),
    ] {
        let value: String = sqlx::query_scalar("SELECT current_setting($1)")
            .bind(setting)
            .fetch_one(pool)
            .await
            .expect("a setting");
        assert_eq!(value, expected, "{setting}");
    }
}

each_database!(sqlite_prepares_a_statement_once_whatever_the_values_of_its_parameters_are);
async fn sqlite_prepares_a_statement_once_whatever_the_values_of_its_parameters_are(
    database: TestDatabase,
) {
    let Store::Sqlite { readers, .. } = &database.store else {
        return;
    };
    for (option, expected) in [
        ("ENABLE_QPSG", true),
        ("DEFAULT_MEMSTATUS=0", true),
        ("ENABLE_MEMORY_MANAGEMENT", false),
    ] {
        let used: bool = sqlx::query_scalar("SELECT sqlite_compileoption_used($1)")
            .bind(option)
            .fetch_one(readers)
            .await
            .expect("known to SQLite");
        assert_eq!(used, expected, "{option}");
    }
}

each_database!(a_role_with_fewer_connections_than_the_pool_waits_for_them);
async fn a_role_with_fewer_connections_than_the_pool_waits_for_them(database: TestDatabase) {
    let Store::Postgres { pool, .. } = &database.store else {
        return;
    };
    let (scheme, rest) = database.url.split_once("://").expect("a URL");
    let (_, place) = rest.rsplit_once('@').expect("a user");
    let role = format!("limited_{}", std::process::id());
    let statements = [
        format!("CREATE ROLE {role} LOGIN PASSWORD 'secret' CONNECTION LIMIT 5"),
        format!("GRANT ALL ON SCHEMA public TO {role}"),
        format!("GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}"),
        format!("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}"),
    ];
    let run = async |sql: String| {
        let done = sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(pool).await;
        done.expect("done");
    };
    for statement in statements {
        run(statement).await;
    }
    let url = format!("{scheme}://{role}:secret@{place}");
    let store = Store::open_with(&url, 16).await.expect("opens");
    // One renews the lease, and one listens to changes.
    assert_eq!(store.reading_connections(), 5 - 2);
    let reads = (0..10).map(|_| store.ping());
    for read in futures_util::future::join_all(reads).await {
        read.expect("waited for a connection");
    }
    store.close().await;
    run(format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}
