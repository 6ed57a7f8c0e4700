//! No statement reads a whole table that grows with keys, calls or changes, but for those that say why they do.

use sqlx::AssertSqlSafe;
use store::{Store, sql};
use testing::TestDatabase;

/// Tables that grow with keys, calls, changes or sessions.
const GROWING: [&str; 17] = [
    "api_key",
    "audit",
    "change",
    "decision",
    "key_day",
    "key_expiry_mail",
    "key_expiry_notice",
    "key_last_use",
    "key_secret",
    "mail",
    "security_event",
    "session",
    "sighting",
    "throttle",
    "usage_breakdown",
    "usage_refusal",
    "usage_rollup",
];

/// Statements that read all rows of such a table or of a partial index, and why they may.
const SCANS: [(&str, &str, &str); 14] = [
    (
        "ACCOUNT_INSERT",
        "api_key",
        "only in a transaction that has violated a deferred foreign key",
    ),
    (
        "AUDIT_COUNT_SEALED",
        "audit",
        "ends at the first sealed record",
    ),
    (
        "DECISIONS_COUNT",
        "decision USING COVERING INDEX decision_by_request",
        "once, at the start; the table is bounded",
    ),
    (
        "INDEX_UNUSUAL_TERMS",
        "api_key USING INDEX api_key_unusual",
        "the index has these keys only",
    ),
    (
        "KEYS_ENDED",
        "api_key USING INDEX api_key_ended",
        "the index has these keys only",
    ),
    (
        "KEY_SECRETS_COUNT",
        "key_secret USING COVERING INDEX key_secret_by_key",
        "once, at the start, which reads all secrets anyway",
    ),
    (
        "KEY_SECRETS_COUNT_ANY",
        "key_secret USING COVERING INDEX sqlite_autoindex_key_secret_1",
        "ends at the first secret",
    ),
    ("MAIL_WAITING", "mail", "mail that was sent is deleted"),
    ("PEPPER_LIVE_KEYS", "s", "a command reads it"),
    ("PEPPER_ROWS", "n", "a command reads it"),
    ("PEPPER_ROWS", "s", "a command reads it"),
    ("PEPPER_ROWS", "w", "a command reads it"),
    (
        "PEPPERS_IN_USE",
        "key_secret",
        "once, at the start, which reads all secrets anyway",
    ),
    ("SESSIONS_PRUNE", "session", "in the background"),
];

#[tokio::test]
async fn no_statement_reads_a_whole_growing_table() {
    let database = TestDatabase::sqlite().await;
    let Store::Sqlite { readers, .. } = &database.store else {
        panic!("not SQLite");
    };
    let either = sql::PER_DATABASE.iter();
    let either = either.map(|(name, both)| (*name, both.of(&database.store)));
    let mut scans = Vec::new();
    for (name, statement) in sql::SHARED.iter().copied().chain(either) {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {statement}"));
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(explain)
            .fetch_all(readers)
            .await
            .expect("a plan");
        scans.extend(plan.into_iter().filter_map(|(.., step)| {
            let scanned = step.strip_prefix("SCAN ")?;
            let alias = scanned.split(' ').next()?;
            is_growing(statement, alias).then(|| (name, scanned.to_owned()))
        }));
    }
    let is_allowed = |scan: &(&str, String)| {
        SCANS
            .iter()
            .any(|(name, scanned, _)| scan.0 == *name && scan.1 == *scanned)
    };
    let unexpected: Vec<_> = scans.iter().filter(|scan| !is_allowed(scan)).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
    for (name, scanned, _) in SCANS {
        let found = scans.iter().any(|scan| scan.0 == name && scan.1 == scanned);
        assert!(found, "{name} no longer scans {scanned}");
    }
}

/// Whether an alias in a statement is one of a growing table.
fn is_growing(statement: &str, alias: &str) -> bool {
    let words: Vec<_> = statement
        .split(|character: char| !character.is_alphanumeric() && character != '_')
        .filter(|word| !word.is_empty() && *word != "AS")
        .collect();
    GROWING
        .into_iter()
        .any(|table| alias == table || words.windows(2).any(|words| words == [table, alias]))
}
