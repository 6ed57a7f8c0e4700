//! Many rows by one statement: one by one they take some twenty times as long.

/// Rows of one statement. The widest has thirteen values, and SQLite takes 32,766.
pub(crate) const AT_ONCE: usize = 500;

/// What stands before and behind the row of values of a statement that writes one row.
pub(crate) fn around(statement: &str) -> (&str, &str) {
    let (before, rest) = statement.split_once("VALUES (").unwrap_or((statement, ""));
    (before, rest.split_once(')').map_or("", |(_, after)| after))
}

/// Runs a single-row INSERT for all rows of a slice, some hundreds at a time. Evaluates to a `Result` with the number of
/// rows written. On PostgreSQL no two rows of a slice may conflict with the same existing row.
macro_rules! insert_many {
    ($tx:ident, $statement:expr, $rows:expr, |$row:ident, $one:ident| $bind:expr) => {
        async {
            let mut written = 0;
            let (before, after) = $crate::many::around($statement);
            for some in $rows.chunks($crate::many::AT_ONCE) {
                // It numbers values where the database wants numbers: SQLite looks through all of them for each.
                let mut query = sqlx::QueryBuilder::new(before);
                query.push_values(some, |mut $row, $one| {
                    $bind;
                });
                let query = query.push(after).build();
                // The last chunk has a different length each time and is not worth caching.
                let query = query.persistent(some.len() == $crate::many::AT_ONCE);
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
    use super::around;
    use crate::sql;

    #[test]
    fn a_statement_of_one_row_is_taken_apart_around_its_values() {
        assert_eq!(
            around("INSERT INTO t (a, b) VALUES ($1, $2)\nON CONFLICT (a) DO NOTHING"),
            ("INSERT INTO t (a, b) ", "\nON CONFLICT (a) DO NOTHING")
        );
        for statement in [
            sql::DECISIONS_INSERT,
            sql::KEY_DAY_ADD,
            sql::LAST_USE_SET,
            sql::USAGE_ROLLUP_ADD,
            sql::USAGE_BREAKDOWN_ADD,
            sql::USAGE_REPORT_ADD,
        ] {
            let (before, after) = around(statement);
            assert!(before.starts_with("INSERT INTO") && !before.contains('$'));
            assert!(after.trim_start().starts_with("ON CONFLICT") && !after.contains('$'));
        }
    }
}
