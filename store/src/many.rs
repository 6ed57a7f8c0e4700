//! Many rows by one statement: one by one they take some twenty times as long.

/// Rows of one statement. The widest has thirteen values, and SQLite takes 32,766.
pub(crate) const AT_ONCE: usize = 500;

/// The text of a statement that writes one row, for so many: its row of values comes again and again, with its own numbers.
pub(crate) fn repeated(statement: &str, rows: usize) -> String {
    let one = "VALUES (";
    let Some((before, rest)) = statement.split_once(one) else {
        return statement.to_owned();
    };
    let Some((values, after)) = rest.split_once(')') else {
        return statement.to_owned();
    };
    let width = values.split(',').count();
    let mut text = String::with_capacity(statement.len() + rows * width * 8);
    text.push_str(before);
    text.push_str("VALUES ");
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for value in 0..width {
            let gap = if value == 0 { "$" } else { ", $" };
            text.push_str(gap);
            text.push_str(&(row * width + value + 1).to_string());
        }
        text.push(')');
    }
    text.push_str(after);
    text
}

/// Runs a statement that writes one row for all rows of a slice, some hundreds at a time; how many were written. On
/// PostgreSQL no two of them may meet the same row.
macro_rules! insert_many {
    ($tx:ident, $statement:expr, $rows:expr, |$query:ident, $row:ident| $bound:expr) => {{
        let mut written = 0;
        for some in $rows.chunks($crate::many::AT_ONCE) {
            let text = $crate::many::repeated($statement, some.len());
            let mut query = sqlx::query(sqlx::AssertSqlSafe(text))
                // The last one's length is a different one each time, and not worth remembering.
                .persistent(some.len() == $crate::many::AT_ONCE);
            for $row in some {
                let $query = query;
                query = $bound;
            }
            written += query.execute(&mut *$tx).await?.rows_affected();
        }
        written
    }};
}
pub(crate) use insert_many;

#[cfg(test)]
mod tests {
    use super::repeated;

    #[test]
    fn a_row_of_values_comes_again_with_its_own_numbers() {
        let one = "INSERT INTO t (a, b) VALUES ($1, $2)\nON CONFLICT (a) DO NOTHING";
        assert_eq!(repeated(one, 1), one);
        assert_eq!(
            repeated(one, 3),
            "INSERT INTO t (a, b) VALUES ($1, $2), ($3, $4), ($5, $6)\nON CONFLICT (a) DO NOTHING"
        );
    }
}
