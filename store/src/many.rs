//! Many rows by one statement: one by one they take some twenty times as long.

/// Rows of one statement. The widest has thirteen values, and SQLite takes 32,766.
pub(crate) const AT_ONCE: usize = 500;

/// What stands before and behind the row of values of a statement that writes one row.
pub(crate) fn around(statement: &str) -> (&str, &str) {
    let (before, rest) = statement.split_once("VALUES (").unwrap_or((statement, ""));
    (before, rest.split_once(')').map_or("", |(_, after)| after))
}

/// Runs a statement that writes one row for all rows of a slice, some hundreds at a time; how many were written. On
/// PostgreSQL no two of them may meet the same row.
macro_rules! insert_many {
    ($tx:ident, $statement:expr, $rows:expr, |$row:ident, $one:ident| $bind:expr) => {{
        let mut written = 0;
        let (before, after) = $crate::many::around($statement);
        for some in $rows.chunks($crate::many::AT_ONCE) {
            // It numbers values where the database wants numbers: SQLite looks through all of them for each.
            let mut query = sqlx::QueryBuilder::new(before);
            query.push_values(some, |mut $row, $one| {
                $bind;
            });
            let query = query.push(after).build();
            // The last one's length is a different one each time, and not worth remembering.
            let query = query.persistent(some.len() == $crate::many::AT_ONCE);
            written += query.execute(&mut *$tx).await?.rows_affected();
        }
        written
    }};
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
            sql::USAGE_ADD,
            sql::USAGE_BY_ADD,
            sql::USAGE_REPORT_ADD,
        ] {
            let (before, after) = around(statement);
            assert!(before.starts_with("INSERT INTO") && !before.contains('$'));
            assert!(after.trim_start().starts_with("ON CONFLICT") && !after.contains('$'));
        }
    }
}
