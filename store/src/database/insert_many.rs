//! Multi-row INSERTs: row by row takes about twenty times as long.

/// Maximum number of rows of one statement. The widest row has sixteen values, and SQLite takes 32,766 in a statement.
pub(crate) const MAX_ROWS: usize = 500;

/// Splits a single-row INSERT into the parts before and after its row of values.
pub(crate) fn split_at_values(statement: &str) -> (&str, &str) {
    let (before, rest) = statement.split_once("VALUES (").unwrap_or((statement, ""));
    (before, rest.split_once(')').map_or("", |(_, after)| after))
}

/// Runs a single-row INSERT for all rows of a slice, some hundreds at a time. Evaluates to a `Result` with the number of
/// rows written. On PostgreSQL no two rows of a slice may conflict with the same existing row.
macro_rules! insert_many {
    ($tx:ident, $statement:expr, $rows:expr, |$row:ident, $one:ident| $bind:expr) => {
        async {
            let mut written = 0;
            let (before, after) = $crate::database::insert_many::split_at_values($statement);
            for some in $rows.chunks($crate::database::insert_many::MAX_ROWS) {
                // The builder numbers placeholders only for PostgreSQL: SQLite would search all numbers for each of them.
                let mut query = sqlx::QueryBuilder::new(before);
                query.push_values(some, |mut $row, $one| {
                    $bind;
                });
                let query = query.push(after).build();
                // The last chunk has a different length each time and is not worth caching.
                let query = query.persistent(some.len() == $crate::database::insert_many::MAX_ROWS);
                written += query.execute(&mut *$tx).await?.rows_affected();
            }
            Ok::<u64, $crate::StoreError>(written)
        }
        .await
    };
}
pub(crate) use insert_many;

#[cfg(test)]
mod tests {
    use super::split_at_values;
    use crate::sql;

    #[test]
    fn a_single_row_insert_is_split_around_its_values() {
        assert_eq!(
            split_at_values("INSERT INTO t (a, b) VALUES ($1, $2)\nON CONFLICT (a) DO NOTHING"),
            ("INSERT INTO t (a, b) ", "\nON CONFLICT (a) DO NOTHING")
        );
        for statement in [
            sql::DECISIONS_INSERT,
            sql::KEY_DAY_ADD,
            sql::LAST_USE_SET,
            sql::MAIL_EXPIRY_NOTICE_INSERT,
            sql::USAGE_ROLLUP_ADD,
            sql::USAGE_BREAKDOWN_SET,
            sql::USAGE_REFUSAL_ADD,
            sql::USAGE_REPORT_ADD,
        ] {
            let (before, after) = split_at_values(statement);
            assert!(before.starts_with("INSERT INTO") && !before.contains('$'));
            assert!(after.trim_start().starts_with("ON CONFLICT") && !after.contains('$'));
        }
    }
}
