//! Executing statements and reading rows inside a transaction.

/// Executes a statement with its values inside a transaction. Evaluates to a `Result` with the number of rows that it changed.
macro_rules! execute {
    ($tx:ident, $sql:expr $(, $value:expr)* $(,)?) => {
        sqlx::query($sql)
            $(.bind($value))*
            .execute(&mut *$tx)
            .await
            .map(|done| done.rows_affected())
            .map_err($crate::StoreError::from)
    };
}

/// Executes a statement that changes a row, as [`execute!`]. Evaluates to a `Result`: `NotFound` if no row was changed.
macro_rules! change_row {
    ($tx:ident, $($statement:tt)*) => {
        $crate::execute!($tx, $($statement)*).and_then(|changed| match changed {
            0 => Err($crate::StoreError::NotFound),
            _ => Ok(()),
        })
    };
}

/// Reads at most one row inside a transaction. Evaluates to a `Result` with the row: `None` if there is none.
macro_rules! find_row {
    ($tx:ident, $sql:expr $(, $value:expr)* $(,)?) => {
        sqlx::query_as($sql)
            $(.bind($value))*
            .fetch_optional(&mut *$tx)
            .await
            .map_err($crate::StoreError::from)
    };
}

/// Reads a row that there always is, such as a count, as [`find_row!`]. Evaluates to a `Result` with the row.
macro_rules! get_row {
    ($tx:ident, $sql:expr $(, $value:expr)* $(,)?) => {
        sqlx::query_as($sql)
            $(.bind($value))*
            .fetch_one(&mut *$tx)
            .await
            .map_err($crate::StoreError::from)
    };
}
pub(crate) use {change_row, execute, find_row, get_row};
